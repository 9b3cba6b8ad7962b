import { usdNumber } from "@outlay/core";
import type { ToldLimits } from "../insights/plan-limits.ts";
import type { QueryParams } from "../ledger/answers.ts";
import { findPeriod, parsePeriod, periodAnswer } from "../ledger/asked-period.ts";
import { PERIOD_PARAMETERS, readParameters } from "../ledger/parameters.ts";
import type { RecordedCharge } from "../storage/storage.ts";
import { sumOf, type Cell, type Use } from "./attribute-usage.ts";
import { daysBetween, placeInDay, startOfDate } from "./calendar.ts";
import { findOut, type Found, type FoundSubscription, type ReportParts } from "./find-out.ts";
import { limitsOf } from "./limits-of.ts";
import { budgetOf } from "./monthly-budget.ts";
import { renewalOf, renewalsOf } from "./renewals.ts";
import type { ChargeOfSubscription, PersonReport, SubscriptionReport, SubscriptionsReport } from "./report-answer.ts";
import { feeOf, holdsOn, isWithin, paidIn, seatFees, spanOf, within } from "./seat-fees.ts";
import { feeIn, termAmount, type Span } from "./spread-fee.ts";
import { coversCalls, type Assignment, type Subscription } from "./subscription.ts";
import { termsBefore, type Term } from "./terms.ts";
import { totalsOf, usdOrNull, useAnswer } from "./totals.ts";
import { monthly, suggestionsFor, worthOf } from "./worth.ts";

/** `period`, `from`, `to` and `tz` as in every question; `limits` that whoever asks may know. InvalidInput as there. */
export async function subscriptionsReport(
  parts: ReportParts & { limits: readonly ToldLimits[] },
  params: QueryParams,
): Promise<SubscriptionsReport> {
  const parameters = readParameters(params, PERIOD_PARAMETERS);
  const { ledger } = parts;
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone });
  const period = await findPeriod(ledger, asked);
  const found = await findOut(parts, period);
  const limits = limitsOf(
    parts.seen.map(({ subscription }) => subscription),
    parts.limits,
  );
  return {
    query: { period: periodAnswer(period) },
    ...totalsOf(found),
    subscriptions: found.each.map((one) => ({
      ...reportOf(parts, found, one),
      limits: limits.of.get(one.seen.subscription.id)!,
    })),
    uncovered: uncoveredOf(found),
    sameCharges: found.charges.same.map(({ charge, subscription }) => sameCharge(charge, subscription)),
    renewals: renewalsOf(parts),
    budget: await budgetOf(parts, period.timeZone),
    otherLimits: limits.others,
  };
}

function reportOf(parts: ReportParts, found: Found, one: FoundSubscription): Omit<SubscriptionReport, "limits"> {
  const { seen, terms, cells, timeZone, beyondNanoUsd, chargesNanoUsd } = one;
  const { subscription, isPart } = seen;
  const { period, nowMs } = found;
  const today = placeInDay(timeZone, nowMs).date;
  const upToNow = { startMs: period.startMs, endMs: Math.min(period.endMs, nowMs) };
  const current = terms.findLast(({ startMs }) => startMs <= nowMs) ?? terms[0] ?? firstTerm(one, parts);
  const monthNanoUsd = monthly({
    amountNanoUsd: current?.seatNanoUsd ?? subscription.amountNanoUsd,
    months: subscription.months,
  });
  const paidSeats = isPart ? subscription.seats : (current?.seats ?? subscription.seats);
  const people = subscription.people.map((person) => personReport(found, one, person));
  const holders = subscription.people.filter((person) => holdsOn(subscription, person, today));
  const inPeriod = terms.filter((term) => term.endMs > period.startMs);
  const worthQuestion = {
    feeNanoUsd: feeOf(one, upToNow),
    valueNanoUsd: cells === null || beyondNanoUsd === null ? null : sumOf(cells).costNanoUsd - beyondNanoUsd,
    ...callsOf(cells),
    days: daysOver(terms, upToNow),
    coversCalls: coversCalls(subscription),
  };
  const worth = worthOf(worthQuestion);
  const renewal = renewalOf(one.seen, parts, holders.length);
  const unused = people.filter(
    (person) => person.worth.verdict === "unused" && holders.some(({ user }) => user === person.user),
  ).length;
  const unassigned = subscription.people.length === 0 ? 0 : Math.max(0, paidSeats - holders.length);
  return {
    id: subscription.id,
    name: subscription.name,
    plan: subscription.plan,
    provider: subscription.provider,
    start: subscription.start,
    ...stateOf(subscription, parts, today),
    fee: {
      spreadUsd: usdNumber(feeOf(one, period)),
      paidUsd: isPart ? null : usdNumber(paidIn(one, period)),
      monthlyUsd: usdNumber(monthNanoUsd * BigInt(paidSeats)),
      terms: isPart
        ? []
        : inPeriod.map((term) => ({
            from: term.from,
            to: term.to,
            seats: term.seats,
            amountUsd: usdNumber(termAmount(term)),
            inPeriodUsd: usdNumber(feeIn(term, period, timeZone)),
          })),
    },
    metered: {
      usd: usdOrNull(beyondNanoUsd === null ? null : beyondNanoUsd + chargesNanoUsd),
      beyondIncludedUsd: usdOrNull(beyondNanoUsd),
      chargesUsd: usdNumber(chargesNanoUsd),
    },
    value: cells === null || !coversCalls(subscription) ? null : useAnswer(sumOf(cells)),
    daysUsed: coversCalls(subscription) ? daysUsed(found, one, cells) : null,
    breakEvenOn: breakEvenOn(found, one),
    worth,
    suggestions:
      isPart || isEnding(subscription)
        ? []
        : suggestionsFor({
            ...worthQuestion,
            worth,
            plan: parts.plans.find(({ id }) => id === subscription.plan) ?? null,
            plans: parts.plans,
            today,
            seatMonthNanoUsd: monthNanoUsd,
            months: subscription.months,
            seats: paidSeats,
            unusedSeats: unassigned + unused,
            meteredNanoUsd: (beyondNanoUsd ?? 0n) + chargesNanoUsd,
            heldDays: daysBetween(subscription.start, today),
          }),
    seats: {
      paid: paidSeats,
      assigned: holders.length,
      used:
        cells === null || subscription.people.length === 0
          ? null
          : people.filter(({ value }) => (value?.calls ?? 0) > 0).length,
      unassigned,
    },
    people,
    renewal,
  };
}

function personReport(found: Found, one: FoundSubscription, person: Assignment): PersonReport {
  const { terms, timeZone, seen } = one;
  const { period, nowMs } = found;
  const held = spanOf(person, seen.subscription, timeZone);
  const cells = one.cells?.filter((cell) => cell.user === person.user && isWithin(held, cell.startMs)) ?? null;
  const upToNow = within(held, { startMs: period.startMs, endMs: Math.min(period.endMs, nowMs) });
  return {
    ...person,
    feeUsd: usdNumber(seatFees(terms, within(held, period), timeZone)),
    value: cells === null ? null : useAnswer(sumOf(cells)),
    daysUsed: daysUsed(found, one, cells),
    worth: worthOf({
      feeNanoUsd: seatFees(terms, upToNow, timeZone),
      valueNanoUsd: cells === null ? null : sumOf(cells).costNanoUsd,
      ...callsOf(cells),
      days: daysOver(terms, upToNow),
      coversCalls: coversCalls(seen.subscription),
    }),
  };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Days of the span on which a term ran; a begun one counts. */
function daysOver(terms: readonly Term[], span: Span): number {
  const ms = terms.reduce((sum, term) => {
    const { startMs, endMs } = within(term, span);
    return sum + Math.max(0, endMs - startMs);
  }, 0);
  // the hour that a clock change adds is no day of its own
  return ms === 0 ? 0 : Math.max(1, Math.ceil((ms - HOUR_MS) / DAY_MS));
}

function callsOf(cells: Cell[] | null): Pick<Use, "calls" | "unpricedCalls"> {
  return cells === null ? { calls: 0n, unpricedCalls: 0n } : sumOf(cells);
}

/** Start of the day of the period that a stretch lies in. */
function dayOf({ days }: Found, startMs: number): number {
  return days.findLast((day) => day <= startMs) ?? startMs;
}

function daysUsed(found: Found, { isByDay }: FoundSubscription, cells: Cell[] | null): number | null {
  if (cells === null || !isByDay) return null;
  return new Set(cells.map(({ startMs }) => dayOf(found, startMs))).size;
}

function breakEvenOn(found: Found, one: FoundSubscription): string | null {
  const { cells, isByDay } = one;
  const fee = feeOf(one, found.period);
  if (cells === null || !isByDay || fee === 0n) return null;
  let value = 0n;
  for (const cell of cells.toSorted((a, b) => a.startMs - b.startMs)) {
    value += cell.costNanoUsd;
    if (value >= fee) return placeInDay(found.period.timeZone, dayOf(found, cell.startMs)).date;
  }
  return null;
}

function stateOf(
  subscription: Subscription,
  { ledger }: ReportParts,
  today: string,
): Pick<SubscriptionReport, "endsOn" | "state"> {
  const { start, end } = subscription;
  const endsOn = isEnding(subscription)
    ? (termsBefore(subscription, Infinity, ledger.timeZone).at(-1)?.to ?? end)
    : null;
  if (start > today) return { endsOn, state: "upcoming" };
  if (endsOn === null) return { endsOn, state: "running" };
  return { endsOn, state: endsOn <= today ? "over" : "ending" };
}

/** Somebody has ended it already. */
const isEnding = ({ end, cancelledOn }: Subscription) => end !== null || cancelledOn !== null;

function firstTerm({ seen }: FoundSubscription, { ledger }: ReportParts): Term | undefined {
  const { subscription } = seen;
  const timeZone = subscription.timeZone ?? ledger.timeZone;
  return termsBefore(subscription, startOfDate(timeZone, subscription.start) + 1, ledger.timeZone)[0];
}

function uncoveredOf({ uncovered }: Found): SubscriptionsReport["uncovered"] {
  const groups = Map.groupBy(uncovered ?? [], ({ source, provider }) => JSON.stringify([source, provider]));
  return [...groups.values()]
    .map((cells) => ({ source: cells[0]!.source, provider: cells[0]!.provider, ...useAnswer(sumOf(cells)) }))
    .toSorted((one, other) => other.usd - one.usd || other.calls - one.calls);
}

function sameCharge(charge: RecordedCharge, { id, name }: Subscription): ChargeOfSubscription {
  return {
    id: charge.id,
    occurredAt: new Date(charge.occurredAtMs).toISOString(),
    amountUsd: usdNumber(charge.amountNanoUsd),
    description: charge.description ?? null,
    subscription: { id, name },
  };
}
