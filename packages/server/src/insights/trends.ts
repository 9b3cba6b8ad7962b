import type { Metric } from "@outlay/core";
import type { MetricValues, QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import { periodAnswer } from "../ledger/asked-period.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { before, direction, percentChange, periodIn, readScope, totalsIn, wholeMonth } from "./costs.ts";

export interface TrendsAnswer {
  /** The period is that of `last7Days`. */
  query: Pick<ResolvedQuery, "filters" | "period">;
  last7Days: MetricValues;
  /** The 7 days before, up to the same time of their last day. */
  previous7Days: MetricValues;
  last30Days: MetricValues;
  previous30Days: MetricValues;
  /** Of the cost of 7 days; changes below 5 % are stable. */
  trend: "up" | "down" | "stable";
  /** Of the cost of 7 days; null when there was none before. */
  percentageChange: number | null;
  monthOverMonth: {
    thisMonth: MetricValues;
    lastMonthSamePart: MetricValues;
    lastMonth: MetricValues;
    /** This month so far against the same part of the last one. */
    percentageChange: number | null;
  };
}

const METRICS = [
  "cost",
  "calls",
  "tokens",
  "successes",
  "errors",
  "avgDurationMs",
  "unpricedCalls",
] as const satisfies Metric[];
const TRENDS = { above: "up", below: "down", level: "stable" } as const;

/** Is it getting more? The last 7 and 30 days against those before, and month over month. */
export async function trends(ledger: Ledger, params: QueryParams): Promise<TrendsAnswer> {
  const scope = readScope(ledger, params);
  const week = periodIn(ledger, scope, "7d");
  const days30 = periodIn(ledger, scope, "30d");
  const month = periodIn(ledger, scope, "month");
  const periods = [
    week,
    before(ledger, week),
    days30,
    before(ledger, days30),
    month,
    before(ledger, month),
    wholeMonth(ledger, scope, -1),
  ];
  const totals = await Promise.all(periods.map((period) => totalsIn(ledger, scope, period, METRICS)));
  const [last7Days, previous7Days, last30Days, previous30Days, thisMonth, lastMonthSamePart, lastMonth] = totals as [
    MetricValues,
    MetricValues,
    MetricValues,
    MetricValues,
    MetricValues,
    MetricValues,
    MetricValues,
  ];
  return {
    query: { filters: scope.filterTexts, period: periodAnswer(week) },
    last7Days,
    previous7Days,
    last30Days,
    previous30Days,
    trend: TRENDS[direction(last7Days.cost ?? 0, previous7Days.cost ?? 0)],
    percentageChange: percentChange(last7Days.cost ?? 0, previous7Days.cost ?? 0),
    monthOverMonth: {
      thisMonth,
      lastMonthSamePart,
      lastMonth,
      percentageChange: percentChange(thisMonth.cost ?? 0, lastMonthSamePart.cost ?? 0),
    },
  };
}
