import { buckets, type TimeUnit } from "@outlay/core";
import type { Limit } from "./limit.ts";

/** A stretch of time whose spending counts against a limit. Start included, end excluded. */
export interface LimitStretch {
  startMs: number;
  endMs: number;
}

export const QUARTER_HOUR_MS = 900_000;
const DAY_MS = 86_400_000;
/** Sessions and totals have no end; no event lies later. */
export const NO_END_MS = Date.UTC(2200, 0, 1);

type CalendarUnit = Exclude<TimeUnit, "hour">;

/** Longer than any such unit, so that what surrounds an instant by as much has the whole unit inside. */
const SURROUNDING_DAYS: Record<CalendarUnit, number> = { day: 2, week: 15, month: 63, quarter: 190, year: 740 };
/** Of rolling periods. */
const ROLLING_DAYS: Record<CalendarUnit, number> = { day: 1, week: 7, month: 30, quarter: 91, year: 365 };

type Terms = Pick<Limit, "period" | "startsAtMs">;

/** The limit's period that an instant lies in; a start of the limit inside it does not cut it. */
export function periodAt({ period }: Pick<Limit, "period">, atMs: number, serverTimeZone: string): LimitStretch {
  const { unit, rolling, timeZone } = period;
  if (unit === "session" || unit === "total") return { startMs: 0, endMs: NO_END_MS };
  if (rolling) {
    const endMs = floorQuarterHour(atMs) + QUARTER_HOUR_MS;
    return { startMs: endMs - rollingLengthMs(unit), endMs };
  }
  const marginMs = SURROUNDING_DAYS[unit] * DAY_MS;
  const zone = timeZone ?? serverTimeZone;
  const around = buckets({ startMs: atMs - marginMs, endMs: atMs + marginMs, timeZone: zone }, unit);
  const found = around.find(({ startMs, endMs }) => atMs >= startMs && atMs < endMs);
  if (found === undefined) throw new RangeError(`no ${unit} around ${atMs} in ${zone}`);
  return { startMs: found.startMs, endMs: found.endMs };
}

/** The part of that period whose spending counts: from the limit's start on. Empty before it. */
export function countedAt(limit: Terms, atMs: number, serverTimeZone: string): LimitStretch {
  const { startMs, endMs } = periodAt(limit, atMs, serverTimeZone);
  return { startMs: Math.min(Math.max(startMs, limit.startsAtMs ?? startMs), endMs), endMs };
}

/**
 * The periods of a limit that carries over, from the one in which it began to the one of `atMs`: starts of each, ascending. Unspent
 * money is carried from the first one on.
 */
export function periodStarts(
  limit: Terms & Pick<Limit, "createdAtMs">,
  atMs: number,
  serverTimeZone: string,
): number[] {
  const { period } = limit;
  const { unit } = period;
  const last = periodAt(limit, atMs, serverTimeZone);
  if (unit === "session" || unit === "total" || period.rolling) return [last.startMs];
  // With a clock that was set back, now can be before the limit was made.
  const firstMs =
    limit.startsAtMs ?? Math.min(periodAt(limit, limit.createdAtMs, serverTimeZone).startMs, last.startMs);
  if (firstMs >= last.startMs) return [Math.min(firstMs, last.endMs)];
  const timeZone = period.timeZone ?? serverTimeZone;
  return buckets({ startMs: firstMs, endMs: last.endMs, timeZone }, unit).map(({ startMs }) => startMs);
}

export function rollingLengthMs(unit: CalendarUnit): number {
  return ROLLING_DAYS[unit] * DAY_MS;
}

export function floorQuarterHour(atMs: number): number {
  return Math.floor(atMs / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
}
