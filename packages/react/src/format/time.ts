/** When a call happened: the time, to the second if it was today and the style is long; on other days also the day. */
export function callTime(ms: number, nowMs: number, timeZone: string, style: "long" | "short" = "long"): string {
  const sameDay = localDate(ms, timeZone) === localDate(nowMs, timeZone);
  return formatFor(LOCALE, {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    ...(sameDay ? style === "long" && { second: "2-digit" } : { day: "numeric", month: "short" }),
  }).format(ms);
}

/** Date, time to the second and zone: the exact instant on hover. */
export function exactTime(ms: number, timeZone: string): string {
  return formatFor(LOCALE, { timeZone, dateStyle: "full", timeStyle: "long" }).format(ms);
}

/** The local calendar date of an instant: `2026-11-22`. */
export function localDate(ms: number, timeZone: string): string {
  const parts = formatFor("en-US", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" })
    .formatToParts(ms)
    .reduce<Record<string, string>>((all, part) => ({ ...all, [part.type]: part.value }), {});
  return `${parts["year"]?.padStart(4, "0")}-${parts["month"]}-${parts["day"]}`;
}

/** One language for all that is shown: day before month, 24 hours. */
const LOCALE = "en-GB";

/** Kept: a new format takes longer than all else that a row of a list needs. There are as many as zones and styles in use. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(locale, options);
  formats.set(key, format);
  return format;
}
