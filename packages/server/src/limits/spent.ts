import type { LimitStretch } from "./limit-period.ts";

/**
 * What was spent in the current period of one account, kept up to date event by event. Amounts are in whatever unit the
 * caller counts in.
 */
export interface Spent {
  /** Events up to this seq are in. */
  readonly upToSeq: number;
  /** What counts at that instant is known here; otherwise it has to be loaded again. */
  covers(nowMs: number): boolean;
  /** As of `nowMs`, which is covered. */
  at(nowMs: number): bigint;
  /** "stale": it changes what earlier periods left over. */
  add(occurredAtMs: number, amount: bigint): "added" | "stale";
  /** Unspent in the periods before. */
  readonly carried: bigint;
  /** Of the calendar's periods; null: it has none. */
  readonly period: LimitStretch | null;
  /** Of rolling periods: the instant at which at least this much of what is in now will have left; null: never. */
  leftBy(nowMs: number, amount: bigint): number | null;
  /** What it occupies in memory, as a multiple of the simplest one. */
  readonly weight: number;
}

/** A period with a fixed start and end. `counted` can begin within it. */
export class PeriodSpent implements Spent {
  readonly upToSeq: number;
  readonly period: LimitStretch | null;
  readonly carried: bigint;
  readonly weight = 1;
  #counted: LimitStretch;
  #carriedSinceMs: number | null;
  #sum: bigint;

  constructor(loaded: {
    /** null: it has no end. */
    period: LimitStretch | null;
    counted: LimitStretch;
    upToSeq: number;
    sum: bigint;
    carried: bigint;
    /** Spending from here on changes what is carried; null: nothing is. */
    carriedSinceMs: number | null;
  }) {
    this.period = loaded.period;
    this.#counted = loaded.counted;
    this.upToSeq = loaded.upToSeq;
    this.#sum = loaded.sum;
    this.carried = loaded.carried;
    this.#carriedSinceMs = loaded.carriedSinceMs;
  }

  covers(nowMs: number): boolean {
    return this.period === null || (nowMs >= this.period.startMs && nowMs < this.period.endMs);
  }

  at(): bigint {
    return this.#sum;
  }

  add(occurredAtMs: number, amount: bigint): "added" | "stale" {
    const { startMs, endMs } = this.#counted;
    if (occurredAtMs >= startMs && occurredAtMs < endMs) this.#sum += amount;
    else if (this.#carriedSinceMs !== null && occurredAtMs >= this.#carriedSinceMs && occurredAtMs < startMs) {
      return "stale";
    }
    return "added";
  }

  leftBy(): null {
    return null;
  }
}
