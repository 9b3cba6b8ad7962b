import { usdNumber } from "@outlay/core";
import { z } from "zod";
import { toldLimitsAnswer } from "./coding-answers.ts";
import type { Plan, PlanPrice } from "../subscriptions/plan.ts";
import type { Subscription } from "../subscriptions/subscription.ts";
import { instantText } from "./instant-text.ts";

const names = z.array(z.string());
const date = z.string().meta({ format: "date" });
const usdOrNull = z.number().nullable();
const count = z.number();
const period = z
  .union([z.enum(["monthly", "yearly"]), z.number()])
  .meta({ description: "Length of a term: monthly, yearly, or a number of months" });
const covers = z.strictObject({ providers: names, sources: names, models: names, users: names });

export const subscriptionAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    plan: z.string().nullable(),
    provider: z.string().nullable(),
    amountUsd: z.number().meta({ description: "Of one seat and term" }),
    currency: z.literal("USD"),
    period,
    seats: count,
    start: date,
    end: date.nullable(),
    cancelledOn: date.nullable(),
    renewalDay: z.number().nullable(),
    timeZone: z.string().nullable().meta({ description: "null: the server's" }),
    changes: z.array(z.strictObject({ from: date, amountUsd: usdOrNull, seats: z.number().nullable() })),
    people: z.array(z.strictObject({ user: z.string(), from: date.nullable(), to: date.nullable() })),
    covers,
    includedUsd: usdOrNull,
    note: z.string().nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: "Subscription" });

export const planAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    family: z.string().meta({ description: "Plans of one family take each other's place" }),
    provider: z.string().nullable(),
    covers,
    prices: z.array(
      z.strictObject({
        from: date.nullable(),
        amountUsd: z.number(),
        period,
        includedUsd: usdOrNull,
        source: z.string().nullable(),
        checkedOn: date.nullable(),
        note: z.string().nullable(),
      }),
    ),
    origin: z.enum(["catalogue", "own"]),
  })
  .meta({ id: "SubscriptionPlan" });

export function listedSubscription(subscription: Subscription): z.infer<typeof subscriptionAnswer> {
  const { amountNanoUsd, months, changes, includedNanoUsd, createdAtMs, updatedAtMs, ...rest } = subscription;
  return {
    ...rest,
    amountUsd: usdNumber(amountNanoUsd),
    currency: "USD",
    period: periodWord(months),
    changes: changes.map(({ from, amountNanoUsd: amount, seats }) => ({ from, amountUsd: usd(amount), seats })),
    includedUsd: usd(includedNanoUsd),
    createdAt: instantText(createdAtMs),
    updatedAt: instantText(updatedAtMs),
  };
}

export function listedPlan(plan: Plan): z.infer<typeof planAnswer> {
  return { ...plan, prices: plan.prices.map(listedPrice) };
}

function listedPrice({ amountNanoUsd, months, includedNanoUsd, ...rest }: PlanPrice) {
  return {
    ...rest,
    amountUsd: usdNumber(amountNanoUsd),
    period: periodWord(months),
    includedUsd: usd(includedNanoUsd),
  };
}

const usd = (nanoUsd: number | null) => (nanoUsd === null ? null : usdNumber(nanoUsd));

function periodWord(months: number): "monthly" | "yearly" | number {
  return months === 1 ? "monthly" : months === 12 ? "yearly" : months;
}

const use = z
  .strictObject({ usd: z.number(), calls: count, tokens: count, unpricedCalls: count })
  .meta({ id: "UseAtListPrice", description: "What calls would have cost at list price" });

const worth = z.strictObject({
  verdict: z.enum(["worth_it", "below_fee", "unused", "no_fee", "too_early", "unknown"]),
  valuePerDollar: usdOrNull.meta({ description: "List-price value for each dollar of the fee so far" }),
  sentence: z.string(),
});
const ofSubscription = z.strictObject({ id: z.string(), name: z.string() });

const oneReport = z.strictObject({
  id: z.string(),
  name: z.string(),
  plan: z.string().nullable(),
  provider: z.string().nullable(),
  start: date,
  endsOn: date.nullable().meta({ description: "First day without it, as far as that is known" }),
  state: z.enum(["upcoming", "running", "ending", "over"]),
  fee: z.strictObject({
    spreadUsd: z.number().meta({ description: "The part of the fee that falls into the period" }),
    paidUsd: usdOrNull.meta({ description: "What was paid on days of the period; null: not told to whoever asks" }),
    monthlyUsd: z.number().meta({ description: "Of all seats, at today's amount" }),
    terms: z.array(
      z.strictObject({ from: date, to: date, seats: count, amountUsd: z.number(), inPeriodUsd: z.number() }),
    ),
  }),
  metered: z
    .strictObject({ usd: usdOrNull, beyondIncludedUsd: usdOrNull, chargesUsd: z.number() })
    .meta({ description: "Charged beyond the fee" }),
  value: use.nullable().meta({ description: "Of covered calls; no money. null: single events have expired" }),
  daysUsed: z.number().nullable(),
  breakEvenOn: date.nullable().meta({ description: "When the value had reached the fee of the period" }),
  worth,
  suggestions: z.array(
    z.strictObject({
      kind: z.enum(["end", "fewer_seats", "smaller_plan", "pay_per_use", "larger_plan", "yearly"]),
      plan: z.string().nullable(),
      savesUsd: z.number().meta({ description: "A month" }),
      inPeriodUsd: z.number().meta({ description: "What it would have saved in the period so far" }),
      ofUsd: z.number().meta({ description: "The fee of the period so far, and what was charged beyond it" }),
      sentence: z.string(),
    }),
  ),
  seats: z.strictObject({ paid: count, assigned: count, used: z.number().nullable(), unassigned: count }),
  people: z.array(
    z.strictObject({
      user: z.string(),
      from: date.nullable(),
      to: date.nullable(),
      feeUsd: z.number(),
      value: use.nullable(),
      daysUsed: z.number().nullable(),
      worth,
    }),
  ),
  renewal: z.strictObject({ on: date, amountUsd: z.number(), inDays: count }).nullable(),
  limits: z
    .array(toldLimitsAnswer)
    .meta({ description: "How full its windows are, as its provider told the tools that it covers" }),
});

export const subscriptionsReportAnswer = z
  .strictObject({
    query: z.strictObject({
      period: z.strictObject({ name: z.string().optional(), start: z.string(), end: z.string(), timeZone: z.string() }),
    }),
    fees: z.strictObject({ spreadUsd: z.number(), paidUsd: usdOrNull, chargesUsd: z.number() }).meta({
      description: "Money paid in advance; chargesUsd: subscriptions known only as charges entered by hand",
    }),
    metered: z
      .strictObject({
        usd: usdOrNull,
        uncoveredUsd: usdOrNull.meta({ description: "Calls that no subscription covers" }),
        beyondIncludedUsd: usdOrNull,
        chargesUsd: z.number().meta({ description: "Extra usage that was charged for a subscription" }),
        calls: z.number().nullable(),
        unpricedCalls: z.number().nullable(),
      })
      .meta({ description: "Money charged by use" }),
    otherChargesUsd: z.number().meta({ description: "Payment fees, one-off costs, credits, …; credits are negative" }),
    value: use.nullable().meta({ description: "List-price value of what subscriptions covered: no money" }),
    moneyUsd: usdOrNull.meta({
      description: "Fees, metered costs and other charges of the period: real money, over all sources",
    }),
    subscriptions: z.array(oneReport),
    uncovered: z.array(use.extend({ source: z.string(), provider: z.string() })),
    sameCharges: z
      .array(
        z.strictObject({
          id: z.string(),
          occurredAt: z.string(),
          amountUsd: z.number(),
          description: z.string().nullable(),
          subscription: ofSubscription,
        }),
      )
      .meta({ description: "Entered by hand for a subscription that is known: not counted again" }),
    renewals: z.array(z.strictObject({ subscription: ofSubscription, on: date, inDays: count, amountUsd: z.number() })),
    budget: z
      .strictObject({
        amountUsd: z.number(),
        month: z.strictObject({ start: z.string(), end: z.string() }),
        feesUsd: z.number().meta({ description: "Of the whole month" }),
        meteredUsd: usdOrNull.meta({ description: "So far" }),
        otherChargesUsd: z.number().meta({ description: "So far" }),
        usedUsd: usdOrNull,
        usedPercent: usdOrNull,
        leftUsd: usdOrNull,
      })
      .nullable()
      .meta({ description: "Of the calendar month that runs; null: the setting monthlyBudgetUsd is empty" }),
    otherLimits: z.array(toldLimitsAnswer).meta({ description: "Limits of tools that no subscription covers" }),
  })
  .meta({ id: "SubscriptionsReport" });
