import { SUM_NAMES, type Sums } from "../storage.ts";
import type { Axis } from "./axes.ts";
import { SumTable } from "./sum-table.ts";

/** Sums by bucket and the groups of up to any number of dimensions. */
export class GroupTable {
  #by: Axis[];
  #table = new SumTable();
  #latency: Map<number, number>[] | null;
  /** Beyond three dimensions, the rest of the key is numbered here. */
  #tails = new Map<string, number>();
  #tailIds: number[][] = [];

  constructor(by: Axis[], latency: boolean) {
    this.#by = by;
    this.#latency = latency ? [] : null;
  }

  slot(bucket: number, ids: number[]): number {
    const [first = 0, second = 0, third = 0] = ids;
    return this.#table.slot(bucket, first, second, ids.length <= 3 ? third : this.#tail(ids));
  }

  add(slot: number, measures: Float64Array): void {
    this.#table.add(slot, measures, 1);
  }

  addFrom(slot: number, from: SumTable, fromSlot: number): void {
    this.#table.addFrom(from, fromSlot, slot);
  }

  addLatency(slot: number, bucket: number, count: number): void {
    if (!this.#latency) return;
    const sketch = (this.#latency[slot] ??= new Map());
    sketch.set(bucket, (sketch.get(bucket) ?? 0) + count);
  }

  /** Groups with at least one call. */
  nonEmpty(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#table.size; slot++) {
      if (this.#table.sums[slot * this.#table.width + CALLS] !== 0) slots.push(slot);
    }
    return slots;
  }

  bucketOf(slot: number): number {
    return this.#table.key(slot, 0);
  }

  /** Group numbers, one for each dimension. */
  idsOf(slot: number): number[] {
    const ids = [this.#table.key(slot, 1), this.#table.key(slot, 2), this.#table.key(slot, 3)];
    if (this.#by.length <= 3) return ids.slice(0, this.#by.length);
    return [...ids.slice(0, 2), ...(this.#tailIds[ids[2] as number] as number[])];
  }

  /** An order of groups that is the same whatever has been read first. */
  compare(a: number, b: number): number {
    const [left, right] = [this.idsOf(a), this.idsOf(b)];
    for (const [index, axis] of this.#by.entries()) {
      const [one, other] = [left[index] as number, right[index] as number];
      if (one === other) continue;
      // The dictionary's ids stay; other groups are numbered as they are met.
      if (axis.kind === "value") return one - other;
      return (axis.nameOf(one) ?? "") < (axis.nameOf(other) ?? "") ? -1 : 1;
    }
    return 0;
  }

  keyOf(slot: number): (string | null)[] {
    const ids = this.idsOf(slot);
    return this.#by.map((axis, index) => axis.nameOf(ids[index] as number));
  }

  /** The sums as doubles; null when one of them is too large for that. */
  numbersOf(slot: number): Float64Array | null {
    const { sums, carries, width } = this.#table;
    const [from, to] = [slot * width, (slot + 1) * width];
    if (carries?.subarray(from, to).some((carry) => carry !== 0)) return null;
    return sums.subarray(from, to);
  }

  get hasLatency(): boolean {
    return this.#latency !== null;
  }

  latencyOf(slot: number): Map<number, number> {
    return withoutZeros(this.#latency?.[slot]);
  }

  toSums(slot: number): Sums {
    const sums = this.#table.toSums(slot);
    if (this.#latency) sums.latency = this.latencyOf(slot);
    return sums;
  }

  amount(slot: number, sum: keyof Sums | "tokens"): bigint {
    if (sum === "tokens") return this.amount(slot, "inputTokens") + this.amount(slot, "outputTokens");
    return this.#table.value(slot, SUM_NAMES.indexOf(sum as (typeof SUM_NAMES)[number]));
  }

  total(slots: number[]): Sums {
    const total = new SumTable(SUM_NAMES.length, 1);
    total.slot(0, 0, 0, 0);
    const latency = new Map<number, number>();
    for (const slot of slots) {
      total.addFrom(this.#table, slot, 0);
      for (const [bucket, count] of this.#latency?.[slot] ?? [])
        latency.set(bucket, (latency.get(bucket) ?? 0) + count);
    }
    const sums = total.toSums(0);
    if (this.#latency) sums.latency = withoutZeros(latency);
    return sums;
  }

  #tail(ids: number[]): number {
    const rest = ids.slice(2);
    const text = rest.join();
    let tail = this.#tails.get(text);
    if (tail === undefined) this.#tails.set(text, (tail = this.#tailIds.push(rest) - 1));
    return tail;
  }
}

const CALLS = SUM_NAMES.indexOf("calls");

function withoutZeros(sketch: Map<number, number> | undefined): Map<number, number> {
  return new Map([...(sketch ?? [])].filter(([, count]) => count !== 0));
}
