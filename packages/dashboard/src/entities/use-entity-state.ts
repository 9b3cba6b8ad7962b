import { RANKING_METRICS } from "../api/entities.ts";
import type { Ranking, RankingMetric } from "../api/entities.ts";
import type { View } from "../filters/search.ts";
import { textIn, usePageState } from "../filters/use-page-state.ts";

/** What the pages of users, agents and work items keep in their address. */
export interface EntityState {
  /** The one that is looked at; absent: the list. */
  of?: string;
  /** Order of the list: `calls` for the most first, `calls-up` for the fewest; absent: the dearest first. */
  sort?: string;
  /** Part of a name. */
  find?: string;
  /** Rows of the list, when more than at first. */
  rows?: string;
}

export const useEntityState = () => usePageState(readEntityState);

export function readEntityState(raw: Record<string, unknown>): EntityState {
  const of = textIn(raw, "of");
  const sort = sortText(orderIn(textIn(raw, "sort")));
  const find = textIn(raw, "find");
  const rows = rowsIn(textIn(raw, "rows"));
  return {
    ...(of === undefined ? {} : { of }),
    ...(sort === undefined ? {} : { sort }),
    ...(find === undefined ? {} : { find }),
    ...(rows === ROWS_AT_FIRST ? {} : { rows: String(rows) }),
  };
}

export interface RankingOrder {
  metric: RankingMetric;
  descending: boolean;
}

/** The dearest first, unless the text says something else. */
export function orderIn(sort: string | undefined): RankingOrder {
  const isUp = sort?.endsWith(UP) === true;
  const name = isUp ? sort?.slice(0, -UP.length) : sort;
  const metric = RANKING_METRICS.find((known) => known === name);
  return metric === undefined ? DEAREST : { metric, descending: !isUp };
}

/** The same as `sort` writes it; undefined for the default. */
export function sortText({ metric, descending }: RankingOrder): string | undefined {
  if (metric === DEAREST.metric && descending) return undefined;
  return descending ? metric : `${metric}${UP}`;
}

/** 50 to 1,000. */
export function rowsIn(text: string | undefined): number {
  const rows = Number(text ?? ROWS_AT_FIRST);
  return Number.isInteger(rows) ? Math.min(MAX_ROWS, Math.max(ROWS_AT_FIRST, rows)) : ROWS_AT_FIRST;
}

const ROWS_AT_FIRST = 50;
const UP = "-up";
const DEAREST: RankingOrder = { metric: "cost", descending: true };
/** What a page can still show; searching finds the others. */
export const MAX_ROWS = 1_000;

/** The list as it is at first: what the page asks anyway. */
export const dearestOf = (view: View, dimension: string): Ranking => ({
  view,
  dimension,
  order: DEAREST,
  limit: ROWS_AT_FIRST,
});
