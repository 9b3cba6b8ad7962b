import type { Filter, Storage } from "../storage/storage.ts";
import type { StorageWatch } from "../storage/watch-storage.ts";
import { LimitEngine } from "./limit-engine.ts";
import type { CallToCheck, Lease, Limit, LimitOverride, LimitState, Verdict } from "./limit.ts";

/** Who may spend what, and what happens to calls that would go beyond it. From memory; every change is in the audit trail. */
export interface Limits {
  /** Oldest first. */
  list(): Limit[];
  get(id: string): Limit | null;
  /** Takes the wire form (parse-limit.ts). InvalidInput that names the field. */
  create(wanted: unknown, actor: string): Promise<Limit>;
  /** Changes the fields that are named and keeps the others. InvalidInput `limit_not_found` or one that names the field. */
  change(id: string, wanted: unknown, actor: string): Promise<Limit>;
  /** With its overrides; what is set aside for it is let go. InvalidInput `limit_not_found`. */
  remove(id: string, actor: string): Promise<void>;

  /** Running and coming ones; those that have ended are in the audit trail. */
  overrides(limitId?: string): LimitOverride[];
  /** Takes the wire form (parse-override.ts). InvalidInput `limit_not_found` or one that names the field. */
  override(limitId: string, wanted: unknown, actor: string): Promise<LimitOverride>;
  /** Ends it now. InvalidInput `limit_override_not_found`. */
  endOverride(id: string, actor: string): Promise<void>;

  /** The same decision as `lease`, setting nothing aside. A refusal is kept for `explain` as well. */
  check(call: CallToCheck): CheckAnswer | Promise<CheckAnswer>;
  /**
   * Decides about a call and sets its cost aside in every limit that applies. Synchronous when the counters that it touches are in
   * memory, which they mostly are. There is one lease for each event id: asking again for an id whose lease is open decides anew, as
   * if that were not there, and on success the lease keeps its id; when refused it stays as it was.
   */
  lease(call: CallToCheck): Verdict | Promise<Verdict>;
  /** null: unknown, ended or expired; or nothing had to be set aside. */
  leaseById(id: string): Lease | null;

  /**
   * How full a limit is: one entry for each value that has spent or leased in the current period, those that spent most first (at
   * most 1,000), or the one named. A limit without `each` has one entry. InvalidInput `limit_not_found`.
   */
  states(limitId: string, value?: string): Promise<LimitState[]>;
  /** Of the enabled limits that apply to calls with these dimensions. */
  statesFor(dimensions: CallToCheck["dimensions"], tags: Record<string, string>): Promise<LimitState[]>;
  openLeases(): OpenLease[];
  /** Kept for a day (the latest 1,000). */
  refusal(id: string): KeptRefusal | null;
  /** The same, newest first. */
  refusals(): KeptRefusal[];
  /**
   * Told when spending (without what is set aside) passes a threshold of its limit, upwards: once for each limit, value, period and
   * threshold, whatever restarts in between; a rolling period tells again after it was clearly below. When several are passed at
   * once, the highest. Listeners must not throw. Returns the way to end it.
   */
  onThreshold(listener: (crossing: ThresholdCrossing) => void): () => void;
  /**
   * Moves the days and months of limits that name no zone: they count anew what lies in their period, before their next use. What
   * is set aside stays. Thresholds of a period that now begins at another instant are told once more.
   */
  setTimeZone(timeZone: string): void;
  close(): Promise<void>;
}

/** What `lease` would say. */
export type CheckAnswer =
  | {
      kind: "pass";
      swappedModel: string | null;
      warnings: LimitState[];
      /** What would be set aside. */
      wantedNanoUsd: number;
    }
  | Extract<Verdict, { kind: "refused" }>;

export interface OpenLease {
  id: string;
  eventId: string;
  limitIds: string[];
  /** Over these limits the largest amount set aside. */
  nanoUsd: number;
  expiresAtMs: number;
}

export interface ThresholdCrossing {
  limit: Limit;
  state: LimitState;
  /** The threshold, in percent of the amount. */
  percent: number;
  /** null: rolling periods, sessions and totals. */
  periodStartMs: number | null;
}

/** A refusal with all that is needed to say what had filled the limit. */
export interface KeptRefusal {
  id: string;
  atMs: number;
  call: Pick<CallToCheck, "eventId" | "provider" | "model" | "dimensions" | "tags">;
  code: Extract<Verdict, { kind: "refused" }>["code"];
  /** As the call found it. */
  limit: LimitState;
  wantedNanoUsd: number;
  retryAfterSeconds: number | null;
  /** What was spent lies in here (and, of what was recorded later, whatever occurred in it). Start included, end excluded. */
  period: { startMs: number; endMs: number };
  /** Keeps the events that count: the limit's filters and the value of its `each` or session. */
  filters: Filter[];
  /** What was set aside for other calls at that moment, largest first, at most 50. */
  leases: { eventId: string; nanoUsd: number; expiresAtMs: number }[];
}

export interface LimitsOptions {
  storage: Storage;
  /** Where the lease journal lies. */
  dataDir: string;
  now: () => number;
  /** For limits that name none. */
  timeZone: string;
  /** Hears of what failed and is not the caller's to mend: the journal cannot be written, a counter cannot be loaded. */
  logFailure?: (error: unknown) => void;
}

/** Opens the limits of a data folder. `watch` must hear of everything that is stored from now on. */
export async function openLimits(options: LimitsOptions): Promise<{ limits: Limits; watch: StorageWatch }> {
  const engine = new LimitEngine(options);
  await engine.open();
  return { limits: engine, watch: engine.watch };
}
