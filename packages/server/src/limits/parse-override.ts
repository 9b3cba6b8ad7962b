import { InvalidInput } from "@outlay/core";
import { z } from "zod";
import type { Limit, LimitOverride } from "./limit.ts";
import { accountDimension } from "./limit-scope.ts";
import { readAmount, readInstant } from "./parse-limit.ts";
import { invalidLimit, readWire } from "./read-wire.ts";

const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

const instant = z.union([z.string().max(40), z.number()]);

/** An override as it is sent. */
export const overrideSchema = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(512)
    .nullish()
    .meta({ description: "Of the limit's each or session, for whom it holds. Null: everybody" }),
  amountUsd: z
    .union([z.number(), z.string().max(40)])
    .nullable()
    .meta({
      description: "Instead of the limit's amount, what was carried over included. Null: nothing is refused until then",
    }),
  reason: z.string().trim().min(1).max(1_000).meta({ description: "For the audit trail" }),
  from: instant.nullish().meta({ description: "Default: now" }),
  until: instant.meta({ description: "When it ends by itself, at most a year ahead" }),
});

/** Reads an override of this limit. InvalidInput naming the field. */
export function parseOverride(
  wanted: unknown,
  limit: Limit,
  nowMs: number,
): Omit<LimitOverride, "id" | "limitId" | "actor"> {
  const read = readWire(overrideSchema, wanted, Object.keys(overrideSchema.shape));
  const value = read.value ?? null;
  if (value !== null && accountDimension(limit) === null) {
    throw invalidLimit("value", "all share one account of this limit; expected null");
  }
  const fromMs = read.from ? readInstant(read.from, "from") : nowMs;
  const untilMs = readInstant(read.until, "until");
  if (untilMs <= Math.max(fromMs, nowMs) || untilMs > nowMs + MAX_DAYS * DAY_MS) {
    throw new InvalidInput(
      "out_of_range",
      `until is ${new Date(untilMs).toISOString()}; expected an instant after ${new Date(Math.max(fromMs, nowMs)).toISOString()}, at most ${MAX_DAYS} days ahead`,
      { field: "until" },
    );
  }
  const amountNanoUsd = read.amountUsd === null ? null : readAmount(read.amountUsd, "amountUsd");
  return { value, amountNanoUsd, reason: read.reason, fromMs, untilMs };
}
