import { parseUsd } from "@outlay/core";
import type { Finding } from "../insights/savings-finding.ts";
import { isExactly } from "../ledger/filters.ts";
import type { SubscriptionReport, SubscriptionsReport } from "./report-answer.ts";
import type { Subscription } from "./subscription.ts";
import type { Suggestion } from "./worth.ts";

/** What subscriptions could have saved in the period so far, as advice beside that on calls. */
export function planFindings(report: SubscriptionsReport, subscriptions: readonly Subscription[]): Finding[] {
  const byId = new Map(subscriptions.map((one) => [one.id, one]));
  return report.subscriptions.flatMap((one) =>
    one.suggestions.map((suggestion) => findingOf(one, suggestion, byId.get(one.id))),
  );
}

function findingOf(
  { id, name, plan, seats }: SubscriptionReport,
  { kind, plan: to, savesUsd, inPeriodUsd, ofUsd, sentence }: Suggestion,
  subscription: Subscription | undefined,
): Finding {
  const isUnused = kind === "end";
  const sources = subscription?.covers.sources ?? [];
  return {
    kind: isUnused ? "unused_subscription" : "subscription_plan",
    title: `${TITLES[kind]}: ${name}`,
    sentence,
    savedNanoUsd: parseUsd(inPeriodUsd),
    ofCostNanoUsd: parseUsd(ofUsd),
    // it is about fees
    calls: 0n,
    filters: sources.length === 1 ? [isExactly("source", sources[0]!)] : [],
    basis: isUnused ? "exact" : "estimate",
    assumptions: [
      "Whatever is used under the subscription is recorded here.",
      ...(isUnused ? [] : ["What was used goes on as it was."]),
      ...(kind === "pay_per_use" || kind === "smaller_plan"
        ? ["Calls cost their list price when they are paid one by one."]
        : []),
      ...(kind === "larger_plan" ? ["The larger plan holds all that was charged beyond the fee."] : []),
    ],
    detail: { subscription: id, plan, to, change: kind, savesUsdMonthly: savesUsd, seats: seats.paid },
  };
}

const TITLES: Record<Suggestion["kind"], string> = {
  end: "Unused subscription",
  fewer_seats: "Unused seats",
  smaller_plan: "Smaller plan",
  pay_per_use: "Pay by use instead of a plan",
  larger_plan: "Larger plan",
  yearly: "Pay by the year",
};
