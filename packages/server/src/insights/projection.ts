import { roundUsd } from "@outlay/core";
import type { QueryParams } from "../ledger/answers.ts";
import { rangeAnswer } from "../ledger/asked-period.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { costIn, daysIn, direction, pastDays, periodIn, readScope, wholeMonth, type DayCost } from "./costs.ts";
import { MEAN_DAYS, MIN_WEEKDAY_DAYS, sumOf, weekdayMeans } from "./weekday-means.ts";

export interface ProjectionAnswer {
  month: { start: string; end: string; timeZone: string };
  /** This month so far, in dollars. */
  spent: number;
  /** null: there is nothing to project from. */
  projectedMonthEnd: number | null;
  /** This month's, today included. */
  dailyAverage: number | null;
  /** Calendar days including today. */
  elapsedDays: number;
  remainingDays: number;
  lastMonth: number;
  /** The last 7 whole days against the 7 before; changes below 5 % are stable. */
  trend: "increasing" | "decreasing" | "stable";
  /** How it was computed, and how much it can be trusted, in a sentence. */
  method: string;
}

const TRENDS = { above: "increasing", below: "decreasing", level: "stable" } as const;

/** What the month will have cost at its end: spent so far, and what such days cost for the rest of it. */
export async function projection(ledger: Ledger, params: QueryParams): Promise<ProjectionAnswer> {
  const scope = readScope(ledger, params);
  const month = wholeMonth(ledger, scope, 0);
  const today = periodIn(ledger, scope, "today");
  const [spent, spentToday, lastMonth, days] = await Promise.all([
    costIn(ledger, scope, { startMs: month.startMs, endMs: today.endMs }),
    costIn(ledger, scope, today),
    costIn(ledger, scope, wholeMonth(ledger, scope, -1)),
    pastDays(ledger, scope, MEAN_DAYS),
  ]);
  const dates = daysIn(month);
  const elapsedDays = daysIn({ ...month, endMs: today.endMs }).length;
  const dailyAverage = spent / elapsedDays;
  const rest = restOfMonth(days, dates.slice(elapsedDays - 1), spentToday, dailyAverage);
  return {
    month: { ...rangeAnswer(month), timeZone: scope.timeZone },
    spent,
    projectedMonthEnd: rest === null ? null : roundUsd(spent + rest.costUsd),
    dailyAverage: roundUsd(dailyAverage),
    elapsedDays,
    remainingDays: dates.length - elapsedDays,
    lastMonth,
    trend: TRENDS[weekDirection(days)],
    method: rest?.method ?? "nothing to project from: there are no calls yet",
  };
}

/** `dates` begin with today, whose rest is what such a day costs beyond what today has cost already. */
function restOfMonth(
  days: DayCost[],
  dates: string[],
  spentToday: number,
  dailyAverage: number,
): { costUsd: number; method: string } | null {
  const [today, ...later] = dates as [string, ...string[]];
  const model = weekdayMeans(days);
  if (model === null) {
    if (dailyAverage === 0) return null;
    const method = "too little data: not one whole day of calls; the month so far, evenly continued";
    return { costUsd: dailyAverage * later.length, method };
  }
  const method =
    days.length < MIN_WEEKDAY_DAYS
      ? `too little data for weekdays: the mean of the last ${days.length} whole days for each day to come`
      : `the mean of each weekday over the last ${days.length} whole days for each day to come`;
  return { costUsd: Math.max(0, model(today) - spentToday) + sumOf(model, later), method };
}

function weekDirection(days: DayCost[]): ReturnType<typeof direction> {
  if (days.length < MIN_WEEKDAY_DAYS) return "level";
  return direction(costOf(days.slice(-7)), costOf(days.slice(-14, -7)));
}

function costOf(days: DayCost[]): number {
  return days.reduce((sum, day) => sum + day.costUsd, 0);
}
