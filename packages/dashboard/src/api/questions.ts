import type { TimeUnit } from "@outlay/core";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { View } from "../filters/search.ts";
import { getJson } from "./client.ts";
import { chartParams, filterParams, totalsParams, viewParams } from "./params.ts";
import type {
  BreakdownAnswer,
  CallDetail,
  CallsPage,
  Meta,
  Projection,
  TimeSeriesAnswer,
  TotalsAnswer,
} from "./answers.ts";

/** Everything under this key changes when events arrive. */
export const FIGURES = "figures";

/** Calls shown at first, and added by each "show older". */
export const CALLS_PER_PAGE = 15;

export const metaQuestion = queryOptions({
  queryKey: [FIGURES, "meta"],
  queryFn: ({ signal }) => getJson<Meta>("/api/v1/meta", new URLSearchParams(), signal),
});

/** Whether the server can record: asked again and again, since no event tells of what could not be recorded. */
export const healthQuestion = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => getJson<{ unrecorded: number }>("/api/health", new URLSearchParams(), signal),
  refetchInterval: 15_000,
});

export function totalsQuestion(view: View) {
  return figures<TotalsAnswer>("/api/v1/query", totalsParams(view));
}

/** How many calls match; asked for the views that leave one filter out, to name the one that excludes everything. */
export function callCountQuestion(view: View) {
  const params = viewParams(view);
  params.set("metrics", "calls");
  return figures<TotalsAnswer>("/api/v1/query", params);
}

/** Carries what was asked beside the answer: the old picture stays on screen while another one is fetched. */
export function chartQuestion(view: View, unit: TimeUnit, maxSeries: number) {
  const { group, metric } = view;
  const params = chartParams(view, unit, maxSeries);
  const path = "/api/v1/timeseries";
  return queryOptions({
    queryKey: [FIGURES, path, params.toString()],
    queryFn: async ({ signal }) => ({
      unit,
      group,
      metric,
      answer: await getJson<TimeSeriesAnswer>(path, params, signal),
    }),
    placeholderData: keepPreviousData,
  });
}

/** The cost of all calls over time, or their number, without groups. Carries the unit beside the answer, as `chartQuestion` does. */
export function trendQuestion(view: View, unit: TimeUnit, metric: "cost" | "calls" = "cost") {
  const params = viewParams(view);
  params.set("metrics", metric);
  params.set("unit", unit);
  if (view.compare) params.set("compare", "previous");
  const path = "/api/v1/timeseries";
  return queryOptions({
    queryKey: [FIGURES, path, params.toString()],
    queryFn: async ({ signal }) => ({ unit, answer: await getJson<TimeSeriesAnswer>(path, params, signal) }),
    placeholderData: keepPreviousData,
  });
}

export function breakdownQuestion(view: View, by: string, limit: number) {
  const params = viewParams(view);
  params.set("by", by);
  params.set("metrics", "cost,calls,tokens,unpricedCalls");
  params.set("limit", String(limit));
  return figures<BreakdownAnswer>("/api/v1/breakdown", params);
}

/** This month's end at the present pace, under the same filters. */
export function projectionQuestion(view: View) {
  const params = filterParams(view);
  return figures<Projection>("/api/v1/projection", params);
}

export function callsQuestion(view: View) {
  const params = viewParams(view);
  params.set("limit", String(CALLS_PER_PAGE));
  return infiniteQueryOptions({
    queryKey: ["calls", params.toString()],
    queryFn: ({ signal, pageParam }) => {
      const page = new URLSearchParams(params);
      if (pageParam !== null) page.set("cursor", pageParam);
      return getJson<CallsPage>("/api/v1/events", page, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    // The stream tells a list on screen what is new; one that comes on screen again has missed that. Nothing else
    // may move its rows.
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
}

export function callQuestion(id: string) {
  return queryOptions({
    queryKey: ["call", id],
    queryFn: ({ signal }) =>
      getJson<CallDetail>(`/api/v1/events/${encodeURIComponent(id)}`, new URLSearchParams(), signal),
  });
}

export function valuesQuestion(dimension: string, contains: string) {
  const params = new URLSearchParams({ dimension, limit: "20" });
  if (contains !== "") params.set("contains", contains);
  return queryOptions({
    queryKey: ["values", params.toString()],
    queryFn: ({ signal }) => getJson<{ values: string[] }>("/api/v1/values", params, signal),
    placeholderData: keepPreviousData,
  });
}

/** A question whose answer is asked again when events arrive; the one before stays meanwhile. */
export function figures<T>(path: `/${string}`, params: URLSearchParams) {
  return queryOptions({
    queryKey: [FIGURES, path, params.toString()],
    queryFn: ({ signal }) => getJson<T>(path, params, signal),
    placeholderData: keepPreviousData,
  });
}
