import { useChartUnit } from "../figures/use-chart-unit.ts";
import { UNKNOWN, count, counted, exactCount, exactMoney, money, percent } from "@outlay/react";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { RANKING_METRICS, rankingTrendQuestion } from "../api/entities.ts";
import type { Ranking } from "../api/entities.ts";
import type { BreakdownAnswer, BreakdownRow, TimeSeriesAnswer } from "../api/answers.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import { Sparkline } from "../charts/draw/sparkline.tsx";
import { UNIT_NAMES } from "../charts/prepare/bucket-names.ts";
import { UNATTRIBUTED } from "../filters/filter.ts";
import { costCell } from "../format/cost-cell.ts";
import { metricFormat } from "../format/metric.ts";
import { DataTable } from "../ui/data-table.tsx";
import type { Column } from "../ui/data-table.tsx";
import { useIsReading } from "../ui/use-is-reading.ts";
import { useNow } from "../ui/use-now.ts";
import { capitalised } from "./entity-kind.ts";
import type { EntityKind } from "./entity-kind.ts";
import { useHeldOrder } from "./use-held-order.ts";
import { orderIn, sortText, useEntityState } from "./use-entity-state.ts";

/** One row for each value, those without one, and all that lie beyond the list. */
export function EntityTable({
  kind,
  ranking,
  answer,
  sessions,
  isCounting,
}: {
  kind: EntityKind;
  ranking: Ranking;
  answer: BreakdownAnswer;
  /** Distinct sessions of the same rows, where they are counted. */
  sessions: BreakdownAnswer | undefined;
  isCounting: boolean;
}) {
  const { state, change } = useEntityState();
  const order = orderIn(state.sort);
  const trend = useTrend(ranking);
  const groups = answer.meta.groups ?? 0;
  const answered = answer.rows.map((row): EntityRow => {
    const value = row[kind.dimension];
    const kindOfRow = row.other === true ? "other" : typeof value === "string" ? "named" : "unattributed";
    return { kind: kindOfRow, value: typeof value === "string" && row.other !== true ? value : null, row };
  });
  const table = useRef<HTMLDivElement>(null);
  const rows = useHeldOrder(answered, {
    idOf: idOfRow,
    question: questionOf(answer),
    isReading: useIsReading(table),
  });
  const shown = rows.filter((row) => row.kind !== "other").length;
  const counts = new Map(sessions?.rows.map((row) => [rowId(row, kind.dimension), row.sessions ?? null]));
  const columns = columnsOf({
    kind,
    trend,
    others: groups - shown,
    sessionsOf: (row) => counts.get(rowId(row, kind.dimension)) ?? null,
    isCounting,
  });
  // The metric in order is shown whatever the width.
  const withOrder = columns.map((column) => (column.key === order.metric ? withoutFrom(column) : column));
  return (
    <div ref={table}>
      <DataTable
        caption={`All ${kind.many}`}
        columns={withOrder}
        rows={rows}
        rowKey={idOfRow}
        order={{ key: order.metric, descending: order.descending }}
        onOrder={({ key, descending }) => {
          const metric = RANKING_METRICS.find((known) => known === key);
          if (metric === undefined) return;
          const sort = sortText({ metric, descending });
          change(({ sort: _sort, ...rest }) => (sort === undefined ? rest : { ...rest, sort }));
        }}
      />
    </div>
  );
}

interface EntityRow {
  kind: "named" | "unattributed" | "other";
  value: string | null;
  row: BreakdownRow;
}

function columnsOf(of: {
  kind: EntityKind;
  trend: TrendOfRows | null;
  /** Groups behind the list. */
  others: number;
  sessionsOf: (row: BreakdownRow) => number | null;
  /** The sessions are on their way. */
  isCounting: boolean;
}): Column<EntityRow>[] {
  const { kind, trend, others, sessionsOf, isCounting } = of;
  return [
    {
      key: "name",
      label: capitalised(kind.one),
      width: "w-full md:w-[30%]",
      cell: (row) => <Name kind={kind} row={row} others={others} />,
    },
    {
      key: "cost",
      label: "Cost",
      align: "right",
      sortable: true,
      title: ({ row }) => costCell(row).title,
      cell: ({ row }) => <span className="font-medium">{costCell(row).text}</span>,
    },
    {
      key: "share",
      label: "Share",
      align: "right",
      from: "sm",
      cell: ({ row }) => <ShareOf share={row.share ?? null} />,
    },
    {
      key: "calls",
      label: "Calls",
      align: "right",
      sortable: true,
      from: "sm",
      title: ({ row }) => exactCount(row.calls ?? null),
      cell: ({ row }) => count(row.calls ?? null),
    },
    {
      key: "tokens",
      label: "Tokens",
      align: "right",
      sortable: true,
      from: "md",
      title: ({ row }) => exactCount(row.tokens ?? null),
      cell: ({ row }) => count(row.tokens ?? null),
    },
    {
      key: "costPerCall",
      label: "Per call",
      align: "right",
      sortable: true,
      from: "lg",
      title: ({ row }) => exactMoney(row.costPerCall ?? null),
      cell: ({ row }) => money(row.costPerCall ?? null),
    },
    {
      key: "errorRate",
      label: "Failed",
      align: "right",
      sortable: true,
      from: "lg",
      title: ({ row }) => `${exactCount(row.errors ?? null)} of ${exactCount(row.calls ?? null)} calls`,
      cell: ({ row }) => percent(row.errorRate ?? null),
    },
    {
      key: "sessions",
      label: "Sessions",
      align: "right",
      from: "xl",
      title: ({ row }) => exactCount(sessionsOf(row)),
      cell: ({ row }) => <span className="text-muted">{isCounting ? "" : count(sessionsOf(row))}</span>,
    },
    {
      key: "trend",
      label: trend === null ? "Cost over time" : `Cost by ${UNIT_NAMES[trend.unit].toLowerCase()}`,
      align: "right",
      from: "md",
      cell: ({ row }) => <Trend trend={trend} id={rowId(row, kind.dimension)} />,
    },
  ];
}

const idOfRow = ({ kind, value }: EntityRow) => `${kind}:${value}`;

/** What was asked, as far as it decides about the order of the rows. */
function questionOf({ query }: BreakdownAnswer): string {
  return JSON.stringify([query.by, query.order, query.filters, query.period.start, query.period.timeZone]);
}

const rowId = (row: BreakdownRow, dimension: string) =>
  row.other === true ? "other" : JSON.stringify(row[dimension] ?? null);

function withoutFrom<Row>({ from: _from, ...column }: Column<Row>): Column<Row> {
  return column;
}

function Name({ kind, row, others }: { kind: EntityKind; row: EntityRow; others: number }) {
  if (row.kind === "other")
    return <span className="text-muted">Other{others > 0 ? ` (${count(others)} more)` : ""}</span>;
  if (row.value === null) {
    return (
      <span className="text-muted" title={`Calls that name no ${kind.one}`}>
        {UNATTRIBUTED}
      </span>
    );
  }
  const { value } = row;
  return (
    <Link
      to="."
      search={(before) => ({ ...before, of: value })}
      title={value}
      className="block min-h-6 truncate leading-6 font-medium decoration-control underline-offset-4 group-hover:underline"
    >
      {kind.nameOf(value)}
      <span className="block truncate text-[0.8125rem] leading-5 font-normal text-muted sm:hidden">
        {counted(row.row.calls ?? 0, "call")}
      </span>
    </Link>
  );
}

function ShareOf({ share }: { share: number | null }) {
  return (
    <span className="inline-flex items-center gap-2 text-muted">
      <span aria-hidden="true" className="hidden h-1.5 w-14 overflow-hidden rounded-full bg-raised lg:block">
        <span
          className="block h-full rounded-full bg-(--series-0)"
          style={{ width: `${Math.min(100, Math.max(0, (share ?? 0) * 100))}%` }}
        />
      </span>
      <span className="w-11">{percent(share)}</span>
    </span>
  );
}

interface TrendOfRows {
  unit: keyof typeof UNIT_NAMES;
  unfinished: boolean;
  values: Map<string, (number | null)[]>;
}

/** The cost of the rows over time, all in one question. */
function useTrend(ranking: Ranking): TrendOfRows | null {
  const nowMs = useNow();
  const { view, dimension } = ranking;
  const { unit, isKnown } = useChartUnit(view);
  const { data } = useKeptQuery({ ...rankingTrendQuestion(ranking, unit), enabled: isKnown });
  return data === undefined ? null : trendOf(data, dimension, unit, nowMs);
}

function trendOf(answer: TimeSeriesAnswer, dimension: string, unit: TrendOfRows["unit"], nowMs: number): TrendOfRows {
  const begun = answer.buckets.filter(({ start }) => Date.parse(start) <= nowMs);
  return {
    unit,
    unfinished: Date.parse(begun.at(-1)?.end ?? "") > nowMs,
    values: new Map(
      answer.series.map((series) => [
        series.other === true ? "other" : JSON.stringify(series.key[dimension] ?? null),
        (series.values.cost ?? []).slice(0, begun.length),
      ]),
    ),
  };
}

function Trend({ trend, id }: { trend: TrendOfRows | null; id: string }) {
  const values = trend?.values.get(id);
  if (trend === null || values === undefined) return <span className="text-muted">{UNKNOWN}</span>;
  const { short } = metricFormat("cost");
  const known = values.filter((value) => value !== null);
  const text =
    known.length === 0
      ? "no price is known"
      : `from ${short(known[0] ?? null)} to ${short(known.at(-1) ?? null)}, at most ${short(Math.max(...known))}`;
  return <Sparkline values={values} text={text} unfinished={trend.unfinished} />;
}
