import type { Basis, Dimension, PriceVersion } from "@outlay/core";

/**
 * All that the rest of Outlay asks of a database, in our words. SQLite stands behind it; ClickHouse with
 * PostgreSQL will. Ids are made by the caller, times are UTC milliseconds, money is integer nano-dollars:
 * `number` for one event (at most 1e15), `bigint` for sums.
 *
 * Every method may reject with InvalidInput when the caller can mend it (a scan above its limit); any other
 * rejection is a failure of the store, after which nothing of that call counts as done.
 */
export interface Storage {
  /** Resolves when the events are durable. Ids seen before, in the store or in the batch, are left out and reported. */
  appendEvents(events: RecordedEvent[]): Promise<AppendResult>;
  /** Sums over events: the one question behind all numbers. Covers everything acknowledged before the call. */
  sum(question: SumQuestion): Promise<SumAnswer>;
  /** Exact number of distinct values of a dimension among the matching events (null values not counted). */
  countDistinct(question: DistinctQuestion): Promise<DistinctRow[]>;
  /** How single events scatter, which sums do not say. Of the events that are there: expired ones are missing. */
  moments(question: MomentsQuestion): Promise<MomentsAnswer>;
  /** Newest first by `occurredAtMs`, then by order of arrival. */
  listEvents(question: EventsQuestion): Promise<EventsPage>;
  getEvent(id: string): Promise<StoredEvent | null>;
  /** The stored events with one of the ids, in no order; the others are left out. */
  getEvents(ids: string[]): Promise<StoredEvent[]>;
  /** Matching events in order of arrival, in pages; used by export, reprice, resume. `afterSeq` excludes that one. */
  scanEvents(question: ScanQuestion): AsyncIterable<StoredEvent[]>;
  listSessions(question: SessionsQuestion): Promise<SessionsPage>;
  getSession(id: string): Promise<StoredSession | null>;
  /** Known values of a dimension, for pickers: those with the most recent use first. */
  listValues(dimension: Dimension, options: { contains?: string; limit: number }): Promise<string[]>;
  /** Whether an event of the source has ever been stored; found at once, also in a store of many years. */
  hasSource(source: string): Promise<boolean>;
  /** Tag keys that have been used. */
  listTagKeys(): Promise<string[]>;

  /** Replaces the ratings of stored events and moves all sums with them, in one transaction for each call. */
  rerateEvents(changes: RatingChange[]): Promise<{ changed: number }>;
  /**
   * Replaces stored events, or removes them, and moves all sums and sessions with them: all of one call in one
   * transaction, one after the other. A replaced event gets a new `seq`, the largest: who resumes a stream or scan is
   * told of it (a scan that goes on meanwhile may meet both its forms, never none).
   */
  reviseEvents(revisions: Revision[]): Promise<RevisionResult>;
  /** Deletes raw events that occurred before the instant (rounded down to a UTC day); sums and sessions stay. In bounded steps. */
  expireEvents(beforeMs: number): Promise<{ deleted: number; horizonMs: number }>;
  /** Recomputes every rollup from the events that are still there and says what differed. `repair` also writes the result. */
  verifyRollups(options: { repair: boolean }): Promise<RollupVerdict>;

  appendCharges(charges: RecordedCharge[]): Promise<AppendResult>;
  listCharges(question: ChargesQuestion): Promise<RecordedCharge[]>;

  /** Prices that events refer to, so that an old event can be explained after the catalogue has moved on. */
  putPriceVersions(versions: PriceVersion[]): Promise<void>;
  getPriceVersion(id: string): Promise<PriceVersion | null>;

  /** Small documents by key: settings, price overrides, the refreshed catalogue. */
  getDocument(key: string): Promise<unknown>;
  putDocument(key: string, value: unknown): Promise<void>;
  /**
   * Small records in named collections, each with an instant: limits, alerts that fired, people. Stored together or not
   * at all; one with the same id in its collection is replaced.
   */
  putRecords(collection: string, records: CollectionRecord[]): Promise<void>;
  deleteRecords(collection: string, ids: string[]): Promise<{ deleted: number }>;
  /** Newest first by `atMs`, then by id; start included, end excluded. */
  listRecords(collection: string, question?: RecordsQuestion): Promise<CollectionRecord[]>;
  appendAudit(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  listAudit(question: AuditQuestion): Promise<StoredAuditEntry[]>;

  stats(): Promise<StorageStats>;
  close(): Promise<void>;
}

/** A store that can be copied while it is written to. */
export interface CopyableStorage extends Storage {
  /**
   * Writes everything as it is at one instant, with the named small files and databases of the data folder, into a new file
   * that only its owner may read. Recording goes on meanwhile.
   */
  copyTo(order: {
    to: string;
    files: string[];
    databases: { name: string; without: string[] }[];
    manifest: Record<string, unknown>;
  }): Promise<StoreCopy>;
}

/** What a copy holds. */
export interface StoreCopy {
  schemaVersion: number;
  events: number;
  /** The order of arrival of the last event in it; 0: none has come yet. */
  lastSeq: number;
  /** Of the files and databases those that were there. */
  parts: string[];
}

/** A usage event as it is stored: normalised, rated. Absent means not said. */
export interface RecordedEvent {
  id: string;
  occurredAtMs: number;
  provider: string;
  model: string;
  requestedModel?: string | undefined;
  operation: string;
  /** Only counts that the source gave; inclusive totals (see core/event.ts). */
  usage: StoredUsage;
  serviceTier?: string | undefined;
  geo?: string | undefined;
  user?: string | undefined;
  team?: string | undefined;
  project?: string | undefined;
  customer?: string | undefined;
  agent?: string | undefined;
  activity?: string | undefined;
  category?: string | undefined;
  session?: string | undefined;
  trace?: string | undefined;
  span?: string | undefined;
  environment?: string | undefined;
  credential?: string | undefined;
  tags?: Record<string, string> | undefined;
  durationMs?: number | undefined;
  timeToFirstTokenMs?: number | undefined;
  streaming?: boolean | undefined;
  success: boolean;
  errorType?: string | undefined;
  errorMessage?: string | undefined;
  attempt?: number | undefined;
  score?: number | undefined;
  variant?: string | undefined;
  cacheHit?: boolean | undefined;
  source: string;
  metadata?: Record<string, unknown> | undefined;

  basis: Basis;
  /** null: unpriced. */
  costNanoUsd: number | null;
  computedNanoUsd: number | null;
  reportedNanoUsd: number | null;
  cacheSavingsNanoUsd: number;
  avoidedNanoUsd: number;
  priceId: string | null;
  approximate: boolean;
}

export interface StoredUsage {
  inputTokens?: number | undefined;
  cacheReadTokens?: number | undefined;
  cacheWriteTokens?: number | undefined;
  cacheWrite1hTokens?: number | undefined;
  outputTokens?: number | undefined;
  reasoningTokens?: number | undefined;
  inputAudioTokens?: number | undefined;
  outputAudioTokens?: number | undefined;
  cacheReadAudioTokens?: number | undefined;
  inputImageTokens?: number | undefined;
  outputImageTokens?: number | undefined;
  images?: number | undefined;
  imageSize?: string | undefined;
  imageQuality?: string | undefined;
  audioSeconds?: number | undefined;
  characters?: number | undefined;
  pages?: number | undefined;
  searches?: number | undefined;
  searchContext?: string | undefined;
  requests?: number | undefined;
}

/** `seq` is the order of arrival: it only grows, and resumes streams and scans. */
export type StoredEvent = RecordedEvent & { seq: number };

export interface AppendResult {
  accepted: number;
  /** Indexes into the batch of those left out because their id was there already. */
  duplicates: number[];
  /** Indexes of those refused because they occurred before the horizon: their raw events would have expired already. */
  expired: number[];
  /** `seq` of each accepted event, in batch order; empty for charges. */
  seqs: number[];
}

/**
 * A filter keeps the events whose value is one of `values` (`null`: no value) or matches one of `patterns`
 * (`*` stands for any characters). `exclude` keeps the others instead.
 */
export interface Filter {
  dimension: Dimension;
  values: (string | null)[];
  patterns: string[];
  exclude: boolean;
}

export interface SumQuestion {
  /** Start included, end excluded. Any millisecond. */
  startMs: number;
  endMs: number;
  /**
   * Splits the range: ascending starts of buckets, the first is `startMs`, the last ends at `endMs`. Each inner
   * start lies on a quarter-hour, which every zone's hours and days do.
   */
  bucketStartsMs?: number[];
  by: Dimension[];
  filters: Filter[];
  /** Latency sketches are only merged when asked for. */
  latency?: boolean;
  /** Keep only the groups with the most of this sum; the rest comes summed as `others`. Not together with buckets. */
  top?: { sum: keyof Sums | "tokens"; ascending?: boolean; limit: number };
  /** Gives up with InvalidInput `scan_too_large` when more raw events than this would have to be read. */
  scanLimit?: number;
}

export interface SumAnswer {
  /** Groups without events are left out. In a row, `key[i]` belongs to `by[i]`; null: the events had no value. */
  rows: SumRow[];
  others: Sums | null;
  /** Number of groups before `top` cut them. */
  groups: number;
  totals: Sums;
  /** Raw events that had to be read: 0 when rollups answered alone. */
  scannedEvents: number;
  /** Every event with a `seq` up to this one is covered, and none after it. */
  upToSeq: number;
}

export interface SumRow {
  /** Index into `bucketStartsMs`; 0 without buckets. */
  bucket: number;
  key: (string | null)[];
  sums: Sums;
}

/** One entry of a collection. */
export interface CollectionRecord {
  /** Unique in its collection. */
  id: string;
  atMs: number;
  /** Whatever JSON can say. */
  body: unknown;
}

export interface RecordsQuestion {
  fromMs?: number;
  toMs?: number;
  ids?: string[];
  limit?: number;
}

/** Sums that are kept for every group. All are additive. */
export interface Sums {
  calls: bigint;
  errors: bigint;
  costNanoUsd: bigint;
  inputTokens: bigint;
  cacheReadTokens: bigint;
  cacheWriteTokens: bigint;
  outputTokens: bigint;
  reasoningTokens: bigint;
  cacheSavingsNanoUsd: bigint;
  avoidedNanoUsd: bigint;
  unpricedCalls: bigint;
  unpricedTokens: bigint;
  estimatedCalls: bigint;
  /** Calls with `attempt` above 1. */
  retries: bigint;
  /** Of the calls that said how long they took, in microseconds. */
  durationUs: bigint;
  durationCalls: bigint;
  /** Percentiles come from `storage/latency-sketch.ts`; only with `latency`. */
  latency?: Map<number, number>;
}

/** The sums by name, in the order in which they are stored: new ones are added at the end. */
export const SUM_NAMES = [
  "calls",
  "errors",
  "costNanoUsd",
  "inputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "outputTokens",
  "reasoningTokens",
  "cacheSavingsNanoUsd",
  "avoidedNanoUsd",
  "unpricedCalls",
  "unpricedTokens",
  "estimatedCalls",
  "retries",
  "durationUs",
  "durationCalls",
] as const satisfies (keyof Sums)[];

export interface DistinctQuestion {
  of: "user" | "session";
  startMs: number;
  endMs: number;
  bucketStartsMs?: number[];
  by: Dimension[];
  filters: Filter[];
  scanLimit?: number;
}

export interface DistinctRow {
  bucket: number;
  key: (string | null)[];
  count: number;
}

export interface MomentsQuestion {
  startMs: number;
  endMs: number;
  by: Dimension[];
  filters: Filter[];
  /** Gives up with InvalidInput `scan_too_large` when more events than this match. */
  scanLimit: number;
}

export interface MomentsAnswer {
  /** Groups without events are left out. */
  rows: MomentsRow[];
  /** Raw events that were read. */
  scannedEvents: number;
}

export interface MomentsRow {
  key: (string | null)[];
  calls: number;
  successes: number;
  /** Calls with `attempt` above 1. */
  retries: number;
  /** In nano-dollars, of the calls whose cost is known. */
  cost: Moments;
  costNanoUsd: bigint;
  /** The part of `cost` that succeeded. */
  costOfSuccesses: Moments;
  /** Of the calls that were given one. */
  score: Moments;
}

/** Number, mean, and the sum of the squared distances from the mean. */
export interface Moments {
  count: number;
  mean: number;
  squares: number;
}

export interface EventsQuestion {
  startMs: number;
  endMs: number;
  filters: Filter[];
  limit: number;
  /** From the page before; opaque. */
  cursor?: string;
}

export interface EventsPage {
  events: StoredEvent[];
  nextCursor: string | null;
}

export interface ScanQuestion {
  startMs: number;
  endMs: number;
  filters: Filter[];
  afterSeq?: number;
  pageSize?: number;
}

/** Running totals of one session, over all time. */
export interface StoredSession {
  id: string;
  firstMs: number;
  lastMs: number;
  sums: Omit<Sums, "latency">;
  /** From the session's latest event that said so. */
  user?: string | undefined;
  agent?: string | undefined;
  project?: string | undefined;
  /** Models used, most recent last, at most 16. */
  models: string[];
}

export interface SessionsQuestion {
  /** Sessions whose last event lies in the range. */
  startMs: number;
  endMs: number;
  user?: string;
  agent?: string;
  project?: string;
  model?: string;
  minCostNanoUsd?: number;
  maxCostNanoUsd?: number;
  order: "recent" | "cost" | "tokens" | "calls";
  limit: number;
  cursor?: string;
}

export interface SessionsPage {
  sessions: StoredSession[];
  nextCursor: string | null;
}

/** A new rating for a stored event. */
export interface RatingChange {
  seq: number;
  basis: Basis;
  costNanoUsd: number | null;
  computedNanoUsd: number | null;
  cacheSavingsNanoUsd: number;
  avoidedNanoUsd: number;
  priceId: string | null;
  approximate: boolean;
}

/** What stands in place of the stored event with this id from now on. */
export interface Revision {
  id: string;
  /** Has the same id; null removes the stored one. */
  event: RecordedEvent | null;
  /** Only if the stored event has this seq, so that a revision in between is not lost; absent: whatever is stored. */
  seq?: number;
}

/** Each revision is in exactly one of these. Places in what was asked. */
export interface RevisionResult {
  /** For each revision: the seq of the event that it put in place, or null. */
  seqs: (number | null)[];
  removed: number[];
  /** No event with that id is stored. */
  missing: number[];
  /** The stored event has another seq than expected: read it again. */
  changed: number[];
  /** The stored or the new event occurred before the horizon. */
  expired: number[];
}

export interface RollupVerdict {
  /** Rollup rows compared, and how many of them were not what the events say. */
  compared: number;
  different: number;
  /** The first few, in words. */
  examples: string[];
  repaired: boolean;
}

/** A cost that is not usage: payment fee, one-off cost, credit, revenue. Negative amounts are credits. */
export interface RecordedCharge {
  id: string;
  occurredAtMs: number;
  kind: string;
  amountNanoUsd: number;
  description?: string | undefined;
  provider?: string | undefined;
  user?: string | undefined;
  team?: string | undefined;
  project?: string | undefined;
  customer?: string | undefined;
  tags?: Record<string, string> | undefined;
  metadata?: Record<string, unknown> | undefined;
}

export interface ChargesQuestion {
  startMs: number;
  endMs: number;
  kind?: string;
  user?: string;
  project?: string;
  customer?: string;
  limit?: number;
}

export interface AuditEntry {
  atMs: number;
  actor: string;
  action: string;
  detail: unknown;
}

/** `seq` is the order in which they came; it only grows. */
export type StoredAuditEntry = AuditEntry & { seq: number };

export interface AuditQuestion {
  /** Start included, end excluded. */
  fromMs?: number;
  toMs?: number;
  /** Parts of the actor's and the action's name, in any case. */
  actor?: string;
  action?: string;
  /** Only those that came before this one. */
  beforeSeq?: number;
  limit: number;
}

export interface StorageStats {
  events: number;
  charges: number;
  sessions: number;
  sizeBytes: number;
  firstEventMs: number | null;
  lastEventMs: number | null;
  /** Raw events before this instant have expired; 0 when none have. */
  horizonMs: number;
}
