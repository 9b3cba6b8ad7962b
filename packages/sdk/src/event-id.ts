/** Bytes of randomness fetched at once: 512 ids. */
const POOL_BYTES = 4_096;
/** After such a pause the process may be a copy of another one (a snapshot of a function): its randomness is used up. */
const MAX_PAUSE_MS = 1_000;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** Of the 16th digit only two bits are free. */
const VARIANT = Array.from({ length: 256 }, (_, byte) => HEX[0x80 | (byte & 0x3f)]!);

const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;
let lastMs = -1;
let sequence = 0;
let prefix = "";

/**
 * A UUIDv7 for an event at `nowMs`: ordered by time, and within a millisecond by when it was made, so that the server's
 * indexes stay small. 62 of its bits are random for each id. Right whatever the clock does: an id may only be out of order.
 */
export function newEventId(nowMs: number): string {
  if (nowMs === lastMs) sequence = (sequence + 1) & 0xfff;
  else startMillisecond(nowMs);
  if (used >= POOL_BYTES) refill();
  const at = used;
  used += 8;
  const order = 0x7000 | sequence;
  return (
    prefix +
    HEX[order >> 8]! +
    HEX[order & 0xff]! +
    "-" +
    VARIANT[pool[at]!]! +
    HEX[pool[at + 1]!]! +
    "-" +
    HEX[pool[at + 2]!]! +
    HEX[pool[at + 3]!]! +
    HEX[pool[at + 4]!]! +
    HEX[pool[at + 5]!]! +
    HEX[pool[at + 6]!]! +
    HEX[pool[at + 7]!]!
  );
}

function startMillisecond(nowMs: number): void {
  if (Math.abs(nowMs - lastMs) > MAX_PAUSE_MS) used = POOL_BYTES;
  lastMs = nowMs;
  const hex = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, "0").slice(-12);
  prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-`;
  sequence = 0;
}

function refill(): void {
  crypto.getRandomValues(pool);
  used = 0;
}
