export const DAY_MS = 86_400_000;

/** Start of the UTC day that an instant lies in. Providers count in UTC days, whatever zone their readers live in. */
export function dayStart(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** `2026-11-22` of its start. */
export function dayName(startMs: number): string {
  return new Date(startMs).toISOString().slice(0, 10);
}

/** Starts of the days from `startMs` until `endMs`, which is not one of them. */
export function daysBetween(startMs: number, endMs: number): number[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((endMs - startMs) / DAY_MS)) },
    (_, index) => startMs + index * DAY_MS,
  );
}
