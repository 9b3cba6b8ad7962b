import { parseUsd, usdNumber } from "@outlay/core";
import { usdText } from "../insights/amount-words.ts";
import { priceOn, type Plan } from "./plan.ts";

/** What is known of a plan, or of one person's seat in it, in a period. */
export interface WorthQuestion {
  /** Of the part of the period that is over. */
  feeNanoUsd: bigint;
  /** At list price, within what the fee includes. null: not known. */
  valueNanoUsd: bigint | null;
  calls: bigint;
  unpricedCalls: bigint;
  /** Days of the period that are over, and on which it ran. */
  days: number;
  /** Whether it says which calls it covers. */
  coversCalls: boolean;
}

export type Verdict =
  /** The calls would have cost at least the fee. */
  | "worth_it"
  /** They would have cost less. */
  | "below_fee"
  | "unused"
  /** It costs nothing. */
  | "no_fee"
  /** Fewer days than can be judged by. */
  | "too_early"
  /** It does not say which calls it covers, or they have no price. */
  | "unknown";

export interface Worth {
  verdict: Verdict;
  /** List-price value for each dollar of the fee; null: not known. */
  valuePerDollar: number | null;
  sentence: string;
}

/** Fewer days say nothing about a plan. */
const MIN_DAYS = 7;

/** Whether what was used would have cost more than the fee. Value is no money: it is what the same calls cost at list price. */
export function worthOf(question: WorthQuestion): Worth {
  const verdict = verdictOf(question);
  const { feeNanoUsd, valueNanoUsd } = question;
  const isKnown = valueNanoUsd !== null && feeNanoUsd > 0n && question.coversCalls;
  return {
    verdict,
    valuePerDollar: isKnown ? Math.round((Number(valueNanoUsd) / Number(feeNanoUsd)) * 100) / 100 : null,
    sentence: sentenceOf(verdict, question),
  };
}

function verdictOf({ feeNanoUsd, valueNanoUsd, calls, unpricedCalls, days, coversCalls }: WorthQuestion): Verdict {
  if (!coversCalls || valueNanoUsd === null) return "unknown";
  if (feeNanoUsd === 0n) return "no_fee";
  if (days < MIN_DAYS) return "too_early";
  if (calls === 0n) return "unused";
  if (valueNanoUsd >= feeNanoUsd) return "worth_it";
  return unpricedCalls > 0n ? "unknown" : "below_fee";
}

function sentenceOf(
  verdict: Verdict,
  { feeNanoUsd, valueNanoUsd, unpricedCalls, days, coversCalls }: WorthQuestion,
): string {
  const fee = usdText(feeNanoUsd);
  const value = usdText(valueNanoUsd ?? 0n);
  switch (verdict) {
    case "worth_it":
      return `What was used would have cost ${value} at list price, for a fee of ${fee} in ${days} days.`;
    case "below_fee":
      return `What was used would have cost ${value} at list price, less than the fee of ${fee} in ${days} days.`;
    case "unused":
      return `Nothing was used in ${days} days that cost ${fee}.`;
    case "no_fee":
      return `What was used would have cost ${value} at list price, for no fee.`;
    case "too_early":
      return `${days === 1 ? "1 day" : `${days} days`} of it: too few to judge by.`;
    case "unknown":
      if (!coversCalls) return "It does not say which calls it covers, so that nothing is known of its use.";
      if (valueNanoUsd === null) return "The single calls of this time have expired, so that its use cannot be told.";
      return `${value} at list price so far, and ${unpricedCalls} calls without a price that may be worth more.`;
  }
}

/** A change that the data speak for. */
export interface Suggestion {
  kind: "end" | "fewer_seats" | "smaller_plan" | "pay_per_use" | "larger_plan" | "yearly";
  /** Of the plan to change to; null: none. */
  plan: string | null;
  /** A month. */
  savesUsd: number;
  /** What it would have saved in the part of the period that is over, of what was paid. */
  inPeriodUsd: number;
  /** What was paid in that part: the fee, and what was charged beyond it. */
  ofUsd: number;
  sentence: string;
}

type Advice = Omit<Suggestion, "inPeriodUsd" | "ofUsd">;

export interface SuggestionQuestion extends WorthQuestion {
  worth: Worth;
  plan: Plan | null;
  plans: readonly Plan[];
  today: string;
  /** Of one seat a month. */
  seatMonthNanoUsd: bigint;
  /** Of one term. */
  months: number;
  seats: number;
  /** Seats that nobody has, or whose people used nothing. */
  unusedSeats: number;
  /** Charged beyond the fee in the period. */
  meteredNanoUsd: bigint;
  /** Days since it began. */
  heldDays: number;
}

/** Fewer days say nothing about another plan. */
const ADVICE_DAYS = 28;
/** Held as long as this it will be held on. */
const YEARLY_DAYS = 180;
const MONTH_DAYS = 30n;

/** What could be done, those that save most first; nothing without the data for it. */
export function suggestionsFor(question: SuggestionQuestion): Suggestion[] {
  if (question.days < ADVICE_DAYS || question.seatMonthNanoUsd === 0n) return [];
  return [ending(question), fewerSeats(question), cheaper(question), larger(question), yearly(question)]
    .filter((one) => one !== null)
    .toSorted((one, other) => other.savesUsd - one.savesUsd)
    .map((one) => ({ ...one, ...inPeriod(one, question) }));
}

/** In the proportion of the fee that it saves each month; what is used instead of it is known. */
function inPeriod(
  { kind, savesUsd }: Advice,
  { feeNanoUsd, meteredNanoUsd, valueNanoUsd, seatMonthNanoUsd, seats }: SuggestionQuestion,
): Pick<Suggestion, "inPeriodUsd" | "ofUsd"> {
  if (kind === "end") return { inPeriodUsd: usdNumber(feeNanoUsd), ofUsd: usdNumber(feeNanoUsd) };
  const paid = feeNanoUsd + meteredNanoUsd;
  const saved =
    kind === "pay_per_use"
      ? feeNanoUsd - (valueNanoUsd ?? 0n)
      : (feeNanoUsd * parseUsd(savesUsd)) / (seatMonthNanoUsd * BigInt(seats));
  return { inPeriodUsd: usdNumber(saved < paid ? saved : paid), ofUsd: usdNumber(paid) };
}

function ending({ worth, seatMonthNanoUsd, seats, days }: SuggestionQuestion): Advice | null {
  if (worth.verdict !== "unused") return null;
  const saves = seatMonthNanoUsd * BigInt(seats);
  return {
    kind: "end",
    plan: null,
    savesUsd: usdNumber(saves),
    sentence: `Nothing was used in ${days} days: ending it saves ${usdText(saves)} a month.`,
  };
}

function fewerSeats({ worth, unusedSeats, seats, seatMonthNanoUsd }: SuggestionQuestion): Advice | null {
  if (unusedSeats === 0 || unusedSeats >= seats || worth.verdict === "unused") return null;
  const saves = seatMonthNanoUsd * BigInt(unusedSeats);
  const count = unusedSeats === 1 ? "1 seat was" : `${unusedSeats} seats were`;
  return {
    kind: "fewer_seats",
    plan: null,
    savesUsd: usdNumber(saves),
    sentence: `${count} not used: fewer seats save ${usdText(saves)} a month.`,
  };
}

/** A smaller plan of the family whose fee is still above what was used; else paying for each call. */
function cheaper(question: SuggestionQuestion): Advice | null {
  const { worth, valueNanoUsd, days, seats, seatMonthNanoUsd } = question;
  if (worth.verdict !== "below_fee" || valueNanoUsd === null) return null;
  const used = (valueNanoUsd * MONTH_DAYS) / BigInt(days * seats);
  const smaller = othersOf(question, question.months)
    .filter(({ fee }) => fee < seatMonthNanoUsd && fee >= used && fee > 0n)
    .toSorted((one, other) => Number(one.fee - other.fee))[0];
  if (smaller !== undefined) {
    const saves = (seatMonthNanoUsd - smaller.fee) * BigInt(seats);
    return {
      kind: "smaller_plan",
      plan: smaller.plan.id,
      savesUsd: usdNumber(saves),
      sentence: `${smaller.plan.name} costs ${usdText(smaller.fee)} a month; a seat's use was ${usdText(used)} at list price.`,
    };
  }
  const saves = (seatMonthNanoUsd - used) * BigInt(seats);
  return {
    kind: "pay_per_use",
    plan: null,
    savesUsd: usdNumber(saves),
    sentence: `Paid call by call, the same use costs ${usdText(used * BigInt(seats))} a month, ${usdText(saves)} less.`,
  };
}

/** What was charged beyond the fee would have paid for the larger plan. */
function larger(question: SuggestionQuestion): Advice | null {
  const { meteredNanoUsd, days, seats, seatMonthNanoUsd } = question;
  const metered = (meteredNanoUsd * MONTH_DAYS) / BigInt(days * seats);
  const found = othersOf(question, question.months)
    .filter(({ fee }) => fee > seatMonthNanoUsd && fee - seatMonthNanoUsd < metered)
    .toSorted((one, other) => Number(one.fee - other.fee))[0];
  if (found === undefined) return null;
  const saves = (metered - (found.fee - seatMonthNanoUsd)) * BigInt(seats);
  return {
    kind: "larger_plan",
    plan: found.plan.id,
    savesUsd: usdNumber(saves),
    sentence: `${usdText(metered * BigInt(seats))} a month was charged beyond the fee; ${found.plan.name} costs ${usdText(found.fee)} a seat. It saves as much if it holds all of that use.`,
  };
}

/** The same plan, paid by the year. */
function yearly(question: SuggestionQuestion): Advice | null {
  const { plan, worth, heldDays, seats, seatMonthNanoUsd } = question;
  if (plan === null || heldDays < YEARLY_DAYS || worth.verdict !== "worth_it") return null;
  const found = othersOf(question, 12).find((one) => one.plan.id === `${plan.id}-yearly`);
  if (found === undefined || found.fee >= seatMonthNanoUsd) return null;
  const saves = (seatMonthNanoUsd - found.fee) * BigInt(seats);
  return {
    kind: "yearly",
    plan: found.plan.id,
    savesUsd: usdNumber(saves),
    sentence: `Billed yearly it costs ${usdText(found.fee)} a month instead of ${usdText(seatMonthNanoUsd)}.`,
  };
}

/** Other plans of the family with terms of at most so many months, with their price of one seat a month. */
function othersOf({ plan, plans, today }: SuggestionQuestion, longest: number): { plan: Plan; fee: bigint }[] {
  if (plan === null) return [];
  return plans
    .filter((other) => other.family === plan.family && other.id !== plan.id)
    .flatMap((other) => {
      const price = priceOn(other, today);
      return price === null || price.months > longest ? [] : [{ plan: other, fee: monthly(price) }];
    });
}

/** What a plan costs a month. */
export function monthly({ amountNanoUsd, months }: { amountNanoUsd: number; months: number }): bigint {
  return BigInt(amountNanoUsd) / BigInt(months);
}
