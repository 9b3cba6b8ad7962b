import { roundUsd } from "@outlay/core";
import type { QueryParams } from "../ledger/answers.ts";
import { rangeAnswer } from "../ledger/asked-period.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { daysIn, pastDays, readScope, wholeMonth, type DayCost } from "./costs.ts";
import { MIN_WEEKDAY_DAYS, sumOf, weekdayMeans } from "./weekday-means.ts";

export interface ForecastAnswer {
  /** The next calendar month. */
  month: { start: string; end: string; timeZone: string };
  /** Dollars; null: fewer than 14 whole days are known. */
  expected: number | null;
  /** Expected, less and more the error; null when the error is not known. */
  low: number | null;
  high: number | null;
  /** How far off the same method would have been on four weeks of the past, on average; null: too little past to try. */
  errorPercent: number | null;
  basedOnDays: number;
  method: string;
}

/** How far back the method is tried out. */
const PAST_DAYS = 182;
const TRIED_DAYS = 28;
/** Fewer days to learn from and a trial says nothing. */
const LEARNED_DAYS = 28;

/** What the next month will cost, with the error that the method has had in the past. */
export async function forecast(ledger: Ledger, params: QueryParams): Promise<ForecastAnswer> {
  const scope = readScope(ledger, params);
  const month = wholeMonth(ledger, scope, 1);
  const days = await pastDays(ledger, scope, PAST_DAYS);
  const answer = { month: { ...rangeAnswer(month), timeZone: scope.timeZone }, basedOnDays: days.length };
  const model = weekdayMeans(days);
  if (model === null || days.length < MIN_WEEKDAY_DAYS) {
    const method = `too little data: ${days.length} whole days are known, ${MIN_WEEKDAY_DAYS} are needed`;
    return { ...answer, expected: null, low: null, high: null, errorPercent: null, method };
  }
  const expected = roundUsd(sumOf(model, daysIn(month)));
  const error = pastError(days);
  const method = "the mean of each weekday over the last eight weeks for each day of the month";
  if (error === null) {
    const why = `; the error is not known: it takes ${LEARNED_DAYS + TRIED_DAYS} whole days`;
    return { ...answer, expected, low: null, high: null, errorPercent: null, method: method + why };
  }
  return {
    ...answer,
    expected,
    low: roundUsd(Math.max(0, expected * (1 - error))),
    high: roundUsd(expected * (1 + error)),
    errorPercent: error * 100,
    method: `${method}; the error is what it was on past stretches of ${TRIED_DAYS} days`,
  };
}

/** Mean of |forecast − truth| / truth over stretches of four weeks, each a week apart; null when none can be tried. */
function pastError(days: DayCost[]): number | null {
  const errors: number[] = [];
  for (let end = days.length; end - TRIED_DAYS >= LEARNED_DAYS; end -= 7) {
    const model = weekdayMeans(days.slice(0, end - TRIED_DAYS));
    const tried = days.slice(end - TRIED_DAYS, end);
    const truth = tried.reduce((sum, day) => sum + day.costUsd, 0);
    if (model === null || truth === 0) continue;
    errors.push(
      Math.abs(
        sumOf(
          model,
          tried.map((day) => day.date),
        ) - truth,
      ) / truth,
    );
  }
  return errors.length === 0 ? null : errors.reduce((sum, error) => sum + error, 0) / errors.length;
}
