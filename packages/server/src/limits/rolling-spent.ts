import { floorQuarterHour, NO_END_MS, QUARTER_HOUR_MS } from "./limit-period.ts";
import type { Spent } from "./spent.ts";

const DAY_MS = 86_400_000;
/** How long what was loaded serves: then the quarter-hours in which things leave are asked for anew. */
const FINE_MS = DAY_MS + 4 * QUARTER_HOUR_MS;

/**
 * Where to split what counts for a rolling period at `nowMs` and for a day after it: into quarter-hours where something leaves or
 * enters within that day, else into days. Ascending; the last part, of events dated later, ends at `endMs`.
 */
export function rollingParts(
  nowMs: number,
  lengthMs: number,
  startsAtMs: number | null,
): { startsMs: number[]; endMs: number } {
  const headMs = floorQuarterHour(nowMs);
  const tailMs = headMs + QUARTER_HOUR_MS - lengthMs;
  const starts: number[] = [];
  const fineUntilMs = Math.min(tailMs + FINE_MS, headMs);
  for (let at = tailMs; at < fineUntilMs; at += QUARTER_HOUR_MS) starts.push(at);
  for (let at = fineUntilMs; at < headMs; at = Math.min(Math.floor(at / DAY_MS + 1) * DAY_MS, headMs)) starts.push(at);
  for (let at = headMs; at <= headMs + FINE_MS; at += QUARTER_HOUR_MS) starts.push(at);
  const firstMs = Math.max(tailMs, startsAtMs ?? tailMs);
  return { startsMs: [firstMs, ...starts.filter((at) => at > firstMs)], endMs: Math.max(NO_END_MS, firstMs + 1) };
}

/** The last so many hours, moving on every quarter-hour. */
export class RollingSpent implements Spent {
  readonly upToSeq: number;
  readonly carried = 0n;
  readonly period = null;
  readonly weight: number;
  #lengthMs: number;
  #loadedMs: number;
  #startsMs: number[];
  #endMs: number;
  #sums: bigint[];
  /** Parts from this one on, up to `#head` excluded, are in now. */
  #tail = 0;
  #head = 0;
  #atMs: number;
  #sum = 0n;

  constructor(loaded: {
    nowMs: number;
    lengthMs: number;
    startsMs: number[];
    endMs: number;
    sums: bigint[];
    upToSeq: number;
  }) {
    this.upToSeq = loaded.upToSeq;
    this.#lengthMs = loaded.lengthMs;
    this.#loadedMs = floorQuarterHour(loaded.nowMs);
    this.#atMs = this.#loadedMs;
    this.#startsMs = loaded.startsMs;
    this.#endMs = loaded.endMs;
    this.#sums = loaded.sums;
    this.weight = Math.ceil(loaded.startsMs.length / 20);
    this.#move(this.#loadedMs);
  }

  covers(nowMs: number): boolean {
    return nowMs >= this.#loadedMs && nowMs < this.#loadedMs + DAY_MS;
  }

  at(nowMs: number): bigint {
    const atMs = floorQuarterHour(nowMs);
    if (atMs > this.#atMs) this.#move(atMs);
    // A clock that was set back a little: from the beginning.
    else if (atMs < this.#atMs) {
      this.#tail = this.#head = 0;
      this.#sum = 0n;
      this.#move(atMs);
    }
    return this.#sum;
  }

  add(occurredAtMs: number, amount: bigint): "added" {
    const part = this.#partOf(occurredAtMs);
    if (part === -1) return "added";
    this.#sums[part]! += amount;
    if (part >= this.#tail && part < this.#head) this.#sum += amount;
    return "added";
  }

  leftBy(nowMs: number, amount: bigint): number | null {
    this.at(nowMs);
    let left = 0n;
    for (let part = this.#tail; part < this.#head; part++) {
      left += this.#sums[part]!;
      if (left >= amount) return this.#endOf(part) + this.#lengthMs - QUARTER_HOUR_MS;
    }
    return null;
  }

  #move(atMs: number): void {
    const headMs = atMs + QUARTER_HOUR_MS;
    while (this.#head < this.#sums.length && this.#startsMs[this.#head]! < headMs)
      this.#sum += this.#sums[this.#head++]!;
    const tailMs = headMs - this.#lengthMs;
    while (this.#tail < this.#head && this.#endOf(this.#tail) <= tailMs) this.#sum -= this.#sums[this.#tail++]!;
    this.#atMs = atMs;
  }

  #endOf(part: number): number {
    return this.#startsMs[part + 1] ?? this.#endMs;
  }

  /** -1: it does not count, and will not. */
  #partOf(atMs: number): number {
    if (atMs >= this.#endMs || this.#startsMs.length === 0 || atMs < this.#startsMs[0]!) return -1;
    let low = 0;
    let high = this.#startsMs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#startsMs[middle]! <= atMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
