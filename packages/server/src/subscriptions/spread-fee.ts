import { divideHalfEven } from "@outlay/core";
import type { Fraction } from "@outlay/core";
import { addMonths, daysBetween, placeInDay } from "./calendar.ts";
import type { Term } from "./terms.ts";

/** Start included, end excluded. */
export interface Span {
  startMs: number;
  endMs: number;
}

/**
 * The part of one seat's fee that falls into a span. Each month of a term carries the same, each day of a month the same, and within a
 * day it goes with time. Parts add up to the whole, however time is cut: each is the difference of what had passed at its two ends.
 *
 *   204 a year from 1 January → 17 for each month, 0.548387097 for 1 January
 *   100 from 31 January to 28 February → 3.571428571 for the first of its 28 days
 */
export function seatFeeIn(term: Term, { startMs, endMs }: Span, timeZone: string): bigint {
  const from = Math.max(startMs, term.startMs);
  const to = Math.min(endMs, term.endMs);
  return to <= from ? 0n : passedAt(term, to, timeZone) - passedAt(term, from, timeZone);
}

/** Of all seats. */
export function feeIn(term: Term, span: Span, timeZone: string): bigint {
  return seatFeeIn(term, span, timeZone) * BigInt(term.seats);
}

/** What is paid when the term begins. */
export function termAmount({ seatNanoUsd, seats }: Term): bigint {
  return BigInt(seatNanoUsd) * BigInt(seats);
}

/** Of one seat, until an instant within the term. */
function passedAt(term: Term, atMs: number, timeZone: string): bigint {
  const amount = BigInt(term.seatNanoUsd);
  if (atMs <= term.startMs) return 0n;
  if (atMs >= term.endMs) return amount;
  const passed = monthsPassed(term, atMs, timeZone);
  const whole = monthsPassed(term, term.endMs, timeZone);
  return divideHalfEven(amount * passed.numerator * whole.denominator, passed.denominator * whole.numerator);
}

/** How many months of the term are over, and which part of the one that runs. */
function monthsPassed(term: Term, atMs: number, timeZone: string): Fraction {
  const { date, partMs, lengthMs } = placeInDay(timeZone, atMs);
  let month = 0;
  while (addMonths(term.from, month + 1, term.anchorDay) <= date) month += 1;
  const begin = month === 0 ? term.from : addMonths(term.from, month, term.anchorDay);
  const days = BigInt(daysBetween(begin, addMonths(term.from, month + 1, term.anchorDay)));
  const length = BigInt(lengthMs);
  return {
    numerator: BigInt(month) * days * length + BigInt(daysBetween(begin, date)) * length + BigInt(partMs),
    denominator: days * length,
  };
}
