import { SUM_NAMES } from "../storage.ts";
import { CARRY_UNIT, MEASURE_COUNT } from "./sum-table.ts";

/**
 * A row of a rollup holds the sums of several values and cells in one blob, sorted by key:
 *
 *   key since the last one · which sums are not zero (16 bits) · those sums
 *
 * all numbers as base-128 varints. Sums of single events take about 20 bytes that way, a sixth of a table row
 * each, and are read at 15 million a second.
 */
export class PackedRowReader {
  key = -1;
  readonly values = new Float64Array(MEASURE_COUNT);
  readonly carries = new Float64Array(MEASURE_COUNT);
  hasCarries = false;
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  #mask = 0;

  open(bytes: Uint8Array): this {
    this.#bytes = bytes;
    this.#at = 0;
    this.key = -1;
    return this;
  }

  /** Moves to the next entry and reads it; false at the end. */
  next(): boolean {
    if (!this.nextKey()) return false;
    this.readSums();
    return true;
  }

  /** Moves to the next entry; `readSums`, `skip` or `copySums` must follow. */
  nextKey(): boolean {
    const bytes = this.#bytes;
    if (this.#at >= bytes.length) return false;
    this.key += 1 + this.#varint();
    this.#mask = (bytes[this.#at] as number) | ((bytes[this.#at + 1] as number) << 8);
    this.#at += 2;
    return true;
  }

  readSums(): void {
    if (this.hasCarries) {
      this.carries.fill(0);
      this.hasCarries = false;
    }
    const mask = this.#mask;
    const values = this.values;
    const bytes = this.#bytes;
    let at = this.#at;
    for (let m = 0; m < MEASURE_COUNT; m++) {
      if ((mask & (1 << m)) === 0) {
        values[m] = 0;
        continue;
      }
      // Up to four bytes are read here: this loop is where the time of a question goes.
      const from = at;
      let byte = bytes[at++] as number;
      let value = byte & 0x7f;
      for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
        byte = bytes[at++] as number;
        value |= (byte & 0x7f) << shift;
      }
      if (byte >= 0x80) {
        this.#at = from;
        values[m] = this.#measure(m);
        at = this.#at;
      } else values[m] = m !== SAVINGS ? value : value & 1 ? -((value + 1) >> 1) : value >> 1;
    }
    this.#at = at;
    values[DURATION_CALLS] = (values[CALLS] as number) - (values[DURATION_CALLS] as number);
  }

  skip(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let rest = this.#mask; rest !== 0; rest &= rest - 1) while ((bytes[at++] as number) >= 0x80);
    this.#at = at;
  }

  /** Passes the sums unread, and puts them elsewhere as they are packed; gives the place behind them. */
  copySums(into: Uint8Array, to: number): number {
    const bytes = this.#bytes;
    const from = this.#at - 2;
    this.skip();
    const shift = to - from;
    for (let at = from; at < this.#at; at++) into[at + shift] = bytes[at] as number;
    return this.#at + shift;
  }

  #measure(m: number): number {
    const from = this.#at;
    const number = this.#varint();
    if (this.#at - from <= SAFE_BYTES) {
      if (m !== SAVINGS) return number;
      return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
    }
    let big = 0n;
    for (let at = this.#at - 1; at >= from; at--) big = (big << 7n) | BigInt((this.#bytes[at] as number) & 0x7f);
    if (m === SAVINGS) big = big & 1n ? -((big + 1n) >> 1n) : big >> 1n;
    const unit = BigInt(CARRY_UNIT);
    this.carries[m] = Number(big / unit);
    this.hasCarries = true;
    return Number(big % unit);
  }

  #varint(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = bytes[at++] as number;
    let value = byte & 0x7f;
    if (byte >= 0x80) {
      byte = bytes[at++] as number;
      value |= (byte & 0x7f) << 7;
      if (byte >= 0x80) {
        byte = bytes[at++] as number;
        value |= (byte & 0x7f) << 14;
        if (byte >= 0x80) {
          byte = bytes[at++] as number;
          value |= (byte & 0x7f) << 21;
          let factor = 2 ** 28;
          while (byte >= 0x80) {
            byte = bytes[at++] as number;
            value += (byte & 0x7f) * factor;
            factor *= 128;
          }
        }
      }
    }
    this.#at = at;
    return value;
  }
}

/** Builds a packed row; entries come in ascending order of their keys. */
export class PackedRowWriter {
  #bytes = new Uint8Array(4_096);
  #length = 0;
  #lastKey = -1;

  start(): void {
    this.#length = 0;
    this.#lastKey = -1;
  }

  /** Writes the entry that the reader stands at as it is. */
  copy(reader: PackedRowReader): void {
    this.#reserve();
    this.#varint(reader.key - this.#lastKey - 1);
    this.#length = reader.copySums(this.#bytes, this.#length);
    this.#lastKey = reader.key;
  }

  /** An entry whose sums are all zero is left out. */
  append(key: number, values: Float64Array, carries: Float64Array | null): void {
    this.#reserve();
    const start = this.#length;
    this.#varint(key - this.#lastKey - 1);
    const maskAt = this.#length;
    this.#length += 2;
    let mask = 0;
    for (let m = 0; m < MEASURE_COUNT; m++) {
      let value = values[m] as number;
      let carry = carries ? (carries[m] as number) : 0;
      if (m === DURATION_CALLS) {
        value = (values[CALLS] as number) - value;
        if (carries) carry = (carries[CALLS] as number) - carry;
      }
      if (value === 0 && carry === 0) continue;
      mask |= 1 << m;
      this.#measure(m, value, carry);
    }
    if (mask === 0) {
      this.#length = start;
      return;
    }
    this.#bytes[maskAt] = mask & 0xff;
    this.#bytes[maskAt + 1] = mask >> 8;
    this.#lastKey = key;
  }

  /** The row, or null when it has no entry. The bytes are valid until the next `start`. */
  finish(): Uint8Array | null {
    return this.#length === 0 ? null : this.#bytes.subarray(0, this.#length);
  }

  #measure(m: number, value: number, carry: number): void {
    if (carry === 0 && value < SAFE_NUMBER && (value >= 0 || (m === SAVINGS && value > -SAFE_NUMBER))) {
      this.#varint(m !== SAVINGS ? value : value < 0 ? -2 * value - 1 : 2 * value);
      return;
    }
    let big = BigInt(carry) * BigInt(CARRY_UNIT) + BigInt(value);
    if (m === SAVINGS) big = big < 0n ? -2n * big - 1n : 2n * big;
    if (big < 0n) throw new Error(`rollup sum below zero: ${SUM_NAMES[m]} ${big}`);
    const bytes = this.#bytes;
    const from = this.#length;
    while (big >= 0x80n) {
      bytes[this.#length++] = Number(big & 0x7fn) | 0x80;
      big >>= 7n;
    }
    bytes[this.#length++] = Number(big);
    // The reader takes the slow way only above SAFE_BYTES: numbers between the two bounds have at most that many.
    if (this.#length - from > MAX_VARINT_BYTES) throw new Error(`rollup sum too large: ${SUM_NAMES[m]}`);
  }

  #varint(value: number): void {
    const bytes = this.#bytes;
    let rest = value;
    while (rest >= 0x1000_0000) {
      bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 0x80) {
      bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.#length++] = rest;
  }

  #reserve(): void {
    if (this.#bytes.length - this.#length < MAX_ENTRY_BYTES) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
  }
}

const EMPTY = new Uint8Array(0);
const CALLS = SUM_NAMES.indexOf("calls");
const SAVINGS = SUM_NAMES.indexOf("cacheSavingsNanoUsd");
const DURATION_CALLS = SUM_NAMES.indexOf("durationCalls");
/** Seven bytes hold 49 bits: exact in a double, sign included. */
const SAFE_BYTES = 7;
const SAFE_NUMBER = 2 ** 48;
const MAX_VARINT_BYTES = 16;
const MAX_ENTRY_BYTES = 10 + MEASURE_COUNT * MAX_VARINT_BYTES;
