import { offsetAt } from "@outlay/core";

/** What hours have cost. `startMs` lies on a full hour of UTC; `nanoUsd[i]` belongs to the hour that begins `i` hours later. */
export interface HourCosts {
  startMs: number;
  nanoUsd: number[];
}

/** What hours to come will cost, as far as the past tells. */
export interface Rhythm {
  /** Of the hour that begins then, in nano-dollars. */
  expectedNanoUsd(hourStartMs: number): number;
  /** How it is known, in words. */
  method: string;
}

export const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const WEEK_HOURS = 168;
/** Two of each weekday: fewer say nothing about the week. */
const MIN_WEEK_DAYS = 14;
/** Eight of each weekday; what is older tells little about now. */
export const RHYTHM_DAYS = 56;

/**
 * The mean of each hour of the week where two weeks are known, else of each hour of the day, else of all hours. Hours before
 * the first cost are left out: nothing is known about them. null: nothing has cost anything.
 */
export function hourRhythm(costs: HourCosts, timeZone: string): Rhythm | null {
  const first = costs.nanoUsd.findIndex((nanoUsd) => nanoUsd !== 0);
  if (first === -1) return null;
  const recent = Math.max(first, costs.nanoUsd.length - RHYTHM_DAYS * DAY_HOURS);
  const hours = { startMs: costs.startMs + recent * HOUR_MS, nanoUsd: costs.nanoUsd.slice(recent) };
  const days = Math.round(hours.nanoUsd.length / DAY_HOURS);
  if (days >= MIN_WEEK_DAYS) {
    return rhythmOf(hours, WEEK_HOURS, timeZone, `the mean of each hour of the week over the last ${days} days`);
  }
  if (days >= 2) {
    return rhythmOf(hours, DAY_HOURS, timeZone, `the mean of each hour of the day over the last ${days} days`);
  }
  const hoursKnown = hours.nanoUsd.length;
  return rhythmOf(
    hours,
    1,
    timeZone,
    `the mean of the ${hoursKnown === 1 ? "only hour" : `${hoursKnown} hours`} that are known`,
  );
}

/** As fast as in the period so far: where no hour is whole yet. null: nothing is known. */
export function evenPace(nanoUsd: number, elapsedMs: number): Rhythm | null {
  if (nanoUsd <= 0 || elapsedMs <= 0) return null;
  const perHour = (nanoUsd / elapsedMs) * HOUR_MS;
  return { expectedNanoUsd: () => perHour, method: "the mean of the period so far" };
}

/** `length`: after so many hours the rhythm begins anew. */
function rhythmOf(hours: HourCosts, length: number, timeZone: string, method: string): Rhythm {
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  const placeOf = (hourMs: number) => Math.floor((hourMs + offsetAt(timeZone, hourMs)) / HOUR_MS) % length;
  for (const [index, nanoUsd] of hours.nanoUsd.entries()) {
    const place = placeOf(hours.startMs + index * HOUR_MS);
    sums[place]! += nanoUsd;
    counts[place]! += 1;
  }
  return {
    method,
    expectedNanoUsd(hourStartMs) {
      const place = placeOf(hourStartMs);
      return counts[place] === 0 ? 0 : sums[place]! / counts[place]!;
    },
  };
}
