import type { PriceVersion } from "@outlay/core";
import { exactCount } from "@outlay/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { priceListQuestion } from "../../api/prices.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { LAYERS, rateText } from "./price-words.ts";
import { PriceTest } from "./price-test.tsx";
import { usePriceState } from "./use-price-state.ts";

/** Every model's price that counts today, one's own first. */
export function PriceList() {
  const { state, change } = usePriceState();
  const search = state.find ?? (state.provider === undefined ? (state.model ?? "") : "");
  const { data, error, isPlaceholderData, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    priceListQuestion({ search, provider: "" }),
  );
  const prices = data?.pages.flatMap((page) => page.prices) ?? [];
  const total = data?.pages[0]?.total;
  return (
    <>
      <Card
        id="list"
        title="Price list"
        waiting={isPlaceholderData}
        actions={
          <div className="flex flex-wrap items-center gap-3">
            {total === undefined ? null : (
              <output className="text-[0.8125rem] text-muted">{exactCount(total)} prices</output>
            )}
            <SearchField
              label="Find a model"
              asked={search}
              onFind={(find) =>
                change(({ find: _find, model: _model, ...rest }) => (find === "" ? rest : { ...rest, find }), {
                  replace: true,
                })
              }
            />
          </div>
        }
      >
        {error === null ? null : (
          <div className="p-4">
            <ProblemNote error={error} />
          </div>
        )}
        {total === 0 ? (
          <EmptyState title={`No price is known for “${search}”`}>
            Under “Your prices” you can set one, for calls from now on and for those already recorded.
          </EmptyState>
        ) : (
          <DataTable
            caption="Prices in dollars"
            columns={COLUMNS}
            rows={prices}
            rowKey={({ id }) => id}
            onOpen={({ provider, model }) => change((now) => ({ ...now, provider, model }))}
            openLabel={({ provider, model }) => `The price of ${provider} ${model}`}
          />
        )}
        {hasNextPage ? (
          <div className="px-2 pb-3 sm:px-3">
            <MoreButton label="Show more prices" isLoading={isFetchingNextPage} onClick={() => void fetchNextPage()} />
          </div>
        ) : null}
      </Card>
      <PriceTest />
    </>
  );
}

const COLUMNS: readonly Column<PriceVersion>[] = [
  {
    key: "model",
    label: "Model",
    cell: ({ model }) => model,
    title: ({ model }) => model,
    width: "w-full sm:w-[40%]",
  },
  { key: "provider", label: "Provider", cell: ({ provider }) => provider, from: "sm" },
  {
    key: "input",
    label: "Input",
    align: "right",
    cell: ({ rates }) => rateText(rates.input),
    title: () => "per million tokens",
  },
  {
    key: "cacheRead",
    label: "Cached",
    align: "right",
    from: "md",
    cell: ({ rates }) => rateText(rates.cacheRead),
    title: () => "per million tokens read from a cache",
  },
  {
    key: "output",
    label: "Output",
    align: "right",
    cell: ({ rates }) => rateText(rates.output),
    title: () => "per million tokens",
  },
  {
    key: "other",
    label: "Besides",
    from: "lg",
    cell: ({ rates, adjustments }) => <span className="text-muted">{besides(rates, adjustments.length)}</span>,
  },
  {
    key: "layer",
    label: "From",
    from: "sm",
    cell: ({ layer }) => <span className="text-muted">{LAYERS[layer].label}</span>,
    title: ({ layer }) => LAYERS[layer].title,
  },
];

/** What the three columns leave out, counted. */
function besides(rates: PriceVersion["rates"], adjustments: number): string {
  const others = Object.keys(rates).filter((meter) => !["input", "cacheRead", "output"].includes(meter)).length;
  return [
    others === 0 ? "" : others === 1 ? "1 more rate" : `${others} more rates`,
    adjustments === 0 ? "" : adjustments === 1 ? "1 condition" : `${adjustments} conditions`,
  ]
    .filter(Boolean)
    .join(", ");
}
