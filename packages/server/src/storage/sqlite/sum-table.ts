import { SUM_NAMES, type Sums } from "../storage.ts";

export const MEASURE_COUNT = SUM_NAMES.length;

/** A sum is `carry × CARRY_UNIT + low`, both doubles: exact for any number of events, and fast below 4.5e15. */
export const CARRY_UNIT = 2 ** 52;

const KEY_WIDTH = 4;
/** Doubles are exact integers up to here. */
const LARGEST_EXACT = 2 * CARRY_UNIT;

/**
 * Sums by a key of four 32-bit integers: a hash table in flat arrays, because objects for each group would
 * cost more than the sums. The caller decides what the four parts of the key mean.
 */
export class SumTable {
  size = 0;
  keys: Int32Array;
  sums: Float64Array;
  /** Only there once a sum has passed CARRY_UNIT. */
  carries: Float64Array | null = null;
  readonly width: number;
  #slots: Int32Array;
  #capacity: number;
  /** No sum is larger than this. */
  #bound = 0;

  /** `width`: how many sums belong to a key. */
  constructor(width: number = MEASURE_COUNT, capacity = 256) {
    this.width = width;
    this.#capacity = capacity;
    this.keys = new Int32Array(capacity * KEY_WIDTH);
    this.sums = new Float64Array(capacity * width);
    this.#slots = new Int32Array(capacity * 2).fill(-1);
  }

  /** A table that has room for so many keys. */
  static forAbout(keys: number, width: number = MEASURE_COUNT): SumTable {
    return new SumTable(width, 2 ** Math.ceil(Math.log2(Math.max(keys, 256))));
  }

  /** The slot of a key; made with zero sums when it is new. */
  slot(a: number, b: number, c: number, d: number): number {
    const mask = this.#slots.length - 1;
    let at = hash(a, b, c, d) & mask;
    for (;;) {
      const slot = this.#slots[at] as number;
      if (slot === -1) break;
      const k = slot * KEY_WIDTH;
      const keys = this.keys;
      if (keys[k] === a && keys[k + 1] === b && keys[k + 2] === c && keys[k + 3] === d) return slot;
      at = (at + 1) & mask;
    }
    if (this.size === this.#capacity) {
      this.#grow();
      return this.slot(a, b, c, d);
    }
    const slot = this.size++;
    this.#slots[at] = slot;
    const k = slot * KEY_WIDTH;
    this.keys[k] = a;
    this.keys[k + 1] = b;
    this.keys[k + 2] = c;
    this.keys[k + 3] = d;
    return slot;
  }

  key(slot: number, part: 0 | 1 | 2 | 3): number {
    return this.keys[slot * KEY_WIDTH + part] as number;
  }

  /** Adds to a table of one sum a key. */
  addOne(slot: number, value: number): void {
    this.sums[slot] = (this.sums[slot] as number) + value;
  }

  /** Adds `sign` times the values; each is below CARRY_UNIT. */
  add(slot: number, values: Float64Array, sign: number): void {
    const sums = this.sums;
    const width = this.width;
    const base = slot * width;
    for (let m = 0; m < width; m++) {
      const value = values[m] as number;
      if (value === 0) continue;
      const sum = (sums[base + m] as number) + sign * value;
      sums[base + m] = sum;
      if (sum >= CARRY_UNIT || sum <= -CARRY_UNIT) this.#carry(base + m);
    }
  }

  /**
   * Prepares for additions whose absolute values add up to at most `total`. True: they may be too large for
   * `addFast`, which does not look.
   */
  reserve(total: number): boolean {
    if (total >= CARRY_UNIT) {
      this.settle();
      return true;
    }
    if (this.#bound + total >= LARGEST_EXACT) this.settle();
    this.#bound += total;
    return false;
  }

  /** Adds the measures that begin at an offset; only after `reserve`. */
  addFast(slot: number, measures: Float64Array, offset: number): void {
    const sums = this.sums;
    const base = slot * MEASURE_COUNT;
    for (let m = 0; m < MEASURE_COUNT; m++) {
      sums[base + m] = (sums[base + m] as number) + (measures[offset + m] as number);
    }
  }

  /** Brings every sum below CARRY_UNIT, as all methods but `addFast` leave them. */
  settle(): void {
    if (this.#bound >= CARRY_UNIT) {
      for (let at = 0; at < this.size * this.width; at++) this.#carry(at);
    }
    this.#bound = CARRY_UNIT;
  }

  /** Adds what is above CARRY_UNIT in the values. */
  addCarries(slot: number, carries: Float64Array, sign: number): void {
    this.carries ??= new Float64Array(this.#capacity * this.width);
    const base = slot * this.width;
    for (let m = 0; m < this.width; m++) {
      this.carries[base + m] = (this.carries[base + m] as number) + sign * (carries[m] as number);
    }
  }

  addFrom(other: SumTable, otherSlot: number, slot: number): void {
    this.#combine(other, otherSlot, slot, 1);
  }

  subtractFrom(other: SumTable, otherSlot: number, slot: number): void {
    this.#combine(other, otherSlot, slot, -1);
  }

  #combine(other: SumTable, otherSlot: number, slot: number, sign: number): void {
    const { width } = this;
    const from = otherSlot * width;
    const to = slot * width;
    const theirs = other.sums;
    const ours = this.sums;
    for (let m = 0; m < width; m++) {
      const value = theirs[from + m] as number;
      if (value === 0) continue;
      const sum = (ours[to + m] as number) + sign * value;
      ours[to + m] = sum;
      if (sum >= CARRY_UNIT || sum <= -CARRY_UNIT) this.#carry(to + m);
    }
    if (other.carries) this.addCarries(slot, other.carries.subarray(from, from + width), sign);
  }

  value(slot: number, measure: number): bigint {
    const at = slot * this.width + measure;
    const low = BigInt(this.sums[at] as number);
    return this.carries ? low + BigInt(this.carries[at] as number) * BigInt(CARRY_UNIT) : low;
  }

  toSums(slot: number): Sums {
    const result = {} as Record<(typeof SUM_NAMES)[number], bigint>;
    SUM_NAMES.forEach((name, m) => (result[name] = this.value(slot, m)));
    return result;
  }

  clear(): void {
    this.keys.fill(0, 0, this.size * KEY_WIDTH);
    this.sums.fill(0, 0, this.size * this.width);
    this.carries = null;
    this.#bound = 0;
    this.#slots.fill(-1);
    this.size = 0;
  }

  #carry(at: number): void {
    const sum = this.sums[at] as number;
    const units = Math.trunc(sum / CARRY_UNIT);
    if (units === 0) return;
    this.carries ??= new Float64Array(this.#capacity * this.width);
    this.carries[at] = (this.carries[at] as number) + units;
    this.sums[at] = sum - units * CARRY_UNIT;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.keys = enlarge(this.keys, new Int32Array(this.#capacity * KEY_WIDTH));
    this.sums = enlarge(this.sums, new Float64Array(this.#capacity * this.width));
    if (this.carries) this.carries = enlarge(this.carries, new Float64Array(this.#capacity * this.width));
    this.#slots = new Int32Array(this.#capacity * 2).fill(-1);
    const mask = this.#slots.length - 1;
    for (let slot = 0; slot < this.size; slot++) {
      const k = slot * KEY_WIDTH;
      const keys = this.keys;
      let at = hash(keys[k] as number, keys[k + 1] as number, keys[k + 2] as number, keys[k + 3] as number) & mask;
      while (this.#slots[at] !== -1) at = (at + 1) & mask;
      this.#slots[at] = slot;
    }
  }
}

function enlarge<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}

function hash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return h ^ (h >>> 15);
}
