import { DIMENSIONS, InvalidInput, checkTimeZone, lineSchema } from "@outlay/core";
import { z } from "zod";
import { parseDimension, parseFilters } from "../ledger/filters.ts";

/** Rules that do not say otherwise begin with this. */
const DEFAULT_SEVERITY = "warning";
const MAX_LIMITS = 100;

const ids = (what: string) =>
  z.array(lineSchema(128)).min(1).max(MAX_LIMITS).nullable().default(null).meta({ description: what });
const amountUsd = z
  .number()
  .positive()
  .max(1e9)
  .meta({ description: "Dollars; the alert fires when the cost reaches them" });
const percent = (most: number) => z.number().positive().max(most);
const minimumUsd = (usd: number, description: string) => z.number().min(0).max(1e9).default(usd).meta({ description });
const dimension = z
  .string()
  .refine(
    passes((text) => parseDimension(text, "each")),
    `expected one of ${DIMENSIONS.join(", ")}, tag:<key>`,
  )
  .nullable()
  .default(null);

/** What every rule has. */
const base = {
  name: lineSchema(128).meta({ description: "For people" }),
  enabled: z.boolean().default(true),
  channels: ids("Ids of the channels that hear of it; null: every enabled one"),
  escalateAfterMinutes: z.number().int().min(1).max(10_080).nullable().default(null).meta({
    description: "Tell again, one step more urgent, when nobody has acknowledged it for so long; null: never",
  }),
  tellRecovery: z.boolean().default(true).meta({ description: "Send a message too when it is over" }),
};

/** What rules over calls have besides. */
const overCalls = {
  ...base,
  severity: z.enum(["info", "warning", "critical", "emergency"]).default(DEFAULT_SEVERITY),
  filters: z
    .array(
      z.string().refine(
        passes((text) => parseFilters([text])),
        "expected dimension:value, such as user:u-1",
      ),
    )
    .max(32)
    .default([])
    .meta({
      description: "Whose calls, as in questions: user:alice, model:claude-*, !provider:openai, tag:story:st-9",
    }),
  timeZone: z
    .string()
    .refine(passes(checkTimeZone), "expected an IANA time zone such as Europe/Berlin")
    .nullable()
    .default(null)
    .meta({ description: "Where days and months begin; null: the server's zone" }),
};

const ruleSchemas = {
  limitThreshold: z.strictObject({
    kind: z.literal("limitThreshold"),
    ...base,
    limits: ids("Ids of budgets and limits; null: all of them, each with its own thresholds"),
  }),
  projectedOverrun: z.strictObject({
    kind: z.literal("projectedOverrun"),
    ...base,
    severity: overCalls.severity,
    limits: ids("Ids of budgets and limits with calendar periods; null: all budgets"),
  }),
  cost: z.strictObject({
    kind: z.literal("cost"),
    ...overCalls,
    amountUsd,
    period: z
      .enum(["day", "week", "month", "quarter", "year", "24h", "7d", "30d"])
      .default("day")
      .meta({ description: "Of the calendar, or the last 24 hours, 7 or 30 days" }),
    each: dimension.meta({ description: "Each value on its own: user for one user above an amount" }),
  }),
  projectedMonth: z.strictObject({ kind: z.literal("projectedMonth"), ...overCalls, amountUsd }),
  trend: z.strictObject({
    kind: z.literal("trend"),
    ...overCalls,
    percent: percent(100_000).meta({ description: "More than the same part of the period before" }),
    period: z.enum(["day", "week", "month", "7d", "30d"]).default("7d"),
    minimumUsd: minimumUsd(1, "Only when the period has cost at least this much"),
  }),
  spike: z.strictObject({
    kind: z.literal("spike"),
    ...overCalls,
    sensitivity: z
      .number()
      .min(1)
      .max(100)
      .default(6)
      .meta({ description: "How many times the usual spread above the usual; smaller tells more often" }),
    minimumUsd: minimumUsd(1, "Only when an hour costs at least this much more than usual"),
  }),
  errorRate: z.strictObject({
    kind: z.literal("errorRate"),
    ...overCalls,
    percent: percent(100).meta({ description: "Of all calls" }),
    minimumCalls: z.number().int().min(1).max(1e9).default(20).meta({ description: "Fewer calls say nothing" }),
    windowMinutes: z
      .number()
      .int()
      .min(15)
      .max(1_440)
      .refine((minutes) => minutes % 15 === 0, "expected whole quarter-hours")
      .default(60),
    each: dimension.meta({ description: "Each value on its own, such as provider" }),
  }),
  unpricedModel: z.strictObject({
    kind: z.literal("unpricedModel"),
    ...overCalls,
    minimumCalls: z.number().int().min(1).max(1e9).default(1),
  }),
  priceChange: z.strictObject({
    kind: z.literal("priceChange"),
    ...overCalls,
    aheadDays: z.number().int().min(1).max(365).default(60).meta({ description: "How far ahead prices are looked at" }),
    minimumUsd: minimumUsd(1, "Only when a month like the last 30 days would cost at least this much more"),
  }),
  reconciliation: z.strictObject({
    kind: z.literal("reconciliation"),
    ...overCalls,
    percent: percent(100).default(2).meta({ description: "What may differ, of what is billed" }),
    minimumUsd: minimumUsd(1, "What may differ in any case"),
    days: z
      .number()
      .int()
      .min(1)
      .max(365)
      .default(30)
      .meta({ description: "So many UTC days until three days ago: later ones are still being counted" }),
  }),
  syncFailing: z.strictObject({
    kind: z.literal("syncFailing"),
    ...base,
    severity: overCalls.severity,
    hours: z.number().int().min(1).max(720).default(12).meta({ description: "Without a good run for so long" }),
  }),
  keyUnused: z.strictObject({
    kind: z.literal("keyUnused"),
    ...base,
    severity: overCalls.severity,
    days: z.number().int().min(1).max(3_650).default(90),
  }),
  subscriptionRenewal: z.strictObject({
    kind: z.literal("subscriptionRenewal"),
    ...base,
    severity: overCalls.severity,
    days: z.number().int().min(1).max(366).default(7).meta({ description: "So many days before a fee comes due" }),
    minimumUsd: minimumUsd(0, "Only fees of at least this much"),
  }),
  monthlyBudget: z.strictObject({
    kind: z.literal("monthlyBudget"),
    ...base,
    percent: percent(1_000).default(70).meta({
      description: "Of the month's budget over all sources (monthlyBudgetUsd); critical from 90, an emergency from 100",
    }),
  }),
  keyNewPlace: z.strictObject({
    kind: z.literal("keyNewPlace"),
    ...base,
    severity: overCalls.severity,
    learnDays: z
      .number()
      .int()
      .min(0)
      .max(365)
      .default(7)
      .meta({ description: "Places in so many days from its first use are its usual ones" }),
  }),
};

/** The wire form of every kind of rule. */
export const ruleSchema = z.discriminatedUnion(
  "kind",
  Object.values(ruleSchemas) as [(typeof ruleSchemas)[RuleKind], ...(typeof ruleSchemas)[RuleKind][]],
);

export type RuleKind = keyof typeof ruleSchemas;
export const RULE_KINDS = Object.keys(ruleSchemas) as [RuleKind, ...RuleKind[]];
/** What somebody wants to be told of. */
export type WantedRule = z.output<(typeof ruleSchemas)[RuleKind]>;
/** A rule that is kept. */
export type AlertRule = WantedRule & { id: string; createdAtMs: number; updatedAtMs: number };
export type RuleOf<Kind extends RuleKind> = Extract<AlertRule, { kind: Kind }>;

/**
 * Reads a rule as it was sent. InvalidInput `unknown_field` for a name that this kind of rule does not have,
 * `invalid_alert_rule` for anything else that does not fit, each with the field.
 */
export function parseRule(wanted: unknown): WantedRule {
  const kind = (wanted as { kind?: unknown } | null)?.kind;
  if (typeof kind !== "string" || !Object.hasOwn(ruleSchemas, kind)) {
    throw new InvalidInput(
      "invalid_alert_rule",
      `kind ${kind === undefined ? "is missing" : `is ${JSON.stringify(kind)}`}; expected one of ${RULE_KINDS.join(", ")}`,
      { field: "kind" },
    );
  }
  const parsed = ruleSchemas[kind as RuleKind].safeParse(wanted);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(ruleSchemas[kind as RuleKind].shape).join(", ");
    throw new InvalidInput(
      "unknown_field",
      `${issue.keys[0]} is not a field of a rule of the kind ${kind}; it has ${known}`,
      { field: issue.keys[0]! },
    );
  }
  const field = issue.path.join(".");
  const value = issue.path.reduce<unknown>((part, name) => (part as Record<PropertyKey, unknown>)[name], wanted);
  throw new InvalidInput(
    "invalid_alert_rule",
    `${field} is ${value === undefined ? "missing" : JSON.stringify(value).slice(0, 100)}: ${issue.message}`,
    { field },
  );
}

/** The rule with the named fields changed, and nothing else. InvalidInput as parseRule; the kind stays. */
export function changeRule(rule: AlertRule, changes: unknown): WantedRule {
  if (typeof changes !== "object" || changes === null || Array.isArray(changes)) {
    throw new InvalidInput("invalid_alert_rule", "The body is not valid: expected an object with the fields to change");
  }
  const { id: _id, createdAtMs: _created, updatedAtMs: _updated, ...current } = rule;
  if ("kind" in changes && changes.kind !== rule.kind) {
    throw new InvalidInput("invalid_alert_rule", `kind is ${rule.kind} and stays; make another rule instead`, {
      field: "kind",
    });
  }
  return parseRule({ ...current, ...changes });
}

function passes(check: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      check(text);
      return true;
    } catch {
      return false;
    }
  };
}
