import { buckets, InvalidInput, shown } from "@outlay/core";

/** What a report covers. */
export type ReportUnit = "day" | "week" | "month";

/** A whole day, week or month of a zone, and the one before it. */
export interface ReportPeriod {
  unit: ReportUnit;
  /** `2026-10`, or the first day: `2026-11-16`. */
  label: string;
  /** For people: `October 2026`. */
  words: string;
  startMs: number;
  endMs: number;
  beforeStartMs: number;
  timeZone: string;
}

const DAY_MS = 86_400_000;

/** The one that an instant lies in. */
export function periodAround(atMs: number, unit: ReportUnit, timeZone: string): ReportPeriod {
  const near = buckets({ startMs: atMs - 70 * DAY_MS, endMs: atMs + 40 * DAY_MS, timeZone }, unit);
  const index = near.findIndex(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
  const { label, startMs, endMs } = near[index]!;
  return {
    unit,
    label,
    words: inWords(unit, label),
    startMs,
    endMs,
    beforeStartMs: near[index - 1]!.startMs,
    timeZone,
  };
}

/** The last one that is over. */
export function lastPeriod(nowMs: number, unit: ReportUnit, timeZone: string): ReportPeriod {
  return periodAround(periodAround(nowMs, unit, timeZone).startMs - 1, unit, timeZone);
}

/** `2026-10` as a month of the zone. InvalidInput `unreadable_month`. */
export function readMonth(text: string, timeZone: string): ReportPeriod {
  const [, year, month] = /^(20\d{2})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined) {
    throw new InvalidInput("unreadable_month", `month is ${shown(text)}; expected one such as 2026-10`, {
      field: "month",
    });
  }
  // the middle of a month lies in it, whatever the zone
  return periodAround(Date.UTC(Number(year), Number(month) - 1, 15), "month", timeZone);
}

function inWords(unit: ReportUnit, label: string): string {
  const date = new Date(`${label.length === 7 ? `${label}-01` : label}T00:00:00Z`);
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }).format(date);
  if (unit === "month") return format({ month: "long", year: "numeric" });
  // by hand: whether a comma stands between them differs from one release of the locale to the next
  const day = `${format({ weekday: "long" })} ${format({ day: "numeric", month: "long", year: "numeric" })}`;
  return unit === "week" ? `the week from ${day}` : day;
}
