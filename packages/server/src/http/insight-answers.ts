import { z } from "zod";
import { SAVING_KINDS } from "../insights/savings-finding.ts";

/*
 * Shapes of the answers about what changed and what could be saved, for the documentation. The types of insights/ make them; a
 * test holds every answer against its shape here.
 */

const instant = z.string().meta({ format: "date-time", description: "ISO 8601, UTC" });
const usd = z.number().meta({ description: "US dollars, exact to nine decimals" });
const usdOrUnknown = z.number().nullable().meta({ description: "US dollars; null: no price is known" });
const range = z.strictObject({ start: instant, end: instant });
const period = z.strictObject({ name: z.string().optional(), start: instant, end: instant, timeZone: z.string() });
const count = z.number().int();

const changeParts = z
  .strictObject({
    calls: usd.meta({ description: "More or fewer calls, at the cost per call of before" }),
    length: usd.meta({
      description:
        "Longer or shorter calls of the same model: more tokens, or another share of them cached; also what no known price explains",
    }),
    model: usd.meta({ description: "Dearer or cheaper models: other models do another share of the calls" }),
    price: usd.meta({ description: "The price of the same model is another now" }),
  })
  .meta({ id: "ChangeParts", description: "Why a cost differs; they add up to the difference" });

const change = {
  before: usdOrUnknown,
  now: usdOrUnknown,
  difference: usd,
  callsBefore: count,
  callsNow: count,
  unpricedBefore: count.meta({ description: "Of the calls, those in no cost here" }),
  unpricedNow: count.meta({ description: "Of the calls, those in no cost here" }),
  parts: changeParts,
};

export const changesAnswer = z.strictObject({
  query: z.strictObject({ by: z.string(), filters: z.array(z.string()), period, compare: range, limit: count }),
  by: z.string(),
  ...change,
  rows: z
    .array(z.strictObject({ key: z.string().nullable(), ...change, other: z.literal(true).optional() }))
    .meta({ description: "Largest difference first, whichever way; a row marked other closes them" }),
  meta: z.strictObject({
    groups: count.meta({ description: "Groups before the limit cut them" }),
    priceNotKnown: z
      .array(z.strictObject({ provider: z.string(), model: z.string() }))
      .meta({ description: "Used in both periods, with a price that is not known: a change of it would be in length" }),
    scannedEvents: count.meta({ description: "Raw events read; 0 when sums sufficed" }),
  }),
});

const savingKind = z.enum(SAVING_KINDS);

const recommendation = z
  .strictObject({
    kind: savingKind,
    title: z.string(),
    sentence: z.string(),
    savedUsd: usd.meta({ description: "What the recorded traffic would have cost less" }),
    ofCostUsd: usd.meta({ description: "What it did cost" }),
    calls: count,
    filter: z.array(z.string()).meta({ description: "Filters that show these calls" }),
    basis: z
      .enum(["exact", "estimate"])
      .meta({ description: "exact: spent for nothing; estimate: less under the assumptions" }),
    assumptions: z.array(z.string()),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "Recommendation" });

export const savingsAnswer = z.strictObject({
  query: z.strictObject({ filters: z.array(z.string()), period }),
  cost: usdOrUnknown,
  calls: count,
  unpricedCalls: count,
  cacheSavings: usd.meta({ description: "What cached tokens have saved already" }),
  avoidedCost: usd.meta({ description: "What answers from the application's own cache have saved already" }),
  recommendations: z
    .array(recommendation)
    .meta({ description: "What saves most first. They overlap: one call may be in several" }),
  meta: z.strictObject({
    sample: z
      .strictObject({ calls: count, of: count })
      .meta({ description: "Calls that were looked at one by one, of all; the rest is known from sums" }),
    leftOut: z
      .array(z.strictObject({ kind: savingKind, why: z.string() }))
      .meta({ description: "What could not be told, and why" }),
    scannedEvents: count.meta({ description: "Raw events read for sums; 0 when rollups sufficed" }),
  }),
});
