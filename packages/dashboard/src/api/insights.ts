import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { View } from "../filters/search.ts";
import type { AskedPeriod, Numbers, Projection, TimeSeriesAnswer } from "./answers.ts";
import { getJson } from "./client.ts";
import { viewParams } from "./params.ts";
import { figures } from "./questions.ts";

/** What the API answers about where it is going and what it is worth. Money in dollars, instants ISO in UTC, null where not known. */

export interface MonthProjection extends Projection {
  month: { start: string; end: string; timeZone: string };
  dailyAverage: number | null;
  lastMonth: number;
  method: string;
}

export interface Forecast {
  month: { start: string; end: string; timeZone: string };
  expected: number | null;
  low: number | null;
  high: number | null;
  /** How far off the method was in the past, in percent; null: too little past to try. */
  errorPercent: number | null;
  method: string;
}

export interface Trends {
  last7Days: Numbers;
  previous7Days: Numbers;
  monthOverMonth: { thisMonth: Numbers; lastMonthSamePart: Numbers; lastMonth: Numbers };
}

/** At the pace of the last 24 hours. */
export interface Velocity {
  perHour: number;
  perDay: number;
  perMonth: number;
  last24Hours: number;
  previous24Hours: number;
}

export type SavingKind =
  | "cheaper_model"
  | "caching"
  | "batch"
  | "wasted_calls"
  | "unused_subscription"
  | "subscription_plan";

export interface Recommendation {
  kind: SavingKind;
  title: string;
  sentence: string;
  savedUsd: number;
  ofCostUsd: number;
  calls: number;
  filter: string[];
  basis: "exact" | "estimate";
  assumptions: string[];
}

export interface Savings {
  query: { period: AskedPeriod };
  cost: number | null;
  calls: number;
  unpricedCalls: number;
  cacheSavings: number;
  avoidedCost: number;
  /** What saves most first. They overlap. */
  recommendations: Recommendation[];
  meta: { sample: { calls: number; of: number }; leftOut: { kind: SavingKind; why: string }[] };
}

export interface MarginValues {
  revenue: number;
  usageCost: number | null;
  chargeCost: number;
  cost: number | null;
  margin: number | null;
  marginRatio: number | null;
  users: number | null;
  unpricedCalls: number;
}

export type MarginRow = MarginValues & { key: string | null; other?: true };

export interface Margin {
  by: string;
  totals: MarginValues;
  rows: MarginRow[];
  perUser: {
    days: number;
    costPerUser: number | null;
    users: number | null;
    projected: { users: number; cost: number | null }[];
    sentence: string;
  };
  meta: { groups?: number; usersNotCounted: string | null };
}

export interface Candidate {
  provider: string;
  model: string;
  cost: number | null;
  compared: { calls: number; recordedCost: number; cost: number };
  difference: number | null;
  ratio: number | null;
  unratedCalls: number;
  approximate: boolean;
  reasons: string[];
  priceId: string | null;
}

export interface Elsewhere {
  query: { models: string[]; chosen: boolean };
  recorded: { cost: number | null; calls: number; unpricedCalls: number };
  basis: "calls" | "sums";
  candidates: Candidate[];
  meta: { callsRead: number; caveats: string[] };
}

/** A value with the bounds of its 95 % interval; null where too few calls say too little. */
export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
}

export type ScoreEstimate = Estimate & { calls: number };

interface WorkedOut {
  calls: number;
  successes: number;
  successRate: Estimate | null;
  cost: number | null;
  costPerCall: Estimate | null;
  costPerSuccess: Estimate | null;
  score: ScoreEstimate | null;
  unpricedCalls: number;
}

export interface QualityRow extends WorkedOut {
  key: string | null;
  other?: true;
  retries: number;
  retryRate: Estimate | null;
}

export interface Quality {
  by: string;
  totals: Omit<QualityRow, "key" | "other">;
  rows: QualityRow[];
  meta: { groups?: number; callsRead: number; notRead: string | null };
}

/** What two are compared by. */
export type Compared = "successRate" | "score" | "costPerCall" | "costPerSuccess";

export type VariantSide = WorkedOut & { value: string };

export interface Difference {
  difference: number;
  low: number | null;
  high: number | null;
  /** null: too few calls to say. */
  clear: boolean | null;
  sentence: string;
}

export interface Variants {
  query: { dimension: string };
  a: VariantSide;
  b: VariantSide;
  differences: Record<Compared, Difference | null>;
  sentence: string;
  meta: { callsRead: number; method: string; cautions: string[] };
}

/** This month and the next, whatever period is shown. */
export const monthQuestion = (view: View) => figures<MonthProjection>("/api/v1/projection", paramsOfNow(view));
export const forecastQuestion = (view: View) => figures<Forecast>("/api/v1/forecast", paramsOfNow(view));
export const trendsQuestion = (view: View) => figures<Trends>("/api/v1/trends", paramsOfNow(view));
export const velocityQuestion = (view: View) => figures<Velocity>("/api/v1/velocity", paramsOfNow(view));

/** The cost of each day of a month, those to come included. */
export function monthDaysQuestion(view: View, month: { start: string; end: string }) {
  const params = paramsOfNow(view);
  params.set("from", month.start);
  params.set("to", month.end);
  params.set("metrics", "cost");
  params.set("unit", "day");
  return figures<TimeSeriesAnswer>("/api/v1/timeseries", params);
}

export const savingsQuestion = (view: View) => studied<Savings>("savings", viewParams(view));

export function marginQuestion(view: View, by: string) {
  const params = viewParams(view);
  params.set("by", by);
  return studied<Margin>("margin", params);
}

/** Without models, the server chooses some that are near in price. */
export function elsewhereQuestion(view: View, models: readonly string[]) {
  const params = viewParams(view);
  if (models.length > 0) params.set("models", models.join(","));
  return studied<Elsewhere>("elsewhere", params);
}

export function qualityQuestion(view: View, by: string) {
  const params = viewParams(view);
  params.set("by", by);
  params.set("limit", "20");
  return studied<Quality>("quality", params);
}

export function variantsQuestion(view: View, pair: { dimension: string; a: string; b: string }) {
  const params = viewParams(view);
  for (const [name, value] of Object.entries(pair)) params.set(name, value);
  return studied<Variants>("variants", params);
}

/** Read from up to a million single calls, so it is asked again after a minute instead of with every call that arrives. */
function studied<T>(name: string, params: URLSearchParams) {
  const path = `/api/v1/insights/${name}` as const;
  return queryOptions({
    queryKey: ["insights", path, params.toString()],
    queryFn: ({ signal }) => getJson<T>(path, params, signal),
    placeholderData: keepPreviousData,
    staleTime: MINUTE_MS,
    refetchInterval: MINUTE_MS,
  });
}

const MINUTE_MS = 60_000;

function paramsOfNow(view: View): URLSearchParams {
  const params = viewParams(view);
  for (const name of ["period", "from", "to"]) params.delete(name);
  return params;
}
