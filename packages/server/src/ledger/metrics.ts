import { METRICS, usdNumber, type Metric } from "@outlay/core";
import { latencyQuantile } from "../storage/latency-sketch.ts";
import type { Sums, SumQuestion } from "../storage/storage.ts";
import type { MetricValues } from "./answers.ts";

/** What was found out about one group of events. */
export interface Measured {
  sums: Sums;
  /** Different sessions and users; null: not asked, or not known for this group. */
  sessions: number | null;
  users: number | null;
  /** Cost of the calls that belong to a session; null: not asked, or not known. */
  sessionCostNanoUsd: bigint | null;
}

/** What has to be asked of the store besides plain sums. */
export interface Needs {
  latency: boolean;
  sessions: boolean;
  users: boolean;
  sessionCost: boolean;
}

export function needsOf(metrics: readonly Metric[]): Needs {
  return {
    latency: metrics.some((metric) => "approximate" in METRICS[metric]),
    sessions: metrics.some((metric) => metric === "sessions" || metric === "costPerSession"),
    users: metrics.includes("users"),
    sessionCost: metrics.includes("costPerSession"),
  };
}

/** The metrics of one group. Averages of nothing are null; so is the cost when none of the calls has a price. */
export function metricValues(metrics: readonly Metric[], measured: Measured): MetricValues {
  const values: MetricValues = {};
  for (const metric of metrics) values[metric] = metricValue(metric, measured);
  return values;
}

export function metricValue(metric: Metric, measured: Measured): number | null {
  const { sums } = measured;
  const calls = Number(sums.calls);
  switch (metric) {
    case "cost":
      return sums.calls > 0n && sums.calls === sums.unpricedCalls ? null : usdNumber(sums.costNanoUsd);
    case "calls":
      return calls;
    case "tokens":
      return Number(sums.inputTokens + sums.outputTokens);
    case "inputTokens":
    case "cacheReadTokens":
    case "cacheWriteTokens":
    case "outputTokens":
    case "reasoningTokens":
    case "errors":
    case "unpricedCalls":
    case "unpricedTokens":
    case "estimatedCalls":
    case "retries":
      return Number(sums[metric]);
    case "cacheSavings":
      return usdNumber(sums.cacheSavingsNanoUsd);
    case "avoidedCost":
      return usdNumber(sums.avoidedNanoUsd);
    case "successes":
      return Number(sums.calls - sums.errors);
    case "errorRate":
      return ratio(Number(sums.errors), calls);
    case "successRate":
      return ratio(Number(sums.calls - sums.errors), calls);
    case "costPerCall":
      // Calls without a price are left out above and below: they are not free.
      return usdEach(sums.costNanoUsd, Number(sums.calls - sums.unpricedCalls));
    case "costPerSession":
      return measured.sessionCostNanoUsd === null || measured.sessions === null
        ? null
        : usdEach(measured.sessionCostNanoUsd, measured.sessions);
    case "tokensPerCall":
      return ratio(Number(sums.inputTokens + sums.outputTokens), calls);
    case "avgDurationMs":
      return ratio(Number(sums.durationUs) / 1_000, Number(sums.durationCalls));
    case "p50DurationMs":
      return quantile(sums, 0.5);
    case "p95DurationMs":
      return quantile(sums, 0.95);
    case "p99DurationMs":
      return quantile(sums, 0.99);
    case "sessions":
      return measured.sessions;
    case "users":
      return measured.users;
  }
}

/** The sum that a store can order groups by, for metrics that are one; null for those that are computed from several. */
export function sumToOrderBy(metric: Metric): NonNullable<SumQuestion["top"]>["sum"] | null {
  switch (metric) {
    case "cost":
      return "costNanoUsd";
    case "cacheSavings":
      return "cacheSavingsNanoUsd";
    case "avoidedCost":
      return "avoidedNanoUsd";
    case "calls":
    case "tokens":
    case "inputTokens":
    case "cacheReadTokens":
    case "cacheWriteTokens":
    case "outputTokens":
    case "reasoningTokens":
    case "errors":
    case "unpricedCalls":
    case "unpricedTokens":
    case "estimatedCalls":
    case "retries":
      return metric;
    default:
      return null;
  }
}

/** Relative change; null from nothing, and where either is not known. */
export function changeOf(now: MetricValues, before: MetricValues): MetricValues {
  const change: MetricValues = {};
  for (const metric of Object.keys(now) as Metric[]) change[metric] = relativeChange(now[metric], before[metric]);
  return change;
}

function relativeChange(now: number | null | undefined, before: number | null | undefined): number | null {
  if (now === null || now === undefined || before === null || before === undefined || before === 0) return null;
  return (now - before) / Math.abs(before);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Rounded to nano-dollars. */
function usdEach(nanoUsd: bigint, count: number): number | null {
  return count === 0 ? null : usdNumber(Math.round(Number(nanoUsd) / count));
}

function quantile(sums: Sums, share: number): number | null {
  return sums.latency === undefined ? null : latencyQuantile(sums.latency, share);
}
