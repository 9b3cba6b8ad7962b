/**
 * The words of the one query language, declared once: the API validates with them, the terminal and the
 * dashboard list them.
 */

/** Whose a call is, and what it belongs to: fields of an event that are all dimensions. */
export const ATTRIBUTION = [
  "user",
  "team",
  "project",
  "customer",
  "agent",
  "activity",
  "category",
  "session",
  "trace",
  "environment",
  "credential",
] as const;

/** What an event can be grouped and filtered by. `tag:<key>` stands beside these, a dimension for each key. */
export const DIMENSIONS = [
  "provider",
  "model",
  "requestedModel",
  "operation",
  ...ATTRIBUTION,
  "source",
  "serviceTier",
  "geo",
  "variant",
  "basis",
  "status",
  "errorType",
] as const;

export type NamedDimension = (typeof DIMENSIONS)[number];
/** A named dimension, or the values of one tag key: `tag:story`. */
export type Dimension = NamedDimension | `tag:${string}`;

/** Calendar units that a question can be split by, in the zone of the reader. */
export const TIME_UNITS = ["hour", "day", "week", "month", "quarter", "year"] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Names of periods; `from` and `to` make any other. All end with today or now, start included, end excluded. */
export const PERIOD_NAMES = [
  "today",
  "yesterday",
  "week",
  "month",
  "quarter",
  "year",
  "7d",
  "30d",
  "90d",
  "all",
] as const;
export type PeriodName = (typeof PERIOD_NAMES)[number];

/** How a cost is known. */
export const BASES = ["rated", "reported", "estimated", "unpriced"] as const;
export type Basis = (typeof BASES)[number];

type MetricUnit = "usd" | "count" | "tokens" | "ratio" | "ms" | "usdPerCall";

/** What can be asked of any group of events. `additive`: the parts add up to the whole. `approximate`: from merged sketches. */
export const METRICS = {
  cost: { unit: "usd", label: "Cost", additive: true },
  calls: { unit: "count", label: "Calls", additive: true },
  tokens: { unit: "tokens", label: "Tokens", additive: true },
  inputTokens: { unit: "tokens", label: "Input tokens", additive: true },
  cacheReadTokens: { unit: "tokens", label: "Cached input tokens", additive: true },
  cacheWriteTokens: { unit: "tokens", label: "Cache write tokens", additive: true },
  outputTokens: { unit: "tokens", label: "Output tokens", additive: true },
  reasoningTokens: { unit: "tokens", label: "Reasoning tokens", additive: true },
  cacheSavings: { unit: "usd", label: "Saved by cached tokens", additive: true },
  avoidedCost: { unit: "usd", label: "Avoided by own cache", additive: true },
  successes: { unit: "count", label: "Succeeded", additive: true },
  errors: { unit: "count", label: "Failed", additive: true },
  errorRate: { unit: "ratio", label: "Error rate", additive: false },
  successRate: { unit: "ratio", label: "Success rate", additive: false },
  unpricedCalls: { unit: "count", label: "Unpriced calls", additive: true },
  unpricedTokens: { unit: "tokens", label: "Unpriced tokens", additive: true },
  estimatedCalls: { unit: "count", label: "Estimated calls", additive: true },
  retries: { unit: "count", label: "Retries", additive: true },
  costPerCall: { unit: "usdPerCall", label: "Cost per call", additive: false },
  costPerSession: { unit: "usdPerCall", label: "Cost per session", additive: false },
  tokensPerCall: { unit: "tokens", label: "Tokens per call", additive: false },
  avgDurationMs: { unit: "ms", label: "Average latency", additive: false },
  p50DurationMs: { unit: "ms", label: "Median latency", additive: false, approximate: true },
  p95DurationMs: { unit: "ms", label: "95th percentile latency", additive: false, approximate: true },
  p99DurationMs: { unit: "ms", label: "99th percentile latency", additive: false, approximate: true },
  sessions: { unit: "count", label: "Sessions", additive: false },
  users: { unit: "count", label: "Users", additive: false },
} as const satisfies Record<string, { unit: MetricUnit; label: string; additive: boolean; approximate?: true }>;

export type Metric = keyof typeof METRICS;

/** Costs that are not usage. `credit` lowers the costs; `revenue` is no cost at all and is never added to them. */
export const CHARGE_KINDS = [
  "payment_fee",
  "one_off",
  "credit",
  "adjustment",
  "tax",
  "subscription",
  "revenue",
] as const;
export type ChargeKind = (typeof CHARGE_KINDS)[number];
