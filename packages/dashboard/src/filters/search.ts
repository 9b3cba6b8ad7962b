import { PERIOD_NAMES } from "@outlay/core";
import type { PeriodName, TimeUnit } from "@outlay/core";
import { addDays, addMonths, daysBetween, isDate } from "./dates.ts";
import { parseFilter } from "./filter.ts";
import { DEFAULT_PERIOD } from "./periods.ts";

/** What the chart can be split by. */
export const GROUPS = ["model", "provider", "agent", "project", "user", "operation"] as const;
export type Group = (typeof GROUPS)[number];

/** What the chart can show. */
export const CHART_METRICS = ["cost", "calls", "tokens"] as const;
export type ChartMetric = (typeof CHART_METRICS)[number];

/**
 * The state of the page as its address holds it: only what somebody chose, so that a shared link carries
 * choices and not today's defaults. Written with the API's own parameter names: `?period=7d&filter=model:x`.
 */
export interface Search {
  period?: PeriodName;
  /** Dates (start of the day in the zone) or instants; `to` is excluded. Both or none, and then no `period`. */
  from?: string;
  to?: string;
  tz?: string;
  compare?: "off";
  group?: Group;
  metric?: ChartMetric;
  filter?: string[];
}

/** The same with the defaults filled in. */
export interface View {
  range: { name: PeriodName } | { from: string; to: string };
  /** Absent: the server's own zone. */
  timeZone?: string;
  compare: boolean;
  group: Group;
  metric: ChartMetric;
  filters: string[];
}

/** Keeps what is valid and says something else than the default; anything else falls back to the default. */
export function validateSearch(raw: Record<string, unknown>): Search {
  const search: Search = {};
  const { from, to, tz } = raw;
  if (isBound(from) && isBound(to) && from < to) {
    search.from = from;
    search.to = to;
  } else if (oneOf(PERIOD_NAMES, raw["period"]) && raw["period"] !== DEFAULT_PERIOD) {
    search.period = raw["period"];
  }
  if (typeof tz === "string" && isTimeZone(tz)) search.tz = tz;
  if (raw["compare"] === "off") search.compare = "off";
  if (oneOf(GROUPS, raw["group"]) && raw["group"] !== "model") search.group = raw["group"];
  if (oneOf(CHART_METRICS, raw["metric"]) && raw["metric"] !== "cost") search.metric = raw["metric"];
  const filters = [raw["filter"] ?? []].flat().filter((text): text is string => typeof text === "string");
  const known = [...new Set(filters)].filter((text) => parseFilter(text) !== null);
  if (known.length > 0) search.filter = known;
  return search;
}

/** What of a page's address belongs to every page; the rest is the state of that page (see use-page-state.ts). */
const SHARED_KEYS: readonly string[] = ["period", "from", "to", "tz", "compare", "group", "metric", "filter"];

/** The same address with another shared part; what the page keeps beside it stays. */
export function withShared(raw: Record<string, unknown>, search: Search): Record<string, unknown> {
  const own = Object.entries(raw).filter(([key]) => !SHARED_KEYS.includes(key));
  return { ...Object.fromEntries(own), ...search };
}

export function viewOf(search: Search): View {
  return {
    range:
      search.from !== undefined && search.to !== undefined
        ? { from: search.from, to: search.to }
        : { name: search.period ?? DEFAULT_PERIOD },
    ...(search.tz === undefined ? {} : { timeZone: search.tz }),
    compare: search.compare !== "off",
    group: search.group ?? "model",
    metric: search.metric ?? "cost",
    filters: search.filter ?? [],
  };
}

/** Reads `?a=1&filter=x&filter=y`: the one key that may repeat becomes a list. */
export function parseSearch(text: string): Record<string, unknown> {
  const params = new URLSearchParams(text);
  const filters = params.getAll("filter");
  return { ...Object.fromEntries(params), ...(filters.length > 0 ? { filter: filters } : {}) };
}

/** Writes it again, with colons, slashes and commas left legible. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null) params.append(key, String(one));
  }
  const text = params
    .toString()
    .replaceAll("%3A", ":")
    .replaceAll("%2F", "/")
    .replaceAll("%2C", ",")
    .replaceAll("%21", "!");
  return text === "" ? "" : `?${text}`;
}

/** A named period, from whatever was shown. */
export function withPeriod(search: Search, name: PeriodName): Search {
  const { from: _from, to: _to, period: _period, ...rest } = search;
  return name === DEFAULT_PERIOD ? rest : { ...rest, period: name };
}

/** Days from the first to the last, both included. */
export function withDays(search: Search, firstDate: string, lastDate: string): Search {
  const { period: _period, ...rest } = search;
  return { ...rest, from: firstDate, to: addDays(lastDate, 1) };
}

/** Filters that replace the present ones; none leaves the address without. */
export function withFilters(search: Search, filters: string[]): Search {
  const { filter: _filter, ...rest } = search;
  return filters.length > 0 ? { ...rest, filter: filters } : rest;
}

export function withCompare(search: Search, compare: boolean): Search {
  const { compare: _compare, ...rest } = search;
  return compare ? rest : { ...rest, compare: "off" };
}

/**
 * The stretch of days before (-1) or after (1) the shown one. Whole months move by months, everything else by
 * its own length. `firstDate` included, `endDate` excluded.
 */
export function shiftDays(search: Search, firstDate: string, endDate: string, direction: -1 | 1): Search {
  const isMonthLike = search.period === "month" || (firstDate.endsWith("-01") && endDate.endsWith("-01"));
  if (isMonthLike) {
    const from = addMonths(firstDate, direction);
    return withDays(search, from, addDays(addMonths(from, 1), -1));
  }
  const days = search.period === "week" ? 7 : Math.max(1, daysBetween(firstDate, endDate));
  const from = addDays(firstDate, direction * days);
  return withDays(search, from, addDays(from, days - 1));
}

/** How finely a view is drawn: about 24 to 120 bars. `firstDate` is of the first event, for "all". */
export function chartUnit(view: View, firstDate: string | null, today: string): TimeUnit {
  const { range } = view;
  if ("name" in range && range.name !== "all") return UNITS[range.name];
  const [from, to] = "name" in range ? [firstDate ?? today, addDays(today, 1)] : [range.from, range.to];
  const days = daysBetween(from.slice(0, 10), to.slice(0, 10));
  if (days <= 2) return "hour";
  if (days <= 100) return "day";
  return days <= 730 ? "week" : "month";
}

const UNITS: Record<Exclude<PeriodName, "all">, TimeUnit> = {
  today: "hour",
  yesterday: "hour",
  week: "day",
  month: "day",
  quarter: "day",
  year: "week",
  "7d": "day",
  "30d": "day",
  "90d": "day",
};

function oneOf<const T extends string>(names: readonly T[], value: unknown): value is T {
  return (names as readonly unknown[]).includes(value);
}

function isBound(value: unknown): value is string {
  if (typeof value !== "string") return false;
  return (
    isDate(value) || (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(value) && !Number.isNaN(Date.parse(value)))
  );
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
