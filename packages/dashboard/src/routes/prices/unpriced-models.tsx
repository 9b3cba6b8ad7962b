import { count, exactCount } from "@outlay/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { PRICE_KEY, reprice, unpricedQuestion } from "../../api/prices.ts";
import type { UnpricedModel } from "../../api/prices.ts";
import { FIGURES } from "../../api/questions.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Problem, smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { PriceForm } from "./price-form.tsx";

/** Models whose calls count and whose cost is not known, with one click to price them. */
export function UnpricedModels({ mayChange }: { mayChange: boolean }) {
  const queries = useQueryClient();
  const { data, error } = useQuery(unpricedQuestion);
  const [priced, setPriced] = useState<UnpricedModel | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const models = data?.models ?? [];

  /** Rates only calls that have no cost yet: no known cost moves. */
  const rateCallsOf = async ({ provider, model }: Pick<UnpricedModel, "provider" | "model">) => {
    setProblem(null);
    try {
      const filters = [`provider:${escaped(provider)}`, `model:${escaped(model)}`];
      await reprice({ period: "all", filters, onlyUnpriced: true, dryRun: false });
      await Promise.all([
        queries.invalidateQueries({ queryKey: PRICE_KEY }),
        queries.invalidateQueries({ queryKey: [FIGURES] }),
      ]);
    } catch (failure) {
      setProblem(failure instanceof Error ? failure.message : String(failure));
    }
  };
  const columns = mayChange ? withDeed(setPriced, (row) => void rateCallsOf(row)) : COLUMNS;
  return (
    <Card id="unpriced" title="Without a price">
      {error === null ? null : (
        <div className="p-4">
          <ProblemNote error={error} />
        </div>
      )}
      {problem === null ? null : (
        <div className="px-4 pb-2 sm:px-5">
          <Problem>{problem}</Problem>
        </div>
      )}
      {data !== undefined && models.length === 0 ? (
        <EmptyState title="Every recorded call has a price" />
      ) : (
        <DataTable
          caption="Models without a price"
          columns={columns}
          rows={models}
          rowKey={(row) => `${row.provider}/${row.model}`}
        />
      )}
      {priced === null ? null : (
        <Sheet title="Set a price" onClose={() => setPriced(null)}>
          <p className="-mt-2 text-muted">{exactCount(priced.calls)} recorded calls without a cost get it too.</p>
          <PriceForm
            start={{ provider: priced.provider, model: priced.model, rates: {} }}
            isModelFixed
            onDone={() => {
              const row = priced;
              setPriced(null);
              void rateCallsOf(row);
            }}
          />
        </Sheet>
      )}
    </Card>
  );
}

/** The columns, and at the end what can be done: a price is set, or the one that is known by now is applied. */
function withDeed(
  onSet: (row: UnpricedModel) => void,
  onApply: (row: UnpricedModel) => void,
): readonly Column<UnpricedModel>[] {
  return [
    ...COLUMNS,
    {
      key: "deed",
      label: "",
      align: "right",
      cell: (row) => (
        <button type="button" onClick={() => (row.reason === null ? onApply(row) : onSet(row))} className={smallButton}>
          {row.reason === null ? "Price its calls" : "Set a price"}
          <span className="sr-only"> of {row.model}</span>
        </button>
      ),
    },
  ];
}

/** A star in a name is a star, not a pattern. */
const escaped = (name: string) => name.replaceAll("*", "\\*");

const COLUMNS: readonly Column<UnpricedModel>[] = [
  {
    key: "model",
    label: "Model",
    cell: ({ model }) => <span className="font-medium">{model}</span>,
    title: ({ model }) => model,
    width: "w-full sm:w-[30%]",
  },
  { key: "provider", label: "Provider", cell: ({ provider }) => provider, from: "sm" },
  {
    key: "calls",
    label: "Calls",
    align: "right",
    cell: ({ calls }) => count(calls),
    title: ({ calls }) => exactCount(calls),
  },
  {
    key: "tokens",
    label: "Tokens",
    align: "right",
    from: "sm",
    cell: ({ tokens }) => count(tokens),
    title: ({ tokens }) => exactCount(tokens),
  },
  {
    key: "reason",
    label: "Why",
    from: "md",
    cell: ({ reason }) => <span className="text-muted">{reason ?? "By now a price is known"}</span>,
    title: ({ reason }) => reason ?? undefined,
    width: "w-[34%]",
  },
];
