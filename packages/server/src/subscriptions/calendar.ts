import { instantOf, offsetAt } from "@outlay/core";

const DAY_MS = 86_400_000;

/** Milliseconds of a date's midnight as if it were in UTC: what is counted with. */
export function dateMs(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

/** "2026-11-22" */
export function dateText(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 10);
}

/** The instant at which a date begins in a zone. */
export function startOfDate(timeZone: string, date: string): number {
  return instantOf(timeZone, dateMs(date));
}

/**
 * The date so many months later with this day of the month, or the last day of a month that is too short: 31 January, 28 February,
 * 31 March.
 */
export function addMonths(date: string, months: number, day: number): string {
  const [year, month] = date.split("-").map(Number) as [number, number];
  const lastDay = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return dateText(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)));
}

/** Calendar days from one date to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((dateMs(to) - dateMs(from)) / DAY_MS);
}

/** The date that an instant lies in, and how much of that date is over: `partMs` of `lengthMs`. */
export function placeInDay(timeZone: string, atMs: number): { date: string; partMs: number; lengthMs: number } {
  let day = Math.floor((atMs + offsetAt(timeZone, atMs)) / DAY_MS);
  const startOf = (index: number) => instantOf(timeZone, index * DAY_MS);
  // where clocks go back across midnight, an instant shows another day than it lies in
  while (startOf(day) > atMs) day -= 1;
  while (startOf(day + 1) <= atMs) day += 1;
  const startMs = startOf(day);
  return { date: dateText(day * DAY_MS), partMs: atMs - startMs, lengthMs: startOf(day + 1) - startMs };
}
