import type { Metric } from "@outlay/core";
import { useMemo } from "react";
import { breakdownQuestion, totalsQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { colourOf } from "../../charts/draw/colour.ts";
import { ShareBar } from "../../charts/draw/share-bar.tsx";
import { prepareShares } from "../../charts/prepare/shares.ts";
import { filterText, toggleFilter } from "../../filters/filter.ts";
import { withFilters } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { metricFormat } from "../../format/metric.ts";
import { Card } from "../../ui/card.tsx";

const textOf = (name: string | null) => filterText({ dimension: "operation", value: name ?? "", exclude: false });

/** What the cost is for: chat, embeddings, images, … */
export function TypeShares() {
  const { view, change } = usePageSearch();
  const { data, isWaiting } = useKeptQuery(breakdownQuestion(view, "operation", 12));
  const prepared = useMemo(
    () =>
      prepareShares({
        parts: (data?.rows ?? []).map((row) => ({
          name: typeof row["operation"] === "string" ? row["operation"] : null,
          other: row.other,
          value: row.cost ?? null,
        })),
      }),
    [data],
  );
  const selected = prepared.parts.find((part) => part.name !== null && view.filters.includes(textOf(part.name)));
  return (
    <Card id="types" title="Cost by type" waiting={isWaiting}>
      <div className="px-4 pt-3 pb-4 sm:px-5">
        {data === undefined ? (
          <div className="h-40 rounded-lg bg-raised/60" />
        ) : (
          <ShareBar
            prepared={prepared}
            colour={colourOf("operation", namesOf(prepared.parts))}
            format={metricFormat("cost")}
            title="Cost by type"
            partColumn="Type"
            valueColumn="Cost"
            selected={selected?.name ?? null}
            onSelect={(part) => change((search) => withFilters(search, toggleFilter(view.filters, textOf(part.name))))}
          />
        )}
      </div>
    </Card>
  );
}

/** Which tokens they were. Cached and new input together are the input; reasoning is part of the output. */
export function TokenShares() {
  const { view } = usePageSearch();
  const { data, isWaiting } = useKeptQuery(totalsQuestion(view));
  const prepared = useMemo(() => {
    const of = (metric: Metric) => data?.totals[metric] ?? null;
    const cached = of("cacheReadTokens");
    const input = of("inputTokens");
    const output = of("outputTokens");
    return prepareShares({
      parts: [
        { name: "Input, not cached", value: input === null || cached === null ? null : input - cached },
        { name: "Input, cached", value: cached },
        { name: "Output", value: output },
      ],
    });
  }, [data]);
  return (
    <Card id="tokens" title="Tokens by kind" waiting={isWaiting}>
      <div className="px-4 pt-3 pb-4 sm:px-5">
        {data === undefined ? (
          <div className="h-40 rounded-lg bg-raised/60" />
        ) : (
          <ShareBar
            prepared={prepared}
            colour={colourOf("tokenKind", namesOf(prepared.parts))}
            format={metricFormat("tokens")}
            title="Tokens by kind"
            partColumn="Kind"
            valueColumn="Tokens"
          />
        )}
      </div>
    </Card>
  );
}

const namesOf = (parts: readonly { name: string | null }[]) => parts.flatMap(({ name }) => name ?? []);
