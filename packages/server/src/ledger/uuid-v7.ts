import { randomFillSync } from "node:crypto";

/** A UUIDv7 (RFC 9562). Those made in one process only grow, also within a millisecond. */
export function uuidV7(nowMs: number): string {
  if (nowMs > lastMs) {
    startMillisecond(nowMs, nextRandom() & 0x3ff);
  } else if (sequence < 0xfff) {
    // The clock stood still or went back: count on, into the next millisecond when the counter is full.
    sequence += 1;
  } else {
    startMillisecond(lastMs + 1, 0);
  }
  const version = 0x7000 | sequence;
  const variant = 0x8000 | (nextRandom() & 0x3fff);
  const rest = hex4(nextRandom()) + hex4(nextRandom()) + hex4(nextRandom());
  return `${time}-${hex4(version)}-${hex4(variant)}-${rest}`;
}

let lastMs = 0;
/** Its first two groups of digits. */
let time = "";
let sequence = 0;

function startMillisecond(ms: number, first: number): void {
  lastMs = ms;
  sequence = first;
  const digits = ms.toString(16).padStart(12, "0");
  time = `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

// Random bytes are fetched for a thousand ids at a time: a call for each would cost more than the rest.
const pool = new Uint16Array(4_096);
let used = pool.length;

function nextRandom(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++]!;
}

// Looked up: making the digits of a number takes ten times as long.
const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex4(value: number): string {
  return PAIRS[value >> 8]! + PAIRS[value & 0xff]!;
}
