import { divideHalfEven } from "@outlay/core";
import { addMonths, daysBetween, startOfDate } from "./calendar.ts";
import type { Subscription } from "./subscription.ts";

/** A stretch that is paid for at once, when it begins. Start included, end excluded. */
export interface Term {
  startMs: number;
  endMs: number;
  /** Dates in the subscription's zone. */
  from: string;
  to: string;
  /** Day of the month that its months begin with, of shorter months the last. */
  anchorDay: number;
  seats: number;
  /** For one seat. */
  seatNanoUsd: number;
}

/** Longest that terms are told ahead: nothing is known of what lies further away. */
const MAX_TERMS = 2_400;

/**
 * The terms that begin before the instant, oldest first. They follow each other without a gap: the first begins with the start, and
 * renewals keep to the day of the month (31 January, 28 February, 31 March).
 *
 * With a renewal day other than the start's, the first term is the stretch up to it and costs its share by days:
 *   10 a month from 20 November, renewed on the 1st → 11 of 30 days, 3.666666667
 */
export function termsBefore(subscription: Subscription, beforeMs: number, serverTimeZone: string): Term[] {
  const timeZone = subscription.timeZone ?? serverTimeZone;
  const { start, end, months } = subscription;
  const startDay = Number(start.slice(8));
  const anchorDay = subscription.renewalDay ?? startDay;
  const firstRenewal = firstRenewalAfter(start, anchorDay, startDay, months);
  const terms: Term[] = [];
  let from = start;
  for (let count = 0; count < MAX_TERMS; count++) {
    const startMs = startOfDate(timeZone, from);
    const isStub = count === 0 && firstRenewal.isStub;
    const to = count === 0 ? firstRenewal.date : addMonths(from, months, anchorDay);
    const isOver = (end !== null && from >= end) || (count > 0 && isCancelled(subscription, from));
    if (startMs >= beforeMs || isOver) break;
    const last = end !== null && end < to ? end : to;
    const { amountNanoUsd, seats } = amountFrom(subscription, from);
    terms.push({
      startMs,
      endMs: startOfDate(timeZone, last),
      from,
      to: last,
      anchorDay: isStub ? startDay : anchorDay,
      seats,
      seatNanoUsd: isStub ? stubAmount(amountNanoUsd, from, to, anchorDay, months) : amountNanoUsd,
    });
    from = to;
  }
  return terms;
}

/** When it ends, if that is known: its end, or that of the term in which it was cancelled. `Infinity`: it goes on. */
export function runsUntilMs(subscription: Subscription, serverTimeZone: string): number {
  const { end, cancelledOn } = subscription;
  if (end === null && cancelledOn === null) return Infinity;
  return termsBefore(subscription, Infinity, serverTimeZone).at(-1)?.endMs ?? -Infinity;
}

function isCancelled({ cancelledOn }: Subscription, renewal: string): boolean {
  return cancelledOn !== null && renewal >= cancelledOn;
}

function firstRenewalAfter(
  start: string,
  anchorDay: number,
  startDay: number,
  months: number,
): { date: string; isStub: boolean } {
  const inSameMonth = addMonths(start, 0, anchorDay);
  if (anchorDay === startDay || inSameMonth === start) {
    return { date: addMonths(start, months, anchorDay), isStub: false };
  }
  return { date: inSameMonth > start ? inSameMonth : addMonths(start, 1, anchorDay), isStub: true };
}

/** The part of an amount that a first, shorter term costs: by the days of the month that ends with it. */
function stubAmount(amountNanoUsd: number, from: string, to: string, anchorDay: number, months: number): number {
  const monthDays = daysBetween(addMonths(to, -1, anchorDay), to);
  return Number(divideHalfEven(BigInt(amountNanoUsd) * BigInt(daysBetween(from, to)), BigInt(monthDays * months)));
}

/** What counts for a term that begins on this date: of each, the latest change before it. */
function amountFrom(subscription: Subscription, date: string): { amountNanoUsd: number; seats: number } {
  let { amountNanoUsd, seats } = subscription;
  for (const change of subscription.changes) {
    if (change.from > date) break;
    amountNanoUsd = change.amountNanoUsd ?? amountNanoUsd;
    seats = change.seats ?? seats;
  }
  return { amountNanoUsd, seats };
}
