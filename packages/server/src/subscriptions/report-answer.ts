import type { RangeAnswer, ResolvedQuery } from "../ledger/answers.ts";
import type { ToldLimits } from "../insights/plan-limits.ts";
import type { Suggestion, Worth } from "./worth.ts";

/** Three figures, side by side and never added: money paid in advance, money charged by use, and value, which is no money. */
export interface SubscriptionsReport {
  query: Pick<ResolvedQuery, "period">;
  fees: FeesAnswer;
  metered: MeteredAnswer;
  /** null: single events of this time have expired. */
  value: UseAnswer | null;
  /** Payment fees, one-off costs, taxes, credits, …: charges that are of no subscription. */
  otherChargesUsd: number;
  /** Fees of the period, what was metered in it and the other charges: real money, over all sources. null: not known. */
  moneyUsd: number | null;
  subscriptions: SubscriptionReport[];
  /** Calls that no subscription covers, by tool and provider, dearest first. */
  uncovered: (UseAnswer & { source: string; provider: string })[];
  /** Charges entered by hand that say the same as a subscription: not counted again. */
  sameCharges: ChargeOfSubscription[];
  /** In the next thirty days, soonest first. */
  renewals: RenewalAnswer[];
  budget: BudgetAnswer | null;
  /** Limits of tools that no subscription covers. */
  otherLimits: ToldLimits[];
}

export interface FeesAnswer {
  /** The part that falls into the period. */
  spreadUsd: number;
  /** What was paid on days of the period; null: not told to whoever asks. */
  paidUsd: number | null;
  /** Subscriptions that are only known as charges entered by hand, on the day of each. */
  chargesUsd: number;
}

export interface MeteredAnswer {
  /** All of it; null: not known. */
  usd: number | null;
  /** Calls that no subscription covers. */
  uncoveredUsd: number | null;
  /** Beyond what fees include. */
  beyondIncludedUsd: number | null;
  /** Extra usage that was charged for a subscription. */
  chargesUsd: number;
  calls: number | null;
  unpricedCalls: number | null;
}

export interface UseAnswer {
  usd: number;
  calls: number;
  tokens: number;
  unpricedCalls: number;
}

export interface SubscriptionReport {
  id: string;
  name: string;
  plan: string | null;
  provider: string | null;
  start: string;
  /** First day without it, as far as that is known. */
  endsOn: string | null;
  state: "upcoming" | "running" | "ending" | "over";
  fee: {
    spreadUsd: number;
    paidUsd: number | null;
    /** Of all seats and one month, at today's amount. */
    monthlyUsd: number;
    /** Terms that touch the period; empty when they are not told to whoever asks. */
    terms: { from: string; to: string; seats: number; amountUsd: number; inPeriodUsd: number }[];
  };
  metered: { usd: number | null; beyondIncludedUsd: number | null; chargesUsd: number };
  value: UseAnswer | null;
  /** Days of the period with a covered call; null: not known. */
  daysUsed: number | null;
  /** First day on which the value had reached the fee of the period; null: it has not, or that is not known. */
  breakEvenOn: string | null;
  worth: Worth;
  suggestions: Suggestion[];
  seats: { paid: number; assigned: number; used: number | null; unassigned: number };
  people: PersonReport[];
  renewal: { on: string; amountUsd: number; inDays: number } | null;
  /** How full its windows are, as its provider told the tools that it covers; whatever period was asked about. */
  limits: ToldLimits[];
}

export interface PersonReport {
  user: string;
  from: string | null;
  to: string | null;
  feeUsd: number;
  value: UseAnswer | null;
  daysUsed: number | null;
  worth: Worth;
}

export interface ChargeOfSubscription {
  id: string;
  occurredAt: string;
  amountUsd: number;
  description: string | null;
  subscription: { id: string; name: string };
}

export interface RenewalAnswer {
  subscription: { id: string; name: string };
  on: string;
  inDays: number;
  amountUsd: number;
}

/** Of the calendar month that runs, whatever period was asked about. */
export interface BudgetAnswer {
  amountUsd: number;
  month: RangeAnswer;
  /** Of the whole month. */
  feesUsd: number;
  /** So far. */
  meteredUsd: number | null;
  /** So far. */
  otherChargesUsd: number;
  usedUsd: number | null;
  usedPercent: number | null;
  leftUsd: number | null;
}
