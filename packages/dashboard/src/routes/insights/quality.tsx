import { FilterButton } from "../../filters/filter-button.tsx";
import { count, counted, exactCount, exactMoney } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { qualityQuestion } from "../../api/insights.ts";
import type { QualityRow } from "../../api/insights.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { dimensionLabel } from "../../filters/filter.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { Card } from "../../ui/card.tsx";
import { Awaited } from "./awaited.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Select } from "../../ui/select.tsx";
import { Estimate, MONEY_FORMAT, RATE_FORMAT, SCORE_FORMAT } from "./estimate.tsx";
import { useInsightsState } from "./insights-state.ts";

const CHOICES = ["model", "provider", "agent", "activity", "category", "project", "user", "variant", "environment"];

/** Success, scores and what a success costs, group by group, each with how sure that is. */
export function Quality() {
  const { view } = usePageSearch();
  const { state, change } = useInsightsState();
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const by = state.by ?? "model";
  const { data, error, isWaiting } = useKeptQuery(qualityQuestion(view, by));
  const choices = [...new Set([...CHOICES, ...tagKeys.map((key) => `tag:${key}`), by])];
  const answered = data?.by ?? by;
  const more = (data?.meta.groups ?? 0) - (data?.rows.filter((row) => row.other !== true).length ?? 0);
  return (
    <Card
      id="quality"
      title={`Quality by ${dimensionLabel(by).toLowerCase()}`}
      waiting={isWaiting && data !== undefined}
      actions={
        <Select
          label="Quality by"
          options={choices.map((value) => ({ value, label: `by ${dimensionLabel(value).toLowerCase()}` }))}
          value={by}
          onChange={(next) => change(({ by: _by, ...rest }) => (next === "model" ? rest : { ...rest, by: next }))}
        />
      }
    >
      <div className="flex flex-col gap-2 px-4 pt-1 sm:px-5">
        <p className="text-[0.8125rem] text-muted">
          Below each value the range in which the true one lies in 95 of 100 such cases: the fewer calls, the wider.
        </p>
        {error === null ? null : <ProblemNote error={error} />}
        {data?.meta.notRead == null ? null : (
          <p role="note" className="rounded-lg bg-raised px-3 py-2 text-[0.8125rem] text-muted">
            {data.meta.notRead}.
          </p>
        )}
      </div>
      {data === undefined ? (
        <Awaited error={error} />
      ) : (
        <DataTable
          caption={`Quality by ${dimensionLabel(answered).toLowerCase()}, most calls first`}
          columns={columnsOf(answered, more)}
          rows={data.rows.length === 1 ? data.rows : [...data.rows, { key: "all", isTotal: true, ...data.totals }]}
          rowKey={(row) => (row.isTotal === true ? "total" : row.other === true ? "other" : JSON.stringify(row.key))}
        />
      )}
    </Card>
  );
}

type Row = QualityRow & { isTotal?: true };

function columnsOf(by: string, more: number): Column<Row>[] {
  return [
    {
      key: "name",
      label: dimensionLabel(by),
      width: "w-full sm:w-[26%]",
      cell: (row) => <Name by={by} row={row} more={more} />,
    },
    {
      key: "successRate",
      label: "Succeeded",
      align: "right",
      cell: ({ successRate }) => <Estimate value={successRate} format={RATE_FORMAT} />,
    },
    {
      key: "costPerSuccess",
      label: "Cost per success",
      align: "right",
      from: "sm",
      cell: ({ costPerSuccess }) => <Estimate value={costPerSuccess} format={MONEY_FORMAT} />,
    },
    {
      key: "score",
      label: "Score",
      align: "right",
      from: "sm",
      title: ({ score }) => (score === null ? "no call was scored" : `of ${exactCount(score.calls)} calls`),
      cell: ({ score }) => <Estimate value={score} format={SCORE_FORMAT} />,
    },
    {
      key: "costPerCall",
      label: "Cost per call",
      align: "right",
      from: "lg",
      cell: ({ costPerCall }) => <Estimate value={costPerCall} format={MONEY_FORMAT} />,
    },
    {
      key: "retryRate",
      label: "Tried again",
      align: "right",
      from: "lg",
      cell: ({ retryRate }) => <Estimate value={retryRate} format={RATE_FORMAT} />,
    },
    {
      key: "calls",
      label: "Calls",
      align: "right",
      from: "md",
      title: ({ calls, successes, cost }) =>
        `${exactCount(calls)} calls, of which ${exactCount(successes)} succeeded; ${exactMoney(cost)}`,
      cell: ({ calls }) => count(calls),
    },
  ];
}

function Name({ by, row, more }: { by: string; row: Row; more: number }) {
  if (row.isTotal === true) return <span className="font-medium">All calls</span>;
  if (row.other === true) return <span className="text-muted">Other{more > 0 ? ` (${count(more)} more)` : ""}</span>;
  return (
    <FilterButton dimension={by} value={row.key}>
      <span className="block truncate text-[0.8125rem] leading-5 font-normal text-muted md:hidden">
        {counted(row.calls, "call")}
        <span className="sm:hidden">
          {row.costPerSuccess === null ? "" : `, ${MONEY_FORMAT.short(row.costPerSuccess.value)} a success`}
        </span>
      </span>
    </FilterButton>
  );
}
