import type { OutlaySession } from "@outlay/react";
import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { parseFilter } from "../filters/filter.ts";
import type { View } from "../filters/search.ts";
import type { BreakdownRow, Call } from "./answers.ts";
import { getJson } from "./client.ts";
import { viewParams } from "./params.ts";
import { figures } from "./questions.ts";

/** One session with its totals over all time. */
export type Session = OutlaySession & { costPerCall: number | null };

export interface SessionsPage {
  sessions: Session[];
  nextCursor: string | null;
}

export interface SessionDetail {
  session: Session;
  byModel: BreakdownRow[];
  byCategory: BreakdownRow[];
  /** The newest thousand, newest first. */
  events: Call[];
}

export const SESSION_ORDERS = ["recent", "cost", "tokens", "calls"] as const;
export type SessionOrder = (typeof SESSION_ORDERS)[number];

/** What a session is narrowed by: its own user, agent and project, and a model that it used. */
export const SESSION_DIMENSIONS = ["model", "user", "agent", "project"] as const;
type SessionDimension = (typeof SESSION_DIMENSIONS)[number];

export interface SessionsWanted {
  view: View;
  order: SessionOrder;
  /** Dollars, both included. */
  minCost?: string | undefined;
  maxCost?: string | undefined;
}

/** Sessions whose last call lies in the period. Nothing moves their rows but a question of the reader. */
export function sessionsQuestion({ view, order, minCost, maxCost }: SessionsWanted, perPage = SESSIONS_PER_PAGE) {
  const params = viewParams({ ...view, filters: [] });
  for (const [name, value] of Object.entries(sessionFilters(view.filters).applied)) params.set(name, value);
  if (minCost !== undefined) params.set("minCost", minCost);
  if (maxCost !== undefined) params.set("maxCost", maxCost);
  params.set("order", order);
  params.set("limit", String(perPage));
  return infiniteQueryOptions({
    queryKey: ["sessions", params.toString()],
    queryFn: ({ signal, pageParam }) => {
      const page = new URLSearchParams(params);
      if (pageParam !== null) page.set("cursor", pageParam);
      return getJson<SessionsPage>("/api/v1/sessions", page, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
}

const SESSIONS_PER_PAGE = 25;

export function sessionQuestion(id: string) {
  return figures<SessionDetail>(`/api/v1/sessions/${encodeURIComponent(id)}`, new URLSearchParams());
}

/** Which filters the list of sessions can follow: one exact value of each of its dimensions. The others are left out, and named. */
export function sessionFilters(filters: readonly string[]): {
  applied: Partial<Record<SessionDimension, string>>;
  ignored: string[];
} {
  const applied: Partial<Record<SessionDimension, string>> = {};
  const ignored: string[] = [];
  for (const text of filters) {
    const filter = parseFilter(text);
    const dimension = SESSION_DIMENSIONS.find((name) => name === filter?.dimension);
    const isExact = filter !== null && !filter.exclude && filter.value !== "" && !/(?<!\\)\*/.test(filter.value);
    const isAlone = filters.filter((other) => isAlternative(other, dimension)).length === 1;
    if (dimension !== undefined && isExact && isAlone) applied[dimension] = filter.value.replaceAll("\\*", "*");
    else ignored.push(text);
  }
  return { applied, ignored };
}

/** Several filters on one dimension mean "one of them". */
function isAlternative(text: string, dimension: string | undefined): boolean {
  const filter = parseFilter(text);
  return filter !== null && !filter.exclude && filter.dimension === dimension;
}
