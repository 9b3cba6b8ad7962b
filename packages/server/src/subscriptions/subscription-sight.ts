import type { Ledger } from "../ledger/ledger.ts";
import { budgetOf } from "./monthly-budget.ts";
import { seenSubscription } from "./narrow-subscription.ts";
import { renewalsOf } from "./renewals.ts";
import type { BudgetAnswer, RenewalAnswer } from "./report-answer.ts";
import type { SubscriptionBook } from "./subscription-book.ts";

/** What rules of alerts look at. */
export interface SubscriptionSight {
  /** Fees that come due within so many days, soonest first. */
  renewals(withinDays: number): RenewalAnswer[];
  /** How much of the month's budget over all sources is used; null: there is none. */
  budget(): Promise<BudgetAnswer | null>;
}

export function subscriptionSight(parts: {
  ledger: Ledger;
  book: SubscriptionBook;
  monthlyBudgetUsd: () => number | null;
}): SubscriptionSight {
  const { ledger, book } = parts;
  const reportParts = () => ({
    ledger,
    seen: book.list().flatMap((one) => seenSubscription(one, "all") ?? []),
    plans: book.plans(),
    monthlyBudgetUsd: parts.monthlyBudgetUsd(),
  });
  return {
    renewals: (withinDays) => renewalsOf(reportParts(), withinDays),
    budget: () => budgetOf(reportParts(), ledger.timeZone),
  };
}
