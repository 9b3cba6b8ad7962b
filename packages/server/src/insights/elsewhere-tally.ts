import type { Filter } from "../storage/storage.ts";

/** Who bills, and which model, in any spelling. */
export interface ModelName {
  provider: string;
  model: string;
}

export interface WhichCalls {
  startMs: number;
  endMs: number;
  filters: Filter[];
}

/** What recorded calls come to at one model. */
export interface Tally extends ModelName {
  /** Of the calls that its price covers, in nano-dollars. */
  costNanoUsd: bigint;
  ratedCalls: number;
  unratedCalls: number;
  /** The calls whose cost is known on both sides. */
  compared: { calls: number; recordedNanoUsd: bigint; costNanoUsd: bigint };
  approximate: boolean;
  /** How many calls each reason is about; null: all that there are. */
  reasons: Map<string, number | null>;
}

const MAX_REASONS = 8;

export function newTally({ provider, model }: ModelName): Tally {
  return {
    provider,
    model,
    costNanoUsd: 0n,
    ratedCalls: 0,
    unratedCalls: 0,
    compared: { calls: 0, recordedNanoUsd: 0n, costNanoUsd: 0n },
    approximate: false,
    reasons: new Map(),
  };
}

/** `recordedNanoUsd` null: what was recorded has no cost, or not one that belongs to just these calls. */
export function addRated(tally: Tally, calls: number, costNanoUsd: bigint, recordedNanoUsd: bigint | null): void {
  tally.ratedCalls += calls;
  tally.costNanoUsd += costNanoUsd;
  if (recordedNanoUsd === null) return;
  tally.compared.calls += calls;
  tally.compared.costNanoUsd += costNanoUsd;
  tally.compared.recordedNanoUsd += recordedNanoUsd;
}

export function addUnrated(tally: Tally, calls: number, reason: string): void {
  tally.unratedCalls += calls;
  addReason(tally, reason, calls);
}

export function addReason(tally: Tally, reason: string, calls: number | null): void {
  tally.reasons.set(reason, calls === null ? null : (tally.reasons.get(reason) ?? 0) + calls);
}

/** Most calls first; what is about all of them before that. */
export function reasonsOf({ reasons }: Tally): string[] {
  const sorted = [...reasons].toSorted(([, a], [, b]) => (b ?? Infinity) - (a ?? Infinity) || 0);
  const told = sorted
    .slice(0, MAX_REASONS)
    .map(([reason, calls]) =>
      calls === null ? reason : `${reason} (${calls.toLocaleString("en")} ${calls === 1 ? "call" : "calls"})`,
    );
  return sorted.length > told.length ? [...told, `and ${sorted.length - told.length} more reasons`] : told;
}
