/*
 * What Outlay's API answers, as far as the components read it: dollars as numbers, times as ISO instants in UTC,
 * null or absent where something is not known. Declared here, so that the package needs nothing but React.
 */

/** How a cost is known: by price and usage, by what the provider said, by tokens that Outlay counted itself, or not at all. */
export type CostBasis = "rated" | "reported" | "estimated" | "unpriced";

/** What a call used. Totals include their details: `inputTokens` those read from the cache, `outputTokens` those of reasoning. */
export interface OutlayUsage {
  inputTokens?: number | null;
  cacheReadTokens?: number | null;
  outputTokens?: number | null;
  reasoningTokens?: number | null;
  [name: string]: number | string | null | undefined;
}

/** One priced meter of a call; money as decimal strings. */
export interface OutlayCostLine {
  meter: string;
  quantity: number;
  rateUsd: string;
  /** The quantity that `rateUsd` buys: 1,000,000 for tokens. */
  per: number;
  costUsd: string;
}

/** One recorded call. */
export interface OutlayEvent {
  id: string;
  /** Order of arrival; it only grows. */
  seq?: number;
  occurredAt: string;
  provider: string;
  model: string;
  operation?: string;
  usage?: OutlayUsage | null;
  /** Null: no price is known. */
  costUsd: number | null;
  /** What the cached tokens would have cost more as plain input. */
  cacheSavingsUsd?: number | null;
  basis: CostBasis;
  /** The price was found by a similar model name. */
  approximate?: boolean;
  session?: string | null;
  user?: string | null;
  agent?: string | null;
  project?: string | null;
  activity?: string | null;
  success?: boolean | null;
  errorType?: string | null;
  durationMs?: number | null;
  metadata?: Record<string, unknown> | null;
  /** Only when the call was asked for by its id. */
  lines?: OutlayCostLine[];
}

/** One session, its totals over all time. */
export interface OutlaySession {
  session: string;
  firstAt: string;
  lastAt: string;
  calls: number;
  errors: number;
  /** Of the priced calls; null when none has a price. */
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
}

export interface SessionsPage {
  sessions: OutlaySession[];
  nextCursor: string | null;
}

export interface SessionDetail {
  session: OutlaySession;
  /** Newest first, at most 1,000. */
  events: OutlayEvent[];
}

/** Today so far, in the server's time zone. */
export interface LiveTotals {
  cost: number | null;
  calls: number;
  tokens: number;
  errors: number;
}
