import type { Connection } from "./connection.ts";
import type { Series, Window } from "./provider-kind.ts";
import type { SeriesState } from "./sync-state.ts";
import { DAY_MS, dayName, dayStart } from "./utc-day.ts";

/** Providers still count calls of the last days: those are fetched again and replaced. */
const LATE_DAYS = 3;
const FIRST_DAYS = 30;

/** What has to be fetched: windows in order of time. `note`: what cannot be had. */
export interface SeriesPlan {
  windows: Window[];
  note: string | null;
}

/**
 * From where the last run came to, less the days that may still change; where a run was killed, from there. Days until the
 * end of the current one, as far as the provider tells of it. `sinceMs`: fetch again from there.
 */
export function planSeries(
  series: Series,
  state: SeriesState,
  { connection, nowMs, sinceMs }: { connection: Connection; nowMs: number; sinceMs: number | null },
): SeriesPlan {
  const todayMs = dayStart(nowMs);
  const oldestMs = series.maxBackDays === undefined ? -Infinity : todayMs - series.maxBackDays * DAY_MS;
  const wantedMs = sinceMs ?? nextStart(state, firstDayOf(connection), oldestMs);
  const startMs = Math.max(wantedMs, oldestMs);
  const endMs = series.completeDaysOnly ? todayMs : todayMs + DAY_MS;
  const windows: Window[] = [];
  for (let fromMs = startMs; fromMs < endMs; fromMs += series.stepDays * DAY_MS) {
    windows.push({ startMs: fromMs, endMs: Math.min(endMs, fromMs + series.stepDays * DAY_MS) });
  }
  const note =
    wantedMs < oldestMs ? `the provider keeps ${series.maxBackDays} days: nothing before ${dayName(oldestMs)}` : null;
  return { windows, note };
}

function firstDayOf({ since, createdAtMs }: Connection): number {
  return since === null ? dayStart(createdAtMs) - FIRST_DAYS * DAY_MS : Date.parse(`${since}T00:00:00Z`);
}

function nextStart({ coveredToMs, resumeMs, firstMs }: SeriesState, wantedMs: number, oldestMs: number): number {
  // nothing yet, or not so far back as is wanted by now
  if (coveredToMs === null || firstMs === null) return Math.min(wantedMs, resumeMs ?? wantedMs);
  if (Math.max(wantedMs, oldestMs) < firstMs) return wantedMs;
  return Math.max(firstMs, Math.min(coveredToMs - LATE_DAYS * DAY_MS, resumeMs ?? Infinity));
}
