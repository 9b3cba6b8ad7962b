import { InvalidInput } from "./errors.ts";
import { checkTimeZone, instantOf, offsetAt, zoneStretches } from "./time-zone.ts";
import { PERIOD_NAMES, type PeriodName, type TimeUnit } from "./vocabulary.ts";

/** A range of time as somebody in a zone sees it. Start included, end excluded. */
export interface Period {
  startMs: number;
  endMs: number;
  timeZone: string;
  /** Absent: from and to were given. */
  name?: PeriodName;
}

/** A period in words: a name, or `from` and `to` as a date, a local date-time or an instant. */
export interface PeriodRequest {
  period?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

export interface PeriodContext {
  timeZone: string;
  nowMs: number;
  /** Oldest and newest event, for `all` and for a missing `from`; null or absent: there are none. */
  firstEventMs?: number | null | undefined;
  lastEventMs?: number | null | undefined;
}

/** A calendar unit within a period. The first and the last one may be cut by the period. Start included, end excluded. */
export interface Bucket {
  startMs: number;
  endMs: number;
  label: string;
}

/** Most buckets that a period is split into. */
export const MAX_BUCKETS = 10_000;

/** Where time begins for questions: no event is older. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const QUARTER_HOUR_MS = 900_000;

/**
 * Named periods end with today; `yesterday` ends with yesterday, and `all` with the newest event if that is later.
 * `7d` is seven calendar days including today. Weeks start on Monday. 30 days when nothing is asked.
 * InvalidInput `unknown_period`, `unknown_time_zone`, `unreadable_time`, `time_out_of_range`, `period_empty` or `period_ambiguous`.
 */
export function resolvePeriod(request: PeriodRequest, context: PeriodContext): Period {
  checkTimeZone(context.timeZone);
  const { period, from, to } = request;
  if (from === undefined && to === undefined) return namedPeriod(period ?? "30d", context);
  if (period !== undefined) {
    throw new InvalidInput("period_ambiguous", `period "${period}" and from/to were both given; expected one of them`, {
      field: "period",
    });
  }
  return customPeriod(from, to, context);
}

/** Can this period only be resolved when the oldest event is known? */
export function dependsOnEvents(request: PeriodRequest): boolean {
  return request.period === "all" || (request.from === undefined && request.to !== undefined);
}

/**
 * The period before, to compare with. Of an unfinished period only the same part: on the 14th at 15:00 a month is
 * compared with the first 13 days of the one before and the 14th until 15:00. null for `all`, which has none before.
 */
export function previousPeriod(period: Period, nowMs: number): Period | null {
  if (period.name === "all") return null;
  const { timeZone, startMs, endMs } = period;
  const unfinished = nowMs > startMs && nowMs < endMs;
  const localStart = localOf(timeZone, startMs);
  if (period.name === undefined && !(isDayStart(timeZone, startMs) && isDayStart(timeZone, endMs))) {
    const lengthMs = endMs - startMs;
    return { timeZone, startMs: startMs - lengthMs, endMs: (unfinished ? nowMs : endMs) - lengthMs };
  }
  const localBefore = localStartBefore(period, localStart);
  const beforeStartMs = instantOf(timeZone, localBefore);
  if (!unfinished) return { timeZone, startMs: beforeStartMs, endMs: startMs };
  const localNow = localOf(timeZone, nowMs);
  const localEnd = period.name === "year" ? addMonths(localNow, -12) : localBefore + (localNow - localStart);
  return { timeZone, startMs: beforeStartMs, endMs: Math.min(instantOf(timeZone, localEnd), startMs) };
}

/**
 * The period split into calendar units of its zone: together they are the period, without gap or overlap. An hour
 * that a clock change repeats is two buckets, told apart by the offset in the label. Every inner start lies on a
 * quarter-hour of UTC.
 * Labels: hour "2026-11-22T05:00:00+01:00", day "2026-11-22", week (its Monday) "2026-11-16", month "2026-11",
 * quarter "2026-Q4", year "2026". InvalidInput `too_many_buckets`.
 */
export function buckets(period: Period, unit: TimeUnit): Bucket[] {
  if ((period.endMs - period.startMs) / SHORTEST_MS[unit] > MAX_BUCKETS) {
    throw new InvalidInput(
      "too_many_buckets",
      `the period has more than ${MAX_BUCKETS} buckets of one ${unit}; ask for a shorter period or a longer unit`,
      { field: "by" },
    );
  }
  const starts = unit === "hour" ? hourStarts(period) : unitStarts(period, unit);
  return starts.map((start, index) => ({
    startMs: Math.max(start.startMs, period.startMs),
    endMs: starts[index + 1]?.startMs ?? period.endMs,
    label: start.label,
  }));
}

const SHORTEST_MS: Record<TimeUnit, number> = {
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 28 * DAY_MS,
  quarter: 90 * DAY_MS,
  year: 365 * DAY_MS,
};

function namedPeriod(name: string, context: PeriodContext): Period {
  const { timeZone, nowMs } = context;
  if (!isPeriodName(name)) {
    throw new InvalidInput(
      "unknown_period",
      `period "${name.slice(0, 60)}" is not known; expected one of ${PERIOD_NAMES.join(", ")}, or from and to`,
      { field: "period" },
    );
  }
  const today = floorLocal(localOf(timeZone, nowMs), "day");
  const tomorrowMs = instantOf(timeZone, today + DAY_MS);
  if (name === "all") {
    const firstMs = context.firstEventMs ?? nowMs;
    const lastMs = context.lastEventMs ?? nowMs;
    return {
      name,
      timeZone,
      startMs: instantOf(timeZone, floorLocal(localOf(timeZone, Math.min(firstMs, nowMs)), "day")),
      endMs:
        lastMs < tomorrowMs ? tomorrowMs : instantOf(timeZone, floorLocal(localOf(timeZone, lastMs), "day") + DAY_MS),
    };
  }
  const localStart = localStartOf(name, today);
  return {
    name,
    timeZone,
    startMs: instantOf(timeZone, localStart),
    endMs: name === "yesterday" ? instantOf(timeZone, today) : tomorrowMs,
  };
}

function isPeriodName(name: string): name is PeriodName {
  return (PERIOD_NAMES as readonly string[]).includes(name);
}

function localStartOf(name: Exclude<PeriodName, "all">, today: number): number {
  switch (name) {
    case "today":
      return today;
    case "yesterday":
      return today - DAY_MS;
    case "week":
    case "month":
    case "quarter":
    case "year":
      return floorLocal(today, name);
    case "7d":
      return today - 6 * DAY_MS;
    case "30d":
      return today - 29 * DAY_MS;
    case "90d":
      return today - 89 * DAY_MS;
  }
}

/** Where the period before starts, given that this one starts and ends with local days. */
function localStartBefore(period: Period, localStart: number): number {
  switch (period.name) {
    case "month":
      return addMonths(localStart, -1);
    case "quarter":
      return addMonths(localStart, -3);
    case "year":
      return addMonths(localStart, -12);
    case "week":
      return localStart - 7 * DAY_MS;
    default: {
      const localEnd = localOf(period.timeZone, period.endMs);
      return floorLocal(localStart, "day") - Math.round((localEnd - localStart) / DAY_MS) * DAY_MS;
    }
  }
}

function customPeriod(from: string | undefined, to: string | undefined, context: PeriodContext): Period {
  const { timeZone, nowMs } = context;
  const firstMs = Math.max(context.firstEventMs ?? EARLIEST_MS, EARLIEST_MS);
  const startMs = from === undefined ? firstMs : Math.max(readTime("from", from, timeZone), EARLIEST_MS);
  const endMs =
    to === undefined
      ? instantOf(timeZone, floorLocal(localOf(timeZone, nowMs), "day") + DAY_MS)
      : readTime("to", to, timeZone);
  if (endMs > startMs) return { startMs, endMs, timeZone };
  // An absent `from` means everything before `to`, of which there is nothing.
  if (from === undefined) return { startMs: endMs - DAY_MS, endMs, timeZone };
  throw new InvalidInput("period_empty", `to "${to ?? "today"}" is not after from "${from}"; to is excluded`, {
    field: to === undefined ? "from" : "to",
  });
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

function readTime(field: string, text: string, timeZone: string): number {
  const parts = TIME.exec(text);
  const localMs = parts === null ? null : localFromParts(parts);
  if (parts === null || localMs === null) {
    throw new InvalidInput(
      "unreadable_time",
      `${field} "${text.slice(0, 60)}" is not a time; expected a date (2026-11-22), a local time (2026-11-22T05:00) or an instant (2026-11-22T05:00:00Z)`,
      { field },
    );
  }
  if (localMs < Date.UTC(1970, 0, 1) || localMs >= LATEST_MS) {
    throw new InvalidInput(
      "time_out_of_range",
      `${field} "${text}" is out of range; expected a year from 1970 to 2099`,
      {
        field,
      },
    );
  }
  const zone = parts[8];
  if (zone !== undefined) return localMs - offsetOf(zone);
  return instantOf(timeZone, localMs);
}

function localFromParts(parts: RegExpExecArray): number | null {
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const milliseconds = Number((parts[7] ?? "").padEnd(3, "0").slice(0, 3));
  if (hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.getTime() + hour * HOUR_MS + minute * 60_000 + second * 1_000 + milliseconds;
}

/** "Z", "+01", "+0100" or "-03:30" in milliseconds. */
function offsetOf(zone: string): number {
  if (zone === "Z" || zone === "z") return 0;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const offsetMs = Number(digits.slice(0, 2)) * HOUR_MS + Number(digits.slice(2)) * 60_000;
  return zone.startsWith("-") ? -offsetMs : offsetMs;
}

/** The calendar day that an instant lies in, where the zone's clock stands: `2026-11-22`. */
export function dayIn(timeZone: string, atMs: number): string {
  return new Date(localOf(timeZone, atMs)).toISOString().slice(0, 10);
}

function localOf(timeZone: string, atMs: number): number {
  return atMs + offsetAt(timeZone, atMs);
}

function isDayStart(timeZone: string, atMs: number): boolean {
  return instantOf(timeZone, floorLocal(localOf(timeZone, atMs), "day")) === atMs;
}

/** The start of the calendar unit that a wall-clock reading lies in. */
function floorLocal(localMs: number, unit: TimeUnit): number {
  const dayMs = Math.floor(localMs / DAY_MS) * DAY_MS;
  const date = new Date(dayMs);
  switch (unit) {
    case "hour":
      return Math.floor(localMs / HOUR_MS) * HOUR_MS;
    case "day":
      return dayMs;
    case "week":
      return dayMs - ((date.getUTCDay() + 6) % 7) * DAY_MS;
    case "month":
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    case "quarter":
      return Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / 3) * 3, 1);
    case "year":
      return Date.UTC(date.getUTCFullYear(), 0, 1);
  }
}

function nextLocal(localStart: number, unit: Exclude<TimeUnit, "hour">): number {
  switch (unit) {
    case "day":
      return localStart + DAY_MS;
    case "week":
      return localStart + 7 * DAY_MS;
    case "month":
      return addMonths(localStart, 1);
    case "quarter":
      return addMonths(localStart, 3);
    case "year":
      return addMonths(localStart, 12);
  }
}

/** A day that the month does not have runs over into the next one, as `Date.UTC` does. */
function addMonths(localMs: number, months: number): number {
  const date = new Date(localMs);
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate());
  return day + (localMs - floorLocal(localMs, "day"));
}

interface UnitStart {
  startMs: number;
  label: string;
}

/** Starts of days and longer units, the first at or before the period's start. */
function unitStarts(period: Period, unit: Exclude<TimeUnit, "hour">): UnitStart[] {
  const starts: UnitStart[] = [];
  // A day early: where clocks go back across midnight, the day that an instant shows is not the day it lies in.
  let local = floorLocal(localOf(period.timeZone, period.startMs) - DAY_MS, unit);
  for (;;) {
    const startMs = instantOf(period.timeZone, local);
    if (startMs >= period.endMs) return starts;
    // What ends before the period starts does not belong to it; nor does a day that the zone skipped.
    const previous = starts.at(-1);
    if (previous !== undefined && (startMs <= period.startMs || startMs === previous.startMs)) starts.pop();
    starts.push({ startMs, label: labelOf(local, unit) });
    local = nextLocal(local, unit);
  }
}

/** Starts of hours: each full hour of the clock, and each jump of the clock that begins another hour. */
function hourStarts(period: Period): UnitStart[] {
  const starts: UnitStart[] = [];
  for (const { startMs, endMs, offsetMs } of zoneStretches(period.timeZone, period.startMs, period.endMs)) {
    // Where clocks jumped off the quarter-hour (Newfoundland, until 2011 at 00:01) the running hour goes on.
    if (startMs === period.startMs || startMs % QUARTER_HOUR_MS === 0) {
      starts.push({ startMs, label: hourLabel(startMs, offsetMs) });
    }
    const first = Math.ceil((startMs + offsetMs + 1) / HOUR_MS) * HOUR_MS - offsetMs;
    for (let at = first; at < endMs; at += HOUR_MS) starts.push({ startMs: at, label: hourLabel(at, offsetMs) });
  }
  return starts;
}

function hourLabel(atMs: number, offsetMs: number): string {
  const hour = new Date(floorLocal(atMs + offsetMs, "hour")).toISOString().slice(0, 19);
  const minutes = Math.abs(offsetMs) / 60_000;
  return `${hour}${offsetMs < 0 ? "-" : "+"}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function labelOf(localMs: number, unit: Exclude<TimeUnit, "hour">): string {
  const date = new Date(localMs).toISOString();
  switch (unit) {
    case "day":
    case "week":
      return date.slice(0, 10);
    case "month":
      return date.slice(0, 7);
    case "quarter":
      return `${date.slice(0, 4)}-Q${Math.floor((Number(date.slice(5, 7)) - 1) / 3) + 1}`;
    case "year":
      return date.slice(0, 4);
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
