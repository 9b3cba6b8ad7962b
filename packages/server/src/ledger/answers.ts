import type { Basis, CostLine, Metric, PriceVersion, WireEvent, WireUsage } from "@outlay/core";

/** URL parameters, each with all its values in order. */
export type QueryParams = Record<string, string[] | undefined>;

/** What `recordUsage` and `recordCharges` say: accepted + duplicates + rejected = what was sent. */
export interface RecordAnswer {
  accepted: number;
  duplicates: number;
  rejected: Rejection[];
  /** Of everything valid (accepted and duplicates), in the order in which it was sent. */
  ids: string[];
}

/** Why one event or charge of a batch was refused. */
export interface Rejection {
  /** Place in what was sent. */
  index: number;
  id?: string;
  field: string;
  code: string;
  reason: string;
  /** What else is wrong with it. */
  more?: { field: string; code: string; reason: string }[];
}

/** An ISO instant in UTC for both; start included, end excluded. */
export interface RangeAnswer {
  start: string;
  end: string;
}

/** The question as it was understood. */
export interface ResolvedQuery {
  metrics: Metric[];
  /** Dimensions and at most one time unit, in the order asked. */
  by: string[];
  filters: string[];
  period: RangeAnswer & { name?: string; timeZone: string };
  compare: RangeAnswer | null;
  /** `-cost`: most first. */
  order: string;
  limit: number;
}

/** One value for each metric; null: not known (no calls to average, no price for any call). Money in dollars. */
export type MetricValues = Partial<Record<Metric, number | null>>;

/**
 * A field for each dimension (null: unattributed), one for the time unit's label, one for each metric.
 * `other: true` marks the row that holds everything beyond the limit.
 */
export type Row = Record<string, string | number | boolean | null>;

export interface AnswerMeta {
  /** Labels of the buckets that time has not passed yet. */
  unfinished: string[];
  /** Calls, and their tokens, that are in the totals' calls and tokens but not in their cost. */
  unpriced: { calls: number; tokens: number };
  /** Metrics asked for that come from merged sketches (relative error at most 2 %). */
  approximate: Metric[];
  /** Groups before the limit cut them. */
  groups: number;
  /** Raw events read for this answer: 0 when rollups sufficed. */
  scannedEvents: number;
}

export interface QueryAnswer {
  query: ResolvedQuery;
  rows: Row[];
  totals: MetricValues;
  comparison?: Comparison;
  meta: AnswerMeta;
}

export interface Comparison {
  period: RangeAnswer;
  rows: Row[];
  totals: MetricValues;
  /** (now − before) / before for each metric; null when there was nothing before. */
  change: MetricValues;
}

export interface BucketAnswer extends RangeAnswer {
  label: string;
  unfinished: boolean;
}

/** One line of a chart: for each metric a value for each bucket. */
export interface Series {
  key: Record<string, string | null>;
  label: string;
  other?: true;
  values: Partial<Record<Metric, (number | null)[]>>;
}

export interface TimeSeriesAnswer {
  query: ResolvedQuery;
  buckets: BucketAnswer[];
  series: Series[];
  totals: MetricValues;
  comparison?: {
    period: RangeAnswer;
    buckets: BucketAnswer[];
    series: Series[];
    totals: MetricValues;
    change: MetricValues;
  };
  meta: AnswerMeta;
}

/** Rows carry `share`: the row's part of the total of `shareOf`, between 0 and 1; null when the total is 0 or unknown. */
export interface BreakdownAnswer extends QueryAnswer {
  shareOf: Metric;
}

/** Costs that are not usage. `totalUsd` is the sum of `byKind`; revenue is not a cost and stands apart. */
export interface ChargesSum {
  totalUsd: number;
  byKind: Record<string, number>;
  revenueUsd: number;
}

/** `byProvider`, `byModel`, …: one list of rows for each part. */
export interface SummaryAnswer {
  query: ResolvedQuery;
  totals: MetricValues;
  comparison?: { period: RangeAnswer; totals: MetricValues; change: MetricValues };
  charges: ChargesSum;
  daily?: Row[];
  meta: AnswerMeta & { skipped: { part: string; why: string }[] };
  [part: `by${string}`]: Row[];
}

/** Everything about one user, agent or tag value. */
export interface EntityAnswer {
  query: ResolvedQuery;
  totals: MetricValues;
  comparison?: { period: RangeAnswer; totals: MetricValues; change: MetricValues };
  byModel: Row[];
  byProvider: Row[];
  byCategory: Row[];
  byActivity: Row[];
  byAgent: Row[];
  daily: Row[];
  /** The newest ones. */
  events: EventAnswer[];
  meta: AnswerMeta;
}

/** A stored event in its outward form: the wire event's fields, and what it cost. */
export interface EventAnswer extends Omit<
  WireEvent,
  "id" | "occurredAt" | "usage" | "operation" | "success" | "source" | "reportedCostUsd"
> {
  id: string;
  /** ISO instant in UTC. */
  occurredAt: string;
  operation: string;
  usage: WireUsage;
  success: boolean;
  source: string;
  seq: number;
  /** The cost that counts; null when unpriced. */
  costUsd: number | null;
  computedCostUsd: number | null;
  reportedCostUsd: number | null;
  cacheSavingsUsd: number;
  avoidedUsd: number;
  basis: Basis;
  priceId: string | null;
  approximate: boolean;
}

/** One call, explained. `lines` is empty when the price that it was rated with is not known any more. */
export type EventDetail = EventAnswer & {
  lines: CostLine[];
  price: PriceVersion | null;
  /** What the price does not cover or is not sure of, in a sentence: meters without a rate, conditions without a price. */
  note: string | null;
};

export interface EventsAnswer {
  events: EventAnswer[];
  nextCursor: string | null;
}

export interface SessionAnswer {
  session: string;
  firstAt: string;
  lastAt: string;
  calls: number;
  errors: number;
  /** null when none of its calls has a price. */
  cost: number | null;
  tokens: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheSavings: number;
  unpricedCalls: number;
  user: string | null;
  agent: string | null;
  project: string | null;
  models: string[];
  costPerCall: number | null;
}

export interface SessionsAnswer {
  sessions: SessionAnswer[];
  nextCursor: string | null;
}

export interface SessionDetail {
  session: SessionAnswer;
  byModel: Row[];
  byCategory: Row[];
  /** The newest ones, at most 1,000. */
  events: EventAnswer[];
}

/** The calls of one trace as a tree: each before those below it. Money in dollars; null: no price is known. */
export interface TraceAnswer {
  trace: string;
  /** ISO instant in UTC of its first call. */
  startedAt: string;
  /** From the start of the first call to the end of the last. */
  durationMs: number;
  cost: number | null;
  calls: number;
  errors: number;
  /** In and out; null: no source said anything of tokens. */
  tokens: number | null;
  unpricedCalls: number;
  /** There are more calls than one answer has: these, and all numbers, are of the newest. */
  truncated: boolean;
  spans: TraceSpan[];
  steps: TraceStep[];
}

/** A span that is not stored, because it used nothing: an agent's step, a tool; with the calls right below it. By time. */
export interface TraceStep {
  /** The `parentSpan` of these calls. */
  span: string;
  /** After the start of the trace. */
  startMs: number;
  /** From the start of its first call to the end of its last. */
  durationMs: number;
  calls: number;
  /** Of these calls and all below them. */
  costUsd: number | null;
}

export interface TraceSpan {
  /** Of the event. */
  id: string;
  span: string | null;
  /** The id of the nearest call above that is stored; null: it stands under the root. */
  parent: string | null;
  /** The span above as the source said, stored or not: those with the same one belong to the same step. */
  parentSpan: string | null;
  /** Its place below `parent` is known; false: it stands under the root, in the order of time. */
  linked: boolean;
  depth: number;
  /** The activity, else operation and model. */
  name: string;
  operation: string;
  provider: string;
  model: string;
  agent: string | null;
  /** After the start of the trace. */
  startMs: number;
  durationMs: number | null;
  costUsd: number | null;
  /** With all calls below it. */
  subtreeCostUsd: number | null;
  basis: Basis;
  tokens: number | null;
  success: boolean;
  errorType: string | null;
}

/** A stored charge in its outward form. */
export interface ChargeAnswer {
  id: string;
  occurredAt: string;
  kind: string;
  amountUsd: number;
  description?: string | undefined;
  provider?: string | undefined;
  user?: string | undefined;
  team?: string | undefined;
  project?: string | undefined;
  customer?: string | undefined;
  tags?: Record<string, string> | undefined;
  metadata?: Record<string, unknown> | undefined;
}

export interface ChargesAnswer extends ChargesSum {
  query: { period: ResolvedQuery["period"] };
  charges: ChargeAnswer[];
}

/** A file to download. The body streams: nothing larger than a page is in memory. */
export interface ExportFile {
  contentType: string;
  filename: string;
  /** Where it is known beforehand. */
  sizeBytes?: number;
  /** Text, or bytes of what is no text. */
  body: AsyncIterable<string | Uint8Array>;
}
