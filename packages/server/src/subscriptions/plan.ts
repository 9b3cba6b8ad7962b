import { InvalidInput, MAX_CHARGE_USD, parseUsd, shown } from "@outlay/core";
import { z } from "zod";
import file from "../../../../catalogue/plans.json" with { type: "json" };
import { monthsOf } from "./parse-subscription.ts";
import type { Coverage } from "./subscription.ts";

/** What can be subscribed to: of the catalogue, or of one's own, which goes before one of the catalogue with the same id. */
export interface Plan {
  id: string;
  name: string;
  /** Plans of one family take each other's place, such as a smaller and a larger one. */
  family: string;
  provider: string | null;
  covers: Coverage;
  /** Oldest first. */
  prices: PlanPrice[];
  origin: "catalogue" | "own";
}

export interface PlanPrice {
  /** First day; null: always, as far as is known. */
  from: string | null;
  /** Of one seat and term. */
  amountNanoUsd: number;
  months: number;
  /** See Subscription.includedNanoUsd. */
  includedNanoUsd: number | null;
  /** Where it is said; null: by whoever entered it. */
  source: string | null;
  checkedOn: string | null;
  note: string | null;
}

const text = z.string().trim().min(1).max(512);
const names = z.array(text).max(100).optional();
const amount = z.number().min(0).max(MAX_CHARGE_USD);

/** `PUT /api/v1/subscriptions/plans/{id}`. */
export const ownPlanSchema = z.strictObject({
  name: text.max(128),
  family: text
    .max(64)
    .optional()
    .meta({ description: "Plans that may take each other's place have the same; the id when absent" }),
  provider: text.nullish(),
  amountUsd: amount.meta({ description: "Of one seat and term" }),
  period: z.union([z.enum(["monthly", "yearly"]), z.number().int().min(1).max(120)]).optional(),
  includedUsd: amount.nullish(),
  covers: z.strictObject({ providers: names, sources: names, models: names, users: names }).optional(),
  note: text.nullish(),
});

const PLAN_ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** A plan of one's own. InvalidInput `invalid_plan` for an id that is none. */
export function ownPlan(id: string, given: z.output<typeof ownPlanSchema>, today: string): Plan {
  if (!PLAN_ID.test(id)) {
    throw new InvalidInput("invalid_plan", `id is ${shown(id)}; expected lower-case letters, digits and hyphens`, {
      field: "id",
    });
  }
  const {
    name,
    family = id,
    provider = null,
    amountUsd,
    period = "monthly",
    includedUsd,
    covers = {},
    note = null,
  } = given;
  const price: PlanPrice = {
    from: null,
    amountNanoUsd: nanoUsd(amountUsd),
    months: monthsOf(period),
    includedNanoUsd: includedUsd == null ? null : nanoUsd(includedUsd),
    source: null,
    checkedOn: today,
    note,
  };
  return { id, name, family, provider, covers: coverage(covers), prices: [price], origin: "own" };
}

/** What it costs from a day on; null: nothing is known of that day. */
export function priceOn(plan: Plan, date: string): PlanPrice | null {
  return plan.prices.findLast(({ from }) => from === null || from <= date) ?? null;
}

const catalogueSchema = z.strictObject({
  families: z.array(
    z.strictObject({
      family: z.string(),
      provider: z.string(),
      covers: z.strictObject({ providers: names, sources: names, models: names, users: names }),
      plans: z.array(
        z.strictObject({
          id: z.string().regex(PLAN_ID),
          name: z.string(),
          prices: z
            .array(
              z.strictObject({
                from: z.string().optional(),
                amountUsd: amount,
                months: z.number().int().min(1),
                includedUsd: amount.optional(),
                source: z.url(),
                checkedOn: z.iso.date(),
                note: z.string().optional(),
              }),
            )
            .min(1),
        }),
      ),
    }),
  ),
});

/** The plans that Outlay knows of its own. */
export function cataloguePlans(): Plan[] {
  return catalogueSchema.parse(file).families.flatMap(({ family, provider, covers, plans }) =>
    plans.map(({ id, name, prices }): Plan => ({
      id,
      name,
      family,
      provider,
      covers: coverage(covers),
      prices: prices.map(({ from = null, amountUsd, months, includedUsd, source, checkedOn, note = null }) => ({
        from,
        amountNanoUsd: nanoUsd(amountUsd),
        months,
        includedNanoUsd: includedUsd === undefined ? null : nanoUsd(includedUsd),
        source,
        checkedOn,
        note,
      })),
      origin: "catalogue",
    })),
  );
}

function coverage(lists: { [Name in keyof Coverage]?: string[] | undefined }): Coverage {
  const { providers = [], sources = [], models = [], users = [] } = lists;
  return { providers, sources, models, users };
}

const nanoUsd = (usd: number) => Number(parseUsd(usd));
