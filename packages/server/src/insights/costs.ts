import { buckets, previousPeriod, resolvePeriod, type Metric, type Period } from "@outlay/core";
import type { Filter } from "../storage/storage.ts";
import type { MetricValues, QueryParams } from "../ledger/answers.ts";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import { parseFilters } from "../ledger/filters.ts";
import { gather } from "../ledger/gather.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { metricValues } from "../ledger/metrics.ts";
import { FILTER_PARAMETERS, readParameters } from "../ledger/parameters.ts";

/** Whose costs, and in whose days: what every insight is asked about. */
export interface Scope {
  filters: Filter[];
  filterTexts: string[];
  timeZone: string;
}

/** One whole day of the past, or today so far. */
export interface DayCost {
  /** "2026-11-22" */
  date: string;
  /** 0 = Sunday. */
  weekday: number;
  costUsd: number;
  calls: number;
}

/** Reads `filter` and `tz`. InvalidInput as any question. */
export function readScope(ledger: Ledger, params: QueryParams): Scope {
  const parameters = readParameters(params, [...FILTER_PARAMETERS, "tz"]);
  const filterTexts = parameters.all("filter").filter((text) => text !== "");
  const scope = { filters: parseFilters(filterTexts), filterTexts, timeZone: parameters.one("tz") ?? ledger.timeZone };
  periodIn(ledger, scope, "today");
  return scope;
}

export function periodIn(ledger: Ledger, scope: Scope, period: "today" | "7d" | "30d" | "month"): Period {
  return resolvePeriod({ period }, { timeZone: scope.timeZone, nowMs: ledger.now() });
}

/** The whole calendar month that begins `months` after the current one. */
export function wholeMonth(ledger: Ledger, scope: Scope, months: number): Period {
  const nowMs = ledger.now();
  const { timeZone } = scope;
  const current = periodIn(ledger, scope, "month");
  const [year, month] = buckets(current, "month")[0]!.label.split("-").map(Number) as [number, number];
  const first = (offset: number) => new Date(Date.UTC(year, month - 1 + offset, 1)).toISOString().slice(0, 10);
  return resolvePeriod({ from: first(months), to: first(months + 1) }, { timeZone, nowMs });
}

/** Calendar days in a period. */
export function daysIn(period: Period): string[] {
  return buckets(period, "day").map((bucket) => bucket.label);
}

/** 0 = Sunday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

export async function totalsIn(
  ledger: Ledger,
  scope: Scope,
  period: { startMs: number; endMs: number },
  metrics: readonly Metric[],
): Promise<MetricValues> {
  return metricValues(metrics, (await gatherIn(ledger, scope, period, null, metrics)).totals.whole);
}

/** Cost in dollars; calls without a price add nothing. */
export async function costIn(
  ledger: Ledger,
  scope: Scope,
  period: { startMs: number; endMs: number },
): Promise<number> {
  return (await totalsIn(ledger, scope, period, ["cost"])).cost ?? 0;
}

/** The same part of the period before, as far as this one has got. */
export function before(ledger: Ledger, period: Period): Period {
  // Only `all` has no period before it, and no insight asks for that.
  return previousPeriod(period, ledger.now())!;
}

/**
 * The costs of up to `count` whole days before today, oldest first. Days before the first call are left out: nothing
 * is known about them.
 */
export async function pastDays(ledger: Ledger, scope: Scope, count: number): Promise<DayCost[]> {
  const today = periodIn(ledger, scope, "today");
  const date = new Date(Date.parse(`${daysIn(today)[0]}T00:00:00Z`) - count * 86_400_000).toISOString().slice(0, 10);
  const period = {
    ...resolvePeriod({ from: date }, { timeZone: scope.timeZone, nowMs: ledger.now() }),
    endMs: today.startMs,
  };
  const days = buckets(period, "day");
  const { totals } = await gatherIn(
    ledger,
    scope,
    period,
    days.map((day) => day.startMs),
    ["cost"],
  );
  const costs = days.map((day, index): DayCost => {
    const measured = totals.buckets[index]!;
    return {
      date: day.label,
      weekday: weekdayOf(day.label),
      costUsd: metricValues(["cost"], measured).cost ?? 0,
      calls: Number(measured.sums.calls),
    };
  });
  const first = costs.findIndex((day) => day.calls > 0);
  return first === -1 ? [] : costs.slice(first);
}

function gatherIn(
  ledger: Ledger,
  scope: Scope,
  period: { startMs: number; endMs: number },
  bucketStartsMs: number[] | null,
  metrics: readonly Metric[],
) {
  return gather(ledger.storage, {
    startMs: period.startMs,
    endMs: period.endMs,
    bucketStartsMs,
    by: [],
    filters: scope.filters,
    metrics: [...metrics],
    order: { metric: "cost", descending: true },
    limit: 1,
    scanLimit: SCAN_LIMIT,
  });
}

/** Change in percent; null from nothing. */
export function percentChange(now: number, earlier: number): number | null {
  return earlier === 0 ? null : ((now - earlier) / earlier) * 100;
}

/** Smaller changes count as noise. */
const STABLE_PERCENT = 5;

/** Above, below, or neither by more than 5 %. Anything after nothing is above. */
export function direction(now: number, earlier: number): "above" | "below" | "level" {
  const percent = percentChange(now, earlier);
  if (percent === null) return now > 0 ? "above" : "level";
  if (Math.abs(percent) < STABLE_PERCENT) return "level";
  return percent > 0 ? "above" : "below";
}
