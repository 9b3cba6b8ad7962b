import { useQueries, useQuery } from "@tanstack/react-query";
import { exactMoney, money } from "@outlay/react";
import { refusalsQuestion, statesQuestion } from "../../api/limits.ts";
import type { Limit, LimitState } from "../../api/limits.ts";
import { BudgetBar } from "../../charts/draw/budget-bar.tsx";
import { actionInWords, countedInWords, eachInWords, periodInWords, usedRatio } from "../../limits/words.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";

interface Row {
  limit: Limit;
  /** Fullest first; undefined: not yet known. */
  states: LimitState[] | undefined;
  refused: number | undefined;
}

/** Every limit with its fullest account, the fullest limit first. */
export function LimitTable({
  limits,
  onOpen,
  isOpen,
}: {
  limits: readonly Limit[] | undefined;
  onOpen: (id: string, value?: string | null) => void;
  isOpen: (id: string) => boolean;
}) {
  const answers = useQueries({ queries: (limits ?? []).map(({ id }) => statesQuestion(id)) });
  const refusals = useQuery(refusalsQuestion).data;
  const rows = (limits ?? [])
    .map((limit, index): Row => ({
      limit,
      states: answers[index]?.data?.states.toSorted((one, other) => usedRatio(other) - usedRatio(one)),
      refused: refusals === undefined ? undefined : (refusals.byLimit[limit.id] ?? 0),
    }))
    .toSorted((one, other) => fullness(other) - fullness(one));
  return (
    <Card title="All limits, fullest first" id="all-limits" waiting={limits === undefined}>
      <DataTable
        caption="Limits, the fullest first, each with its fullest account"
        rows={rows}
        rowKey={({ limit }) => limit.id}
        onOpen={({ limit }) => onOpen(limit.id)}
        openLabel={({ limit }) => `Details of ${limit.name}`}
        isOpen={({ limit }) => isOpen(limit.id)}
        columns={COLUMNS}
      />
    </Card>
  );
}

const COLUMNS: readonly Column<Row>[] = [
  {
    key: "name",
    label: "Limit",
    width: "w-[42%] sm:w-[30%] lg:w-[22%]",
    cell: ({ limit }) => limit.name,
    title: ({ limit }) => limit.name,
  },
  {
    key: "terms",
    label: "Amount",
    from: "md",
    cell: ({ limit }) => (
      <>
        <span className="whitespace-nowrap" title={exactMoney(limit.amountUsd)}>
          {money(limit.amountUsd)} {periodInWords(limit.period)}
        </span>
        <span className="block text-xs text-muted">{eachInWords(limit)}</span>
      </>
    ),
  },
  {
    key: "counts",
    label: "Counts",
    from: "lg",
    width: "w-[20%]",
    cell: ({ limit }) => countedInWords(limit.filters),
    title: ({ limit }) => countedInWords(limit.filters),
  },
  {
    key: "action",
    label: "At the limit",
    from: "lg",
    cell: ({ limit }) => (limit.enabled ? actionInWords(limit.enforcement) : "Switched off"),
  },
  { key: "fullest", label: "Fullest account", cell: (row) => <Fullest row={row} /> },
  {
    key: "refused",
    label: "Refused",
    align: "right",
    from: "sm",
    cell: ({ refused }) => refused ?? "—",
    title: () => "Calls of the last day",
  },
];

function Fullest({ row: { limit, states } }: { row: Row }) {
  const [fullest] = states ?? [];
  if (states === undefined) return <span className="text-muted">…</span>;
  if (fullest === undefined) return <span className="text-muted">nothing spent yet</span>;
  return (
    <div className="flex min-w-28 flex-col gap-1 py-0.5">
      <span className="flex flex-wrap justify-between gap-x-3 text-[0.8125rem]">
        <span className="min-w-0 break-words">{fullest.value ?? "all together"}</span>
        <span className="whitespace-nowrap text-muted" title={exactMoney(fullest.spentUsd)}>
          {money(fullest.spentUsd)} of {money(fullest.amountUsd)}
        </span>
      </span>
      <BudgetBar
        compact
        name={fullest.value ?? limit.name}
        amountUsd={fullest.amountUsd}
        spentUsd={fullest.spentUsd}
        reservedUsd={fullest.leasedUsd}
        projectedUsd={null}
        thresholdsPercent={limit.thresholdsPercent}
      />
    </div>
  );
}

function fullness({ limit, states }: Row): number {
  const [fullest] = states ?? [];
  if (!limit.enabled) return -1;
  return fullest === undefined ? 0 : usedRatio(fullest);
}
