import type { Metric, TimeUnit } from "@outlay/core";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { View } from "../filters/search.ts";
import type { BreakdownAnswer, BreakdownRow, Numbers, TimeSeriesAnswer } from "./answers.ts";
import { getJson } from "./client.ts";
import { viewParams } from "./params.ts";
import { FIGURES, figures } from "./questions.ts";
import { serverUrl } from "./server-url.ts";

/** What is asked of the calls of a view. */
export interface Asked {
  metric: Metric;
  /** Null: everything together. */
  group: string | null;
  second: string | null;
  top: number;
  rank: { metric: Metric; descending: boolean };
}

export interface RowsAnswer extends BreakdownAnswer {
  comparison?: { period: { start: string; end: string }; rows: BreakdownRow[]; totals: Numbers };
}

/** The first groups with their numbers over the whole period. Carries what was asked beside the answer. */
export function groupsQuestion(view: View, asked: Asked) {
  return rowsQuestion(view, asked, asked.group === null ? [] : [asked.group], asked.top);
}

/** Both groups together, as many as one look can use; each first group is then split by the second. */
export function pairsQuestion(view: View, asked: Asked) {
  return rowsQuestion(
    view,
    asked,
    [asked.group, asked.second].filter((name) => name !== null),
    MAX_PAIRS,
  );
}

function rowsQuestion(view: View, asked: Asked, by: string[], limit: number) {
  const params = questionParams(view, asked, by, limit);
  const metrics = [...new Set<Metric>([asked.metric, asked.rank.metric, ...BESIDES])];
  params.set("metrics", metrics.join(","));
  const path = by.length === 0 ? "/api/v1/query" : "/api/v1/breakdown";
  return queryOptions({
    queryKey: [FIGURES, path, params.toString()],
    queryFn: async ({ signal }) => ({ asked, answer: await getJson<RowsAnswer>(path, params, signal) }),
    placeholderData: keepPreviousData,
  });
}

/** The first groups, or pairs of groups, over time. */
export function seriesQuestion(view: View, asked: Asked, unit: TimeUnit, maxSeries: number) {
  const by = [asked.group, asked.second].filter((name) => name !== null);
  const params = questionParams(view, asked, by, Math.min(asked.top, maxSeries));
  params.set("metrics", asked.metric);
  params.set("unit", unit);
  const path = "/api/v1/timeseries";
  return queryOptions({
    queryKey: [FIGURES, path, params.toString()],
    queryFn: async ({ signal }) => ({ asked, unit, answer: await getJson<TimeSeriesAnswer>(path, params, signal) }),
    placeholderData: keepPreviousData,
  });
}

/** The same as a file, with every bucket a row. */
export function seriesFile(view: View, asked: Asked, unit: TimeUnit): string {
  const by = [asked.group, asked.second, unit].filter((name) => name !== null);
  const params = questionParams(view, asked, by, asked.top);
  params.delete("compare");
  params.set("metrics", [...new Set([asked.metric, "calls", "unpricedCalls"])].join(","));
  params.set("format", "csv");
  return serverUrl(`/api/v1/export?${params.toString()}`);
}

function questionParams(view: View, { rank }: Asked, by: string[], limit: number): URLSearchParams {
  const params = viewParams(view);
  if (by.length > 0) params.set("by", by.join(","));
  params.set("order", `${rank.descending ? "-" : ""}${rank.metric}`);
  params.set("limit", String(limit));
  if (view.compare) params.set("compare", "previous");
  return params;
}

/** Why a cost differs, in dollars; they add up to the difference. */
export interface ChangeParts {
  calls: number;
  length: number;
  model: number;
  price: number;
}

export interface Change {
  /** Null: there are calls, and none of them has a price. */
  before: number | null;
  now: number | null;
  /** Of what is known of both. */
  difference: number;
  callsBefore: number;
  callsNow: number;
  unpricedBefore: number;
  unpricedNow: number;
  parts: ChangeParts;
}

export type ChangeRow = Change & { key: string | null; other?: boolean };

export interface ChangesAnswer extends Change {
  query: {
    period: { start: string; end: string; timeZone: string };
    compare: { start: string; end: string };
  };
  by: string;
  rows: ChangeRow[];
  meta: { groups: number; priceNotKnown: { provider: string; model: string }[] };
}

/** What changed against the period before, or against other days (`to` excluded). */
export function changesQuestion(
  view: View,
  asked: { by: string; top: number; compareDays: { from: string; to: string } | null },
) {
  const params = viewParams(view);
  params.set("by", asked.by);
  params.set("limit", String(asked.top));
  if (asked.compareDays !== null) {
    params.set("compareFrom", asked.compareDays.from);
    params.set("compareTo", asked.compareDays.to);
  }
  return figures<ChangesAnswer>("/api/v1/insights/changes", params);
}

/** Asked beside the metric: what a row is worth, and whether its cost is all of it. */
const BESIDES = ["cost", "calls", "tokens", "unpricedCalls"] as const satisfies readonly Metric[];
const MAX_PAIRS = 1_000;
