/** `22 Nov 2026`, `1 – 22 Nov 2026`, `24 Oct – 22 Nov 2026`: the local days from `startMs` up to, not including, `endMs`. */
export function dayRange(startMs: number, endMs: number, timeZone: string): string {
  let format = rangeFormats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(LOCALE, { timeZone, day: "numeric", month: "short", year: "numeric" });
    rangeFormats.set(timeZone, format);
  }
  return format.formatRange(startMs, Math.max(startMs, endMs - 1)).replace(/\s*–\s*/, " – ");
}

/** A calendar date in words, without any zone: `Sun 22 Nov 2026` or, short, `22 Nov`. */
export function dateInWords(date: string, style: "long" | "short" | "month" | "shortMonth"): string {
  const at = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10) || 1));
  return new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", ...DATE_STYLES[style] }).format(at);
}

/** Today's month and the like, in words: `November`. */
export function monthName(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat(LOCALE, { timeZone, month: "long" }).format(ms);
}

/** The hour of the day there: 0 to 23. */
export function localHour(ms: number, timeZone: string): number {
  return Number(new Intl.DateTimeFormat(LOCALE, { timeZone, hour: "2-digit", hourCycle: "h23" }).format(ms));
}

/** One language for the whole page: day before month, 24 hours. */
const LOCALE = "en-GB";
/** Kept by zone: a new format takes longer than what it writes. */
const rangeFormats = new Map<string, Intl.DateTimeFormat>();
const DATE_STYLES = {
  long: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  short: { day: "numeric", month: "short" },
  month: { month: "long", year: "numeric" },
  shortMonth: { month: "short", year: "2-digit" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
