/** Calendar arithmetic on dates without a zone (`2026-11-22`). Months and years count from 1. */
export function addDays(date: string, days: number): string {
  const [year, month, day] = parts(date);
  return print(Date.UTC(year, month - 1, day + days));
}

/** The same day so many months on; the first of a month stays the first. */
export function addMonths(date: string, months: number): string {
  const [year, month, day] = parts(date);
  return print(Date.UTC(year, month - 1 + months, day));
}

/** Whole days from one date to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((at(to) - at(from)) / 86_400_000);
}

/** Is this a date that exists, written `YYYY-MM-DD`? */
export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && print(at(text)) === text;
}

const parts = (date: string) => date.split("-").map(Number) as [number, number, number];
const print = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : "");
function at(date: string): number {
  const [year, month, day] = parts(date);
  return Date.UTC(year, month - 1, day);
}
