import { weekdayOf, type DayCost } from "./costs.ts";

/** Days that a mean looks back on: eight of each weekday. */
export const MEAN_DAYS = 56;
/** Two of each weekday: fewer say nothing about the week. */
export const MIN_WEEKDAY_DAYS = 14;

/** What a day costs, by its date. */
export type DayModel = (date: string) => number;

/**
 * The mean of each weekday over the newest eight weeks; over fewer than two weeks the mean of all days. null
 * without days.
 */
export function weekdayMeans(days: DayCost[]): DayModel | null {
  const recent = days.slice(-MEAN_DAYS);
  if (recent.length === 0) return null;
  const all = mean(recent);
  if (recent.length < MIN_WEEKDAY_DAYS) return () => all;
  const byWeekday = Array.from({ length: 7 }, (_, weekday) => mean(recent.filter((day) => day.weekday === weekday)));
  return (date) => byWeekday[weekdayOf(date)]!;
}

export function sumOf(model: DayModel, dates: string[]): number {
  return dates.reduce((sum, date) => sum + model(date), 0);
}

function mean(days: DayCost[]): number {
  return days.reduce((sum, day) => sum + day.costUsd, 0) / days.length;
}
