import type { Metric, TimeUnit } from "@outlay/core";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { View } from "../filters/search.ts";
import type { BreakdownAnswer, TimeSeriesAnswer, TotalsAnswer } from "./answers.ts";
import { getJson } from "./client.ts";
import { viewParams } from "./params.ts";
import { figures } from "./questions.ts";

/** What the lists can be ordered by. All come from kept sums, whatever the size of the ledger. */
export const RANKING_METRICS = ["cost", "calls", "tokens", "errorRate", "costPerCall"] as const satisfies Metric[];
export type RankingMetric = (typeof RANKING_METRICS)[number];

/** The first groups of one dimension. */
export interface Ranking {
  view: View;
  dimension: string;
  order: { metric: RankingMetric; descending: boolean };
  limit: number;
}

export function rankingQuestion(ranking: Ranking) {
  const params = rankingParams(ranking);
  // The first metric is the one that shares are of.
  params.set("metrics", [...RANKING_METRICS, "errors", "unpricedCalls"].join(","));
  return figures<BreakdownAnswer>("/api/v1/breakdown", params);
}

/** The cost of the same groups over time, in one question. */
export function rankingTrendQuestion(ranking: Ranking, unit: TimeUnit) {
  const params = rankingParams(ranking);
  params.set("metrics", "cost");
  params.set("unit", unit);
  return figures<TimeSeriesAnswer>("/api/v1/timeseries", params);
}

/** Their distinct sessions. Reads single calls: only for periods that do not have too many. */
export function rankingSessionsQuestion(ranking: Ranking) {
  const params = rankingParams(ranking);
  params.set("metrics", "sessions");
  return counted<BreakdownAnswer>("/api/v1/breakdown", params);
}

/** Above so many calls, what has to read each of them (distinct sessions, splits without kept sums) is not asked by itself. */
export const MAX_CALLS_READ_UNASKED = 200_000;

/** Distinct sessions in the view, and what one costs. Reads single calls where there are filters. */
export function sessionTotalsQuestion(view: View) {
  const params = viewParams(view);
  params.set("metrics", "sessions,costPerSession");
  return counted<TotalsAnswer>("/api/v1/query", params);
}

/** What of the view carries no value of the dimension. */
export function unattributedQuestion(view: View, dimension: string) {
  const params = viewParams(view);
  params.append("filter", `${dimension}:`);
  params.set("metrics", "cost,calls,tokens,unpricedCalls");
  return figures<TotalsAnswer>("/api/v1/query", params);
}

/** Values that contain a text, in any case, whenever they were used. */
export function matchingValuesQuestion(dimension: string, contains: string) {
  const params = new URLSearchParams({ dimension, contains, limit: String(MAX_MATCHES) });
  return queryOptions({
    queryKey: ["values", params.toString()],
    queryFn: ({ signal }) => getJson<{ values: string[] }>("/api/v1/values", params, signal),
    placeholderData: keepPreviousData,
  });
}

/** Names that a search by text narrows a list to. Each becomes a filter in an address, whose length is bounded. */
export const MAX_MATCHES = 50;

/** What takes reading single calls is not asked again with every call that arrives, only from time to time. */
function counted<T>(path: `/${string}`, params: URLSearchParams) {
  return queryOptions({
    queryKey: ["counted", path, params.toString()],
    queryFn: ({ signal }) => getJson<T>(path, params, signal),
    placeholderData: keepPreviousData,
    refetchInterval: COUNT_EVERY_MS,
  });
}

const COUNT_EVERY_MS = 60_000;

function rankingParams({ view, dimension, order, limit }: Ranking): URLSearchParams {
  const params = viewParams(view);
  params.set("by", dimension);
  params.set("order", `${order.descending ? "-" : ""}${order.metric}`);
  params.set("limit", String(limit));
  return params;
}
