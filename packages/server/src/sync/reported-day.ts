import { usageSchema } from "@outlay/core";
import { z } from "zod";
import { MONEY_KINDS, type ReportedRow } from "./reported-row.ts";

const name = z.string().min(1).max(512);
const nano = z.number().int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);
const usage = usageSchema.pick({
  inputTokens: true,
  cacheReadTokens: true,
  cacheWriteTokens: true,
  outputTokens: true,
});

const MAX_ROWS = 20_000;

const row = z.strictObject({
  provider: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)
    .meta({ description: "Who bills" }),
  model: name.optional(),
  project: name.optional(),
  key: name.optional(),
  user: name.optional(),
  item: name.optional().meta({ description: "Line item, product or meter, as the provider names it" }),
  tier: name.optional(),
  geo: name.optional(),
  isLongContext: z.literal(true).optional(),
  money: z.enum(MONEY_KINDS).exclude(["usage"]).optional().meta({ description: "Absent: usage" }),
  usage: usage.optional(),
  requests: z.number().int().min(0).optional(),
  costNanoUsd: nano.optional().meta({ description: "Nano-dollars after discounts; negative: money back" }),
  listNanoUsd: nano.optional().meta({ description: "Before discounts" }),
  foreign: z
    .strictObject({ currency: z.string().regex(/^[A-Z]{3}$/), amount: z.string().regex(/^-?\d+(\.\d{1,9})?$/) })
    .optional()
    .meta({ description: "Money in another currency" }),
});

/** A UTC day of an export, as it is sent. */
export const reportedDaySchema = z
  .strictObject({ day: z.iso.date(), rows: z.array(row).max(MAX_ROWS) })
  .transform(({ day, rows }) => ({ day, rows: rows as ReportedRow[] }));
