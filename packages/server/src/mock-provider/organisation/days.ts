import type { Organisation } from "./organisation.ts";

export const DAY_MS = 86_400_000;

export function todayOf({ todayMs }: Organisation): number {
  return todayMs ?? Math.floor(Date.now() / DAY_MS) * DAY_MS;
}

/** Starts of the days of a range of which there is anything to tell: none of the future. */
export function daysIn(startMs: number, endMs: number, organisation: Organisation): number[] {
  const days: number[] = [];
  for (let dayMs = Math.floor(startMs / DAY_MS) * DAY_MS; dayMs < endMs; dayMs += DAY_MS) {
    if (dayMs <= todayOf(organisation)) days.push(dayMs);
  }
  return days;
}

/** Tokens of this day that the provider has counted late. */
export function lateOf(dayMs: number, organisation: Organisation): number {
  return dayMs >= todayOf(organisation) - 2 * DAY_MS ? organisation.late : 0;
}

/** One page of a list, and the cursor of the next: `page_3`; null: there is none. */
export function pageOf<T>(list: T[], limit: number, cursor: string | null): { page: T[]; next: string | null } {
  const start = cursor === null ? 0 : Number(cursor.replace("page_", ""));
  const end = start + limit;
  return { page: list.slice(start, end), next: end < list.length ? `page_${end}` : null };
}

export function dateOf(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10);
}

export function instantOf(dayMs: number): string {
  return `${dateOf(dayMs)}T00:00:00Z`;
}
