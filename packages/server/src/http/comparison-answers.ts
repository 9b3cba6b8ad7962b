import { z } from "zod";

/* Shapes of the answers of `insights/{margin,elsewhere,quality,variants}.ts`, for the documentation. */

const count = z.number().int();
const usd = z.number().meta({ description: "US dollars, exact to nine decimals" });
const usdOrUnknown = z.number().nullable().meta({ description: "US dollars; null: no price is known" });
const instant = z.string().meta({ format: "date-time", description: "ISO 8601, UTC" });

const scope = {
  filters: z.array(z.string()),
  period: z.strictObject({ name: z.string().optional(), start: instant, end: instant, timeZone: z.string() }),
};
const unpriced = z
  .strictObject({ calls: count, tokens: count })
  .meta({ description: "Calls without a price: their cost is missing" });

const marginShape = {
  revenue: usd,
  usageCost: usdOrUnknown,
  chargeCost: usd.meta({ description: "Payment fees, subscriptions and other charges; credits lower it" }),
  cost: usdOrUnknown.meta({ description: "usageCost + chargeCost" }),
  margin: usdOrUnknown.meta({ description: "revenue − cost; below 0 it loses money" }),
  marginRatio: z.number().nullable().meta({ description: "margin / revenue; null without revenue" }),
  users: count.nullable().meta({ description: "Different users with a call or a charge; null: not counted" }),
  unpricedCalls: count,
};

export const marginAnswer = z
  .strictObject({
    query: z.strictObject({ ...scope, limit: count }),
    by: z.string(),
    totals: z.strictObject(marginShape),
    rows: z
      .array(z.strictObject({ key: z.string().nullable(), ...marginShape, other: z.literal(true).optional() }))
      .meta({ description: "Lowest margin first; key null: what belongs to nobody; other: beyond the limit" }),
    perUser: z.strictObject({
      days: z.number().meta({ description: "Days of the period that have passed" }),
      costPerUser: usdOrUnknown.meta({ description: "Of one user in 30 days" }),
      users: count.nullable(),
      projected: z
        .array(z.strictObject({ users: count, cost: usdOrUnknown }))
        .meta({ description: "What so many users would cost in 30 days, if every cost grows with them" }),
      sentence: z.string(),
    }),
    meta: z.strictObject({ unpriced, groups: count, usersNotCounted: z.string().nullable() }),
  })
  .meta({ id: "Margin" });

export const elsewhereAnswer = z
  .strictObject({
    query: z.strictObject({ ...scope, models: z.array(z.string()), chosen: z.boolean() }),
    recorded: z.strictObject({ cost: usdOrUnknown, calls: count, unpricedCalls: count }),
    basis: z.enum(["calls", "sums"]).meta({ description: "calls: each was rated by itself; sums: approximate" }),
    candidates: z.array(
      z.strictObject({
        provider: z.string(),
        model: z.string(),
        cost: usdOrUnknown.meta({ description: "Of the calls that its price covers" }),
        compared: z
          .strictObject({ calls: count, recordedCost: usd, cost: usd })
          .meta({ description: "Calls with a cost on both sides, which difference and ratio are about" }),
        difference: z.number().nullable().meta({ description: "Below 0 it is cheaper there" }),
        ratio: z.number().nullable(),
        unratedCalls: count.meta({ description: "They use something that its price has no rate for" }),
        approximate: z.boolean(),
        reasons: z.array(z.string()),
        priceId: z.string().nullable(),
      }),
    ),
    meta: z.strictObject({ unpriced, callsRead: count, caveats: z.array(z.string()) }),
  })
  .meta({ id: "Elsewhere" });

const bound = z.number().nullable();
const estimate = z
  .strictObject({ value: z.number(), low: bound, high: bound })
  .nullable()
  .meta({ id: "Estimate", description: "With a 95 % interval; bounds are null where too few calls say too little" });
const score = z
  .strictObject({ value: z.number(), low: bound, high: bound, calls: count })
  .nullable()
  .meta({ description: "Mean of the scores that were given, and to how many calls" });

const sideShape = {
  calls: count,
  successes: count,
  successRate: estimate,
  cost: usdOrUnknown,
  costPerCall: estimate,
  costPerSuccess: estimate,
  score,
  unpricedCalls: count,
};
const qualityShape = { ...sideShape, retries: count, retryRate: estimate };

export const qualityAnswer = z
  .strictObject({
    query: z.strictObject({ ...scope, limit: count }),
    by: z.string(),
    totals: z.strictObject(qualityShape),
    rows: z.array(z.strictObject({ key: z.string().nullable(), ...qualityShape, other: z.literal(true).optional() })),
    meta: z.strictObject({ unpriced, groups: count, callsRead: count, notRead: z.string().nullable() }),
  })
  .meta({ id: "Quality" });

const side = z.strictObject({ value: z.string(), ...sideShape });
const difference = z
  .strictObject({
    difference: z.number(),
    low: bound,
    high: bound,
    clear: z.boolean().nullable().meta({ description: "0 lies outside the interval; null: there is none" }),
    sentence: z.string(),
  })
  .nullable();

export const variantsAnswer = z
  .strictObject({
    query: z.strictObject({ ...scope, dimension: z.string(), a: z.string(), b: z.string() }),
    a: side,
    b: side,
    differences: z
      .strictObject({
        successRate: difference,
        score: difference,
        costPerCall: difference,
        costPerSuccess: difference,
      })
      .meta({ description: "b against a; null: one of them has nothing to compare" }),
    sentence: z.string(),
    meta: z.strictObject({ callsRead: count, method: z.string(), cautions: z.array(z.string()) }),
  })
  .meta({ id: "Variants" });
