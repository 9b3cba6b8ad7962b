import { queryOptions } from "@tanstack/react-query";
import type { View } from "../filters/search.ts";
import { getJson, sendJson } from "./client.ts";
import { viewParams } from "./params.ts";
import { FIGURES, figures } from "./questions.ts";

export type TermLength = "monthly" | "yearly" | number;

/** A flat fee. Dates are days in its zone; `to` and `end` are the first day without it. */
export interface Subscription {
  id: string;
  name: string;
  plan: string | null;
  provider: string | null;
  /** Of one seat and term. */
  amountUsd: number;
  period: TermLength;
  seats: number;
  start: string;
  end: string | null;
  cancelledOn: string | null;
  renewalDay: number | null;
  timeZone: string | null;
  changes: { from: string; amountUsd: number | null; seats: number | null }[];
  people: { user: string; from: string | null; to: string | null }[];
  covers: Covers;
  includedUsd: number | null;
  note: string | null;
}

export interface Covers {
  providers: string[];
  sources: string[];
  models: string[];
  users: string[];
}

export interface Plan {
  id: string;
  name: string;
  provider: string | null;
  covers: Covers;
  prices: {
    amountUsd: number;
    period: TermLength;
    includedUsd: number | null;
    source: string | null;
    note: string | null;
  }[];
}

/** What calls would have cost at list price. */
export interface Use {
  usd: number;
  calls: number;
  tokens: number;
  unpricedCalls: number;
}

export interface Worth {
  verdict: "worth_it" | "below_fee" | "unused" | "no_fee" | "too_early" | "unknown";
  valuePerDollar: number | null;
  sentence: string;
}

/** What a tool was told of a plan's limits, by the provider itself. */
export interface ToldLimits {
  tool: string;
  account: string;
  user: string | null;
  plan: string | null;
  reportedAt: string;
  windows: {
    name: string;
    minutes: number | null;
    /** null: it has begun anew since. */
    usedPercent: number | null;
    resetsAt: string | null;
  }[];
}

export interface PlanReport {
  id: string;
  name: string;
  provider: string | null;
  state: "upcoming" | "running" | "ending" | "over";
  endsOn: string | null;
  fee: { spreadUsd: number; paidUsd: number | null; monthlyUsd: number };
  metered: { usd: number | null; beyondIncludedUsd: number | null; chargesUsd: number };
  value: Use | null;
  daysUsed: number | null;
  breakEvenOn: string | null;
  worth: Worth;
  suggestions: { kind: string; savesUsd: number; sentence: string }[];
  seats: { paid: number; assigned: number; used: number | null; unassigned: number };
  people: {
    user: string;
    from: string | null;
    to: string | null;
    feeUsd: number;
    value: Use | null;
    daysUsed: number | null;
    worth: Worth;
  }[];
  renewal: { on: string; amountUsd: number; inDays: number } | null;
  limits: ToldLimits[];
}

export interface SubscriptionsReport {
  query: { period: { start: string; end: string; timeZone: string } };
  fees: { spreadUsd: number; paidUsd: number | null; chargesUsd: number };
  metered: {
    usd: number | null;
    uncoveredUsd: number | null;
    beyondIncludedUsd: number | null;
    chargesUsd: number;
    calls: number | null;
    unpricedCalls: number | null;
  };
  otherChargesUsd: number;
  value: Use | null;
  moneyUsd: number | null;
  subscriptions: PlanReport[];
  uncovered: (Use & { source: string; provider: string })[];
  sameCharges: { id: string }[];
  renewals: { subscription: { id: string; name: string }; on: string; inDays: number; amountUsd: number }[];
  budget: {
    amountUsd: number;
    feesUsd: number;
    meteredUsd: number | null;
    otherChargesUsd: number;
    usedUsd: number | null;
    usedPercent: number | null;
  } | null;
  /** Of tools that no subscription covers. */
  otherLimits: ToldLimits[];
}

const PATH = "/api/v1/subscriptions";

/** Of the page's period; its filters do not narrow what plans cover. */
export function subscriptionsReportQuestion(view: View) {
  const params = viewParams(view);
  params.delete("filter");
  return figures<SubscriptionsReport>(`${PATH}/report`, params);
}

export const subscriptionsQuestion = queryOptions({
  queryKey: [FIGURES, PATH],
  queryFn: ({ signal }) => getJson<{ subscriptions: Subscription[] }>(PATH, new URLSearchParams(), signal),
});

export const plansQuestion = queryOptions({
  queryKey: ["plans"],
  queryFn: ({ signal }) => getJson<{ plans: Plan[] }>(`${PATH}/plans`, new URLSearchParams(), signal),
});

export const addSubscription = (fields: object) => sendJson<Subscription>("POST", PATH, fields);

export const changeSubscription = (id: string, fields: object) =>
  sendJson<Subscription>("PATCH", `${PATH}/${encodeURIComponent(id)}`, fields);

export const removeSubscription = (id: string) => sendJson("DELETE", `${PATH}/${encodeURIComponent(id)}`);
