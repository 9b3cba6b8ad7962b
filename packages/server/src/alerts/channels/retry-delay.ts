/** After each failed attempt, until the next: ten attempts in about fifteen hours. */
export const RETRY_DELAYS_MS: readonly number[] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800].map(
  (seconds) => seconds * 1_000,
);
/** However long a receiver wants to be left alone. */
const MAX_RETRY_AFTER_MS = 4 * 3_600_000;
/** So that many who failed together do not come again together. */
const SPREAD = 0.2;

/**
 * How long to wait after this many failed attempts; null: long enough was tried. At least as long as the receiver asked for.
 * `random` is between 0 and 1.
 */
export function retryDelayMs(
  failedAttempts: number,
  retryAfterMs: number | null,
  random: number,
  delaysMs: readonly number[] = RETRY_DELAYS_MS,
): number | null {
  const delayMs = delaysMs[failedAttempts - 1];
  if (delayMs === undefined) return null;
  const spreadMs = delayMs * (1 + SPREAD * random);
  return Math.round(Math.max(spreadMs, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)));
}
