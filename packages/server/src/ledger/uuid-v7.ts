import { randomFillSync } from "node:crypto";

/** A UUIDv7 (RFC 9562). Those made in one process only grow, also within a millisecond. */
export function uuidV7(nowMs: number): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = nextRandom() & 0x3ff;
  } else {
    // The clock stood still or went back: count on, into the next millisecond when the counter is full.
    sequence += 1;
    if (sequence > 0xfff) {
      lastMs += 1;
      sequence = 0;
    }
  }
  const time = lastMs.toString(16).padStart(12, "0");
  const variant = 0x8000 | (nextRandom() & 0x3fff);
  const rest = hex4(nextRandom()) + hex4(nextRandom()) + hex4(nextRandom());
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, "0")}-${hex4(variant)}-${rest}`;
}

let lastMs = 0;
let sequence = 0;

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

function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}
