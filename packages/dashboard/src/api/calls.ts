import type { Basis } from "@outlay/core";
import { queryOptions } from "@tanstack/react-query";
import type { View } from "../filters/search.ts";
import type { CallsPage } from "./answers.ts";
import { getJson } from "./client.ts";
import { viewParams } from "./params.ts";
import { serverUrl } from "./server-url.ts";

/** Calls in one page of the long list. */
export const CALLS_IN_A_PAGE = 100;

/** What a long list asks, and as of when: an edition is a moment, so that no page moves against another. */
export interface CallsEdition {
  /** Period, zone and filters as the API takes them. */
  params: string;
  /** Another number asks everything anew. */
  edition: number;
}

export function callsEdition(view: View, edition: number): CallsEdition {
  return { params: viewParams(view).toString(), edition };
}

/**
 * One page of a long list. Never asked again while it is there, so that rows stay where they are; forgotten soon after it
 * is out of sight, so that a list of any length takes the memory of a few pages.
 */
export function callsPageQuestion({ params, edition }: CallsEdition, cursor: string | null) {
  return queryOptions({
    queryKey: ["calls", "pages", edition, params, cursor],
    queryFn: ({ signal }) => {
      const page = new URLSearchParams(params);
      page.set("limit", String(CALLS_IN_A_PAGE));
      if (cursor !== null) page.set("cursor", cursor);
      return getJson<CallsPage>("/api/v1/events", page, signal);
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: FORGET_MS,
    enabled: ({ state }) => state.data === undefined,
  });
}

const FORGET_MS = 10_000;

/** Where the calls of the view can be downloaded from. */
export function callsFileUrl(view: View, format: "csv" | "jsonl" | "json"): string {
  const params = viewParams(view);
  params.set("format", format);
  return serverUrl(`/api/v1/export?${params.toString()}`);
}

/** One step of a trace: a call, and where it stands among the others. */
export interface TraceSpan {
  id: string;
  parent: string | null;
  /** Id of the span above it, stored or not. */
  parentSpan: string | null;
  depth: number;
  name: string;
  model: string;
  /** Milliseconds after the start of the trace. */
  startMs: number;
  durationMs: number | null;
  costUsd: number | null;
  /** With all calls below it. */
  subtreeCostUsd: number | null;
  basis: Basis;
  success: boolean;
}

/** A span above calls that is itself not a call: an agent's step, a tool. */
export interface TraceStep {
  span: string;
  startMs: number;
  durationMs: number;
  calls: number;
  costUsd: number | null;
}

export interface TraceAnswer {
  trace: string;
  startedAt: string;
  durationMs: number;
  cost: number | null;
  calls: number;
  errors: number;
  unpricedCalls: number;
  truncated: boolean;
  spans: TraceSpan[];
  steps: TraceStep[];
}

/** The trace that a call of the instant belongs to. */
export function traceQuestion(trace: string, occurredAt: string) {
  const day = occurredAt.slice(0, 10);
  return queryOptions({
    // Calls of one trace lie near each other: going from one to the next asks nothing.
    queryKey: ["trace", trace, day],
    queryFn: ({ signal }) =>
      getJson<TraceAnswer>(
        `/api/v1/traces/${encodeURIComponent(trace)}`,
        new URLSearchParams({ at: occurredAt }),
        signal,
      ),
  });
}
