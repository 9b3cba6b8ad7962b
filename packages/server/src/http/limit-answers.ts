import { usdNumber } from "@outlay/core";
import { z } from "zod";
import { filterTexts } from "../ledger/filters.ts";
import type { Standing } from "../limits/budget-report.ts";
import type { Enforcement, Limit, LimitOverride, LimitState } from "../limits/limit.ts";
import { instantOrNull, instantText } from "./instant-text.ts";

/*
 * The outward forms of limits: money in US dollars, instants as ISO text. What a limit is answered as has the names that it is
 * sent with.
 */

const instant = z.string().meta({ example: "2026-11-22T05:00:00.000Z" });
const percent = z.number().meta({ description: "Percent of the amount" });

const enforcement = z.strictObject({
  atLimit: z.enum(["block", "warn"]).meta({ description: "When the next call does not fit" }),
  strict: z.boolean().meta({ description: "A call has to fit with the most that it can cost" }),
  throttle: z
    .strictObject({ fromPercent: percent, callsPerMinute: z.number() })
    .nullable()
    .meta({ description: "From there on calls a minute shrink evenly to one at 100 %" }),
  swap: z
    .strictObject({ fromPercent: percent, models: z.record(z.string(), z.string()) })
    .nullable()
    .meta({ description: "From there on calls for a model that is named go to the other one" }),
  whenStreamRunsOut: z.enum(["end", "finish"]),
  unpriced: z.union([z.enum(["block", "pass"]), z.strictObject({ standInUsdPerMillionTokens: z.number() })]),
});

export const limitAnswerSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["budget", "limit"]),
    enabled: z.boolean(),
    filters: z.array(z.string()).meta({ description: "Whose spending counts; none: everything" }),
    each: z.string().nullable().meta({ description: "One account for each value of this dimension" }),
    amountUsd: z.number(),
    period: z.strictObject({
      unit: z.enum(["day", "week", "month", "quarter", "year", "session", "total"]),
      rolling: z.boolean(),
      timeZone: z.string().nullable().meta({ description: "null: the server's" }),
    }),
    startsAt: instant.nullable().meta({ description: "What was spent before does not count" }),
    carryOver: z.boolean(),
    thresholdsPercent: z.array(percent),
    enforcement: enforcement.nullable().meta({ description: "null: a budget, which only tells" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "Limit" });

export const stateAnswerSchema = z
  .strictObject({
    limitId: z.string(),
    name: z.string(),
    value: z.string().nullable().meta({ description: "Whose account; null: one for all" }),
    scope: z.string().meta({ description: "In words", example: "user alice, a day" }),
    amountUsd: z.number().meta({ description: "With what was carried over, and as an override says" }),
    spentUsd: z.number(),
    leasedUsd: z.number().meta({ description: "Set aside for calls that are running" }),
    resetsAt: instant.nullable().meta({ description: "null: never, or not known" }),
  })
  .meta({ id: "LimitState" });

export const overrideAnswerSchema = z
  .strictObject({
    id: z.string(),
    limitId: z.string(),
    value: z.string().nullable().meta({ description: "For whom; null: everybody" }),
    amountUsd: z.number().nullable().meta({ description: "Instead of the limit's; null: nothing is refused" }),
    reason: z.string(),
    from: instant,
    until: instant,
    actor: z.string(),
  })
  .meta({ id: "LimitOverride" });

export const standingAnswerSchema = z
  .strictObject({
    state: stateAnswerSchema,
    usedPercent: z.number().meta({ description: "Spent of the amount, over all sources and charges" }),
    elapsedPercent: z.number().nullable().meta({ description: "Of the period; null: it has no end" }),
    pace: z
      .number()
      .nullable()
      .meta({ description: "1: as fast as the period passes; 2: twice as fast; null: not known" }),
  })
  .meta({ id: "LimitStanding" });

export function limitAnswer(limit: Limit): z.infer<typeof limitAnswerSchema> {
  const { id, name, kind, enabled, filters, each, amountNanoUsd, period, startsAtMs, carryOver } = limit;
  return {
    id,
    name,
    kind,
    enabled,
    filters: filterTexts(filters),
    each,
    amountUsd: usdNumber(amountNanoUsd),
    period: { ...period },
    startsAt: instantOrNull(startsAtMs),
    carryOver,
    thresholdsPercent: limit.thresholdsPercent,
    enforcement: enforcementAnswer(limit.enforcement),
    createdAt: instantText(limit.createdAtMs),
    updatedAt: instantText(limit.updatedAtMs),
  };
}

function enforcementAnswer(wanted: Enforcement | null): z.infer<typeof enforcement> | null {
  if (wanted === null) return null;
  const { unpriced } = wanted;
  return {
    ...wanted,
    unpriced:
      unpriced.policy === "standIn"
        ? { standInUsdPerMillionTokens: usdNumber(unpriced.nanoUsdPerMillionTokens) }
        : unpriced.policy,
  };
}

export function overrideAnswer(override: LimitOverride): z.infer<typeof overrideAnswerSchema> {
  const { amountNanoUsd, fromMs, untilMs, ...rest } = override;
  const amountUsd = amountNanoUsd === null ? null : usdNumber(amountNanoUsd);
  return { ...rest, amountUsd, from: instantText(fromMs), until: instantText(untilMs) };
}

export function stateAnswer(state: LimitState): z.infer<typeof stateAnswerSchema> {
  const { limitId, name, value, scope, amountNanoUsd, spentNanoUsd, leasedNanoUsd, resetsAtMs } = state;
  return {
    limitId,
    name,
    value,
    scope,
    amountUsd: usdNumber(amountNanoUsd),
    spentUsd: usdNumber(spentNanoUsd),
    leasedUsd: usdNumber(leasedNanoUsd),
    resetsAt: instantOrNull(resetsAtMs),
  };
}

export function standingAnswer({ state, ...rest }: Standing): z.infer<typeof standingAnswerSchema> {
  return { state: stateAnswer(state), ...rest };
}
