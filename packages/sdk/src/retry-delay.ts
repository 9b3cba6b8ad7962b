const FIRST_DELAY_MS = 500;
/** Longest pause between two attempts. */
const MAX_DELAY_MS = 30_000;
/** Longest pause that a server may ask for. */
const MAX_ASKED_MS = 300_000;

/**
 * How long to wait after so many failures in a row: exponential, with jitter over its upper half, so that many
 * clients do not come back at the same moment; at least what the server asked for.
 */
export function retryDelayMs(failures: number, askedMs: number | null, random = Math.random()): number {
  const full = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 20));
  const own = full * (0.5 + random / 2);
  return askedMs === null ? own : Math.max(own, Math.min(askedMs, MAX_ASKED_MS));
}

/** What the header Retry-After asks for, in milliseconds: seconds or a date; null when it asks for nothing readable. */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | null {
  if (header == null || header === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
