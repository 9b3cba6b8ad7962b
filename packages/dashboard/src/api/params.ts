import type { Metric, TimeUnit } from "@outlay/core";
import type { View } from "../filters/search.ts";

/** The period, zone and filters of a view as parameters of the API. */
export function viewParams(view: View): URLSearchParams {
  const params = filterParams(view);
  if ("name" in view.range) {
    params.set("period", view.range.name);
  } else {
    params.set("from", view.range.from);
    params.set("to", view.range.to);
  }
  return params;
}

/** The zone and the filters alone: what has a period of its own. */
export function filterParams(view: View): URLSearchParams {
  const params = new URLSearchParams(view.filters.map((text) => ["filter", text]));
  if (view.timeZone !== undefined) params.set("tz", view.timeZone);
  return params;
}

/** Of the cards. */
export function totalsParams(view: View): URLSearchParams {
  const params = viewParams(view);
  params.set("metrics", CARD_METRICS.join(","));
  if (view.compare) params.set("compare", "previous");
  return params;
}

/** Of the chart with groups. */
export function chartParams(view: View, unit: TimeUnit, maxSeries: number): URLSearchParams {
  const params = viewParams(view);
  params.set("metrics", view.metric);
  params.set("by", view.group);
  params.set("unit", unit);
  params.set("limit", String(maxSeries));
  if (view.compare) params.set("compare", "previous");
  return params;
}

/** What the cards show. */
const CARD_METRICS = [
  "cost",
  "calls",
  "errors",
  "successRate",
  "tokens",
  "tokensPerCall",
  "costPerCall",
  "inputTokens",
  "cacheReadTokens",
  "outputTokens",
  "cacheSavings",
  "avgDurationMs",
  "p95DurationMs",
  "unpricedCalls",
  "unpricedTokens",
  "estimatedCalls",
] as const satisfies readonly Metric[];
