import { usdNumber } from "@outlay/core";
import { addMonths, daysBetween, placeInDay, startOfDate } from "./calendar.ts";
import type { ReportParts } from "./find-out.ts";
import type { SeenSubscription } from "./narrow-subscription.ts";
import type { RenewalAnswer, SubscriptionReport } from "./report-answer.ts";
import { termAmount } from "./spread-fee.ts";
import { termsBefore } from "./terms.ts";

/** How far ahead renewals are told where nothing else is asked. */
const AHEAD_DAYS = 30;

/** The next term that begins after today; of a part of the seats, its amount is that of this part. */
export function renewalOf(
  { subscription, isPart }: SeenSubscription,
  { ledger }: Pick<ReportParts, "ledger">,
  ownSeats: number,
): SubscriptionReport["renewal"] {
  const timeZone = subscription.timeZone ?? ledger.timeZone;
  const today = placeInDay(timeZone, ledger.now()).date;
  const farthest = addMonths(today, subscription.months + 1, 28);
  const next = termsBefore(subscription, startOfDate(timeZone, farthest), ledger.timeZone).find(
    ({ from }) => from > today,
  );
  if (next === undefined) return null;
  const amount = isPart ? BigInt(next.seatNanoUsd) * BigInt(ownSeats) : termAmount(next);
  return { on: next.from, amountUsd: usdNumber(amount), inDays: daysBetween(today, next.from) };
}

/** Renewals of the next days, soonest first. */
export function renewalsOf(
  parts: Pick<ReportParts, "ledger" | "seen">,
  withinDays: number = AHEAD_DAYS,
): RenewalAnswer[] {
  return parts.seen
    .flatMap((one) => {
      const { id, name, people } = one.subscription;
      const renewal = renewalOf(one, parts, people.length);
      return renewal === null || renewal.inDays > withinDays ? [] : [{ subscription: { id, name }, ...renewal }];
    })
    .toSorted((one, other) => one.inDays - other.inDays);
}
