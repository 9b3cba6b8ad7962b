import type { FoundSubscription } from "./find-out.ts";
import { feeIn, seatFeeIn, termAmount, type Span } from "./spread-fee.ts";
import { startOfDate } from "./calendar.ts";
import type { Assignment, Subscription } from "./subscription.ts";
import type { Term } from "./terms.ts";

/** Of whoever may see a part: of the seats of that part, while somebody has them. */
export function feeOf({ terms, timeZone, seen }: FoundSubscription, span: Span): bigint {
  if (!seen.isPart) return terms.reduce((sum, term) => sum + feeIn(term, span, timeZone), 0n);
  return seen.subscription.people.reduce(
    (sum, person) => sum + seatFees(terms, within(spanOf(person, seen.subscription, timeZone), span), timeZone),
    0n,
  );
}

export function seatFees(terms: readonly Term[], span: Span, timeZone: string): bigint {
  return terms.reduce((sum, term) => sum + seatFeeIn(term, span, timeZone), 0n);
}

export function paidIn({ terms }: FoundSubscription, span: Span): bigint {
  return terms.filter(({ startMs }) => isWithin(span, startMs)).reduce((sum, term) => sum + termAmount(term), 0n);
}

export function spanOf({ from, to }: Assignment, { start }: Subscription, timeZone: string): Span {
  return {
    startMs: startOfDate(timeZone, from ?? start),
    endMs: to === null ? Infinity : startOfDate(timeZone, to),
  };
}

export const within = (one: Span, other: Span): Span => ({
  startMs: Math.max(one.startMs, other.startMs),
  endMs: Math.min(one.endMs, other.endMs),
});
export const isWithin = ({ startMs, endMs }: Span, atMs: number) => atMs >= startMs && atMs < endMs;

export function holdsOn({ start }: Subscription, { from, to }: Assignment, date: string): boolean {
  return (from ?? start) <= date && (to === null || to > date);
}
