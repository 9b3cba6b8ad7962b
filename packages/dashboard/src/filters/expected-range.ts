import { localHour } from "../format/time.ts";
import type { ShownRange } from "./filter-bar.tsx";
import type { View } from "./search.ts";

/**
 * The days that a view will turn out to show, before the server has said so; null where that takes its calendar. Instants lie
 * somewhere in the first and the last day, enough to name them.
 */
export function expectedRange(view: View, timeZone: string, nowMs: number): ShownRange | null {
  if (!("name" in view.range)) return null;
  const back = DAYS_BACK[view.range.name];
  if (back === undefined) return null;
  // At noon no change of the clocks can make it another day.
  const lastMs = nowMs + (12 - localHour(nowMs, timeZone)) * HOUR_MS - back.toLast * DAY_MS;
  const range = { startMs: lastMs - (back.days - 1) * DAY_MS, endMs: lastMs + 1 };
  const before = { startMs: range.startMs - back.days * DAY_MS, endMs: range.endMs - back.days * DAY_MS };
  return { ...range, timeZone, before: view.compare ? before : null };
}

const DAYS_BACK: Partial<Record<string, { days: number; toLast: number }>> = {
  today: { days: 1, toLast: 0 },
  yesterday: { days: 1, toLast: 1 },
  "7d": { days: 7, toLast: 0 },
  "30d": { days: 30, toLast: 0 },
  "90d": { days: 90, toLast: 0 },
};

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
