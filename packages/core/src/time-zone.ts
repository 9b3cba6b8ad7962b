import { Temporal } from "temporal-polyfill";
import { InvalidInput } from "./errors.ts";

/**
 * A stretch of time in which a zone's clock does not jump. Start included, end excluded.
 * A wall-clock reading is kept as "local milliseconds": what `Date.UTC` gives for its year, month, … .
 * local milliseconds = instant + offsetMs.
 */
export interface ZoneStretch {
  startMs: number;
  endMs: number;
  offsetMs: number;
}

/** Throws InvalidInput `unknown_time_zone` unless the runtime knows this zone. */
export function checkTimeZone(timeZone: string): void {
  if (yearsByZone.has(timeZone)) return;
  try {
    new Intl.DateTimeFormat("en", { timeZone }).format(0);
  } catch {
    throw new InvalidInput(
      "unknown_time_zone",
      `tz "${timeZone.slice(0, 60)}" is not a time zone; expected an IANA name such as Europe/Berlin or UTC`,
      { field: "tz" },
    );
  }
}

/** The zone's stretches that cover the range, ascending and without gaps; the first starts and the last ends with the range. */
export function zoneStretches(timeZone: string, startMs: number, endMs: number): ZoneStretch[] {
  const stretches: ZoneStretch[] = [];
  const lastYear = new Date(endMs).getUTCFullYear();
  for (let year = new Date(startMs).getUTCFullYear(); year <= lastYear; year++) {
    for (const stretch of yearOf(timeZone, year)) {
      if (stretch.endMs <= startMs || stretch.startMs >= endMs) continue;
      const before = stretches.at(-1);
      if (before !== undefined && before.offsetMs === stretch.offsetMs) before.endMs = Math.min(stretch.endMs, endMs);
      else {
        stretches.push({
          startMs: Math.max(stretch.startMs, startMs),
          endMs: Math.min(stretch.endMs, endMs),
          offsetMs: stretch.offsetMs,
        });
      }
    }
  }
  return stretches;
}

/** The zone's offset from UTC at an instant, in milliseconds; east is positive. */
export function offsetAt(timeZone: string, atMs: number): number {
  for (const stretch of yearOf(timeZone, new Date(atMs).getUTCFullYear())) {
    if (atMs < stretch.endMs) return stretch.offsetMs;
  }
  throw new RangeError(`no offset for ${atMs} in ${timeZone}`);
}

/**
 * The instant at which the zone's clock shows this. Of two such instants (clocks set back) the earlier one. Of none
 * (clocks set forward) the one as far after the jump as the reading is after its start, as Temporal's "compatible".
 *
 * For the midnight of a day that begins at 01:00 that is the jump itself: no zone has jumped from before midnight to
 * after it since 2000, so that the first instant of a day is the instant of its midnight.
 */
export function instantOf(timeZone: string, localMs: number): number {
  // No two offsets of a zone are further apart than this, not even where the date line moved.
  const stretches = zoneStretches(timeZone, localMs - 38 * HOUR_MS, localMs + 38 * HOUR_MS);
  for (const { startMs, endMs, offsetMs } of stretches) {
    const instant = localMs - offsetMs;
    if (instant >= startMs && instant < endMs) return instant;
  }
  for (const [index, stretch] of stretches.entries()) {
    const next = stretches[index + 1];
    if (next !== undefined && localMs < next.startMs + next.offsetMs) return localMs - stretch.offsetMs;
  }
  throw new RangeError(`no instant for local ${localMs} in ${timeZone}`);
}

const HOUR_MS = 3_600_000;

/** Asking for an offset costs microseconds, and a chart asks thousands of times: a zone's year is looked up once. */
const yearsByZone = new Map<string, Map<number, ZoneStretch[]>>();

function yearOf(timeZone: string, year: number): ZoneStretch[] {
  let years = yearsByZone.get(timeZone);
  if (years === undefined) {
    checkTimeZone(timeZone);
    years = new Map();
    yearsByZone.set(timeZone, years);
  }
  let stretches = years.get(year);
  if (stretches === undefined) {
    stretches = lookUpYear(timeZone, year);
    years.set(year, stretches);
  }
  return stretches;
}

function lookUpYear(timeZone: string, year: number): ZoneStretch[] {
  const yearEndMs = Date.UTC(year + 1, 0, 1);
  const stretches: ZoneStretch[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(Date.UTC(year, 0, 1)).toZonedDateTimeISO(timeZone);
  for (;;) {
    const next = at.getTimeZoneTransition("next");
    const startMs = at.epochMilliseconds;
    const endMs = next === null ? yearEndMs : Math.min(next.epochMilliseconds, yearEndMs);
    stretches.push({ startMs, endMs, offsetMs: at.offsetNanoseconds / 1_000_000 });
    if (next === null || endMs === yearEndMs) return stretches;
    at = next;
  }
}
