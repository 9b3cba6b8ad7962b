import { counted, exactCount, exactMoney, money } from "@outlay/react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { PRICE_KEY, reprice } from "../../api/prices.ts";
import type { RepriceAnswer, RepriceQuestion, Repriced } from "../../api/prices.ts";
import { FIGURES } from "../../api/questions.ts";
import { FilterChips } from "../../filters/filter-chips.tsx";
import { PERIODS, periodInWords } from "../../filters/periods.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { withPeriod } from "../../filters/search.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { Problem, mainButton, smallButton } from "../../ui/form.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Select } from "../../ui/select.tsx";
import { usePriceState } from "./use-price-state.ts";

/** Rates recorded calls again with today's prices: first shows what would change, then does it. */
export function Repricing() {
  const queries = useQueryClient();
  const { view, change: changeSearch } = usePageSearch();
  const { state, change } = usePriceState();
  const [shown, setShown] = useState<{ asked: RepriceQuestion; answer: RepriceAnswer } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setWorking] = useState(false);
  const period = "name" in view.range ? view.range.name : "all";
  const asked: RepriceQuestion = {
    period,
    filters: view.filters,
    onlyUnpriced: state.only !== "all",
    dryRun: true,
  };
  const preview = shown !== null && JSON.stringify(shown.asked) === JSON.stringify(asked) ? shown.answer : null;
  const run = async (question: RepriceQuestion) => {
    setWorking(true);
    setProblem(null);
    try {
      const answer = await reprice(question);
      setShown({ asked, answer });
      if (!question.dryRun) {
        await Promise.all([
          queries.invalidateQueries({ queryKey: PRICE_KEY }),
          queries.invalidateQueries({ queryKey: [FIGURES] }),
        ]);
      }
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setWorking(false);
  };
  return (
    <Card id="reprice" title="Rate recorded calls again">
      <div className="flex flex-col gap-4 p-4 sm:px-5">
        <p className="max-w-2xl text-muted">
          With the prices of today's list for the time of each call. It is the only way in which a known cost moves, and
          it stands in the audit trail.
        </p>
        <div className="flex flex-wrap items-center gap-3">
          <Select
            label="Calls of"
            showLabel
            options={PERIODS.map(({ name, inWords }) => ({ value: name, label: inWords }))}
            value={PERIODS.some(({ name }) => name === period) ? period : "all"}
            onChange={(name) => changeSearch((search) => withPeriod(search, name))}
          />
          <Segmented
            label="Which costs"
            options={[
              { value: "unpriced", label: "Only calls without a cost" },
              { value: "all", label: "All" },
            ]}
            value={state.only ?? "unpriced"}
            onChange={(only) =>
              change(({ only: _only, ...rest }) => (only === "all" ? { ...rest, only: "all" } : rest))
            }
          />
        </div>
        <FilterChips />
        <button
          type="button"
          disabled={isWorking}
          onClick={() => void run(asked)}
          className={`${smallButton} self-start`}
        >
          {isWorking ? "Working…" : "Show what would change"}
        </button>
        {problem === null ? null : <Problem>{problem}</Problem>}
        {preview === null ? null : <Outcome answer={preview} period={period} />}
        {preview !== null && preview.dryRun && preview.totals.changedCalls > 0 ? (
          <button
            type="button"
            disabled={isWorking}
            onClick={() => void run({ ...asked, dryRun: false })}
            className={`${mainButton} self-start`}
          >
            Reprice {counted(preview.totals.changedCalls, "call")}
          </button>
        ) : null}
      </div>
    </Card>
  );
}

function Outcome({ answer, period }: { answer: RepriceAnswer; period: RepriceQuestion["period"] }) {
  const { totals, models, dryRun } = answer;
  const changed = models.filter(({ changedCalls }) => changedCalls > 0);
  const words = PERIODS.find(({ name }) => name === period)?.name;
  return (
    <output className="flex flex-col gap-3">
      <span className="font-medium">
        {totals.changedCalls === 0
          ? `Nothing ${dryRun ? "would change" : "changed"}: all ${counted(totals.calls, "call")} of ${periodInWords(words)} keep their cost.`
          : `${counted(totals.changedCalls, "call")} of ${exactCount(totals.calls)} ${dryRun ? "would get" : "got"} another cost: ${moved(totals)} in all.`}
      </span>
      {changed.length === 0 ? null : (
        <div className="-mx-2 sm:-mx-3">
          <DataTable
            caption="What changes, by model"
            columns={COLUMNS}
            rows={changed}
            rowKey={(row) => `${row.provider}/${row.model}`}
          />
        </div>
      )}
    </output>
  );
}

const moved = ({ costBeforeUsd, costAfterUsd }: Repriced) => `${money(costBeforeUsd)} → ${money(costAfterUsd)}`;

const COLUMNS: readonly Column<RepriceAnswer["models"][number]>[] = [
  { key: "model", label: "Model", cell: ({ model }) => model, title: ({ model }) => model, width: "w-full sm:w-[34%]" },
  { key: "provider", label: "Provider", from: "sm", cell: ({ provider }) => provider },
  { key: "calls", label: "Calls", align: "right", cell: ({ changedCalls }) => exactCount(changedCalls) },
  {
    key: "before",
    label: "Before",
    align: "right",
    from: "sm",
    cell: ({ costBeforeUsd }) => money(costBeforeUsd),
    title: ({ costBeforeUsd }) => exactMoney(costBeforeUsd),
  },
  {
    key: "after",
    label: "After",
    align: "right",
    cell: ({ costAfterUsd }) => money(costAfterUsd),
    title: ({ costAfterUsd }) => exactMoney(costAfterUsd),
  },
  {
    key: "unpriced",
    label: "Still without",
    align: "right",
    from: "md",
    cell: ({ unpricedAfter }) => exactCount(unpricedAfter),
  },
];
