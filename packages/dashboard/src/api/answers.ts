import type { Basis, Metric, PriceVersion } from "@outlay/core";

/** What the API answers, as far as the page reads it. Money in dollars, times ISO in UTC, null where not known. */

export type Numbers = Partial<Record<Metric, number | null>>;

export interface Meta {
  version: string;
  timeZone: string;
  /** Which database it is. */
  storage: string;
  sizeBytes: number;
  firstEventAt: string | null;
  lastEventAt: string | null;
  events: number;
  dimensions: string[];
  tagKeys: string[];
  demo?: boolean;
}

export interface AskedPeriod {
  name?: string;
  start: string;
  end: string;
  timeZone: string;
}

interface Asked {
  period: AskedPeriod;
  by?: string[];
  filters?: string[];
  order?: string;
  compare?: { start: string; end: string } | null;
}

interface AnswerMeta {
  unpriced?: { calls: number; tokens: number };
  groups?: number;
}

export interface TotalsAnswer {
  query: Asked;
  totals: Numbers;
  comparison?: { period: { start: string; end: string }; totals: Numbers };
  meta: AnswerMeta;
}

export interface Series {
  key: Record<string, string | null>;
  other?: boolean;
  values: Partial<Record<Metric, (number | null)[]>>;
}

interface Bucket {
  label: string;
  start: string;
  end: string;
}

export interface TimeSeriesAnswer {
  query: Asked;
  buckets: Bucket[];
  series: Series[];
  totals: Numbers;
  /** The period before; its buckets stand beside ours by position. */
  comparison?: { series: Series[] };
  meta: AnswerMeta;
}

export type BreakdownRow = Numbers & { other?: boolean; share?: number | null } & Record<string, unknown>;

export interface BreakdownAnswer {
  query: Asked;
  rows: BreakdownRow[];
  totals: Numbers;
  meta: AnswerMeta;
}

export interface Projection {
  month: { start: string; end: string };
  spent: number;
  projectedMonthEnd: number | null;
  remainingDays: number;
}

/** One call: the fields of the usage event and what it cost. What was not said is absent. */
export interface Call {
  id: string;
  seq: number;
  occurredAt: string;
  provider: string;
  model: string;
  requestedModel?: string | null;
  operation?: string;
  usage?: Record<string, number | string | null | undefined> | null;
  serviceTier?: string | null;
  geo?: string | null;
  user?: string | null;
  team?: string | null;
  project?: string | null;
  customer?: string | null;
  agent?: string | null;
  activity?: string | null;
  category?: string | null;
  session?: string | null;
  trace?: string | null;
  span?: string | null;
  environment?: string | null;
  credential?: string | null;
  tags?: Record<string, string> | null;
  durationMs?: number | null;
  timeToFirstTokenMs?: number | null;
  streaming?: boolean | null;
  success?: boolean | null;
  errorType?: string | null;
  errorMessage?: string | null;
  attempt?: number | null;
  score?: number | null;
  variant?: string | null;
  cacheHit?: boolean | null;
  source?: string;
  metadata?: Record<string, unknown> | null;
  costUsd: number | null;
  computedCostUsd?: number | null;
  reportedCostUsd?: number | null;
  cacheSavingsUsd?: number | null;
  avoidedUsd?: number | null;
  basis: Basis;
  approximate?: boolean;
}

export interface CallsPage {
  events: Call[];
  nextCursor: string | null;
}

/** One priced meter of a call; decimal strings. */
export interface PricedLine {
  meter: string;
  quantity: number;
  rateUsd: string;
  per: number;
  costUsd: string;
}

/** The dated price that a call got. */
export type PriceOfCall = Pick<
  PriceVersion,
  "id" | "layer" | "provider" | "model" | "startMs" | "endMs" | "source" | "checkedOn" | "note"
>;

export type CallDetail = Call & {
  lines: PricedLine[];
  priceId: string | null;
  price: PriceOfCall | null;
  /** What the price does not cover or is not sure of, in a sentence. */
  note: string | null;
};
