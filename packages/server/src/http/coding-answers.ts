import { z } from "zod";

/*
 * Shapes of the answers about coding tools, for the documentation. The types of insights/ make them; a test holds every answer
 * against its shape here.
 */

const instant = z.string().meta({ format: "date-time", description: "ISO 8601, UTC" });
const usd = z.number().meta({ description: "US dollars; calls without a price add nothing" });
const count = z.number().int();
const period = z.strictObject({ name: z.string().optional(), start: instant, end: instant, timeZone: z.string() });

const block = z
  .strictObject({
    start: instant,
    end: instant.meta({ description: "Excluded" }),
    isGap: z.boolean().meta({ description: "Silence between two blocks" }),
    isActive: z.boolean(),
    firstAt: instant.nullable(),
    lastAt: instant.nullable(),
    calls: count,
    tokens: z
      .strictObject({ input: count, cacheWrite: count, cacheRead: count, output: count, total: count })
      .meta({ description: "input is what no cache gave or took" }),
    cost: usd,
    unpricedCalls: count,
    models: z.array(z.string()),
    burnRate: z
      .strictObject({ tokensPerMinute: z.number(), inputAndOutputPerMinute: z.number(), costPerHour: usd })
      .nullable()
      .meta({ description: "Between its first and its last call; null: not active, or no time between them" }),
    projection: z
      .strictObject({ tokens: count, cost: usd, remainingMinutes: count })
      .nullable()
      .meta({ description: "What it comes to at its end at that rate" }),
  })
  .meta({ id: "Block" });

export const blocksAnswer = z.strictObject({
  query: z.strictObject({ filters: z.array(z.string()), period, hours: count }),
  label: z.literal("local estimate"),
  blocks: z.array(block).meta({ description: "Those that begin in the period, oldest first" }),
  tokenLimit: z.strictObject({ tokens: count, from: z.enum(["asked", "largest block"]) }).nullable(),
  meta: z.strictObject({
    callsRead: count,
    incompleteBefore: instant.nullable().meta({ description: "Single calls before this have expired" }),
  }),
});

export const statuslineAnswer = z.strictObject({
  at: instant,
  session: z
    .strictObject({ id: z.string(), cost: usd.nullable(), calls: count, unpricedCalls: count })
    .nullable()
    .meta({ description: "null: nothing of it has been recorded" }),
  today: z.strictObject({
    cost: usd,
    calls: count,
    unpricedCalls: count,
    until: instant.meta({ description: "When the day ends" }),
  }),
  block: block.nullable().meta({ description: "The running one, a local estimate" }),
});

export const toldLimitsAnswer = z
  .strictObject({
    tool: z.string(),
    account: z.string(),
    user: z.string().nullable(),
    plan: z.string().nullable(),
    reportedAt: instant,
    label: z.literal("official"),
    windows: z.array(
      z.strictObject({
        name: z.string(),
        minutes: count.nullable(),
        usedPercent: z.number().nullable().meta({ description: "null: it has begun anew since it was told" }),
        resetsAt: instant.nullable(),
        label: z.enum(["official", "unknown"]),
      }),
    ),
  })
  .meta({ id: "PlanLimits" });

export const planLimitsAnswer = z.strictObject({ limits: z.array(toldLimitsAnswer) });
