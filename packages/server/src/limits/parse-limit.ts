import { checkTimeZone, InvalidInput, parseInstant, parseUsd, type Dimension, lineSchema } from "@outlay/core";
import { z } from "zod";
import { parseDimension, parseFilters } from "../ledger/filters.ts";
import type { Filter } from "../storage/storage.ts";
import type { Enforcement, Limit, LimitPeriod } from "./limit.ts";
import { invalidLimit, readWire } from "./read-wire.ts";

/** Largest amount of a limit, in dollars. */
const MAX_AMOUNT_USD = 1_000_000_000;
const MAX_THRESHOLDS = 20;
const MAX_PERCENT = 1_000;

const UNITS = ["day", "week", "month", "quarter", "year", "session", "total"] as const;

const text = lineSchema(128);
const dollars = z.union([z.number(), z.string().max(40)], "expected dollars, as a number or a decimal text");
const percent = z.number().gt(0).max(MAX_PERCENT);
const fromPercent = z.number().min(0).lt(100).default(80);

const throttle = z.strictObject({
  fromPercent,
  callsPerMinute: z.number().int().min(1).max(100_000).default(60),
});
const swap = z.strictObject({
  fromPercent,
  models: z
    .record(z.string().min(1).max(512), z.string().min(1).max(512))
    .refine((models) => Object.keys(models).length > 0, "expected at least one model to swap")
    .refine((models) => Object.keys(models).length <= 200, "expected at most 200 models")
    .refine(
      (models) => Object.entries(models).every(([from, to]) => from !== to),
      "a model cannot be swapped for itself",
    )
    .meta({ description: "For each model the one that answers instead, of the same provider" }),
});
const unpriced = z
  .union(
    [z.enum(["block", "pass"]), z.strictObject({ standInUsdPerMillionTokens: dollars })],
    'expected "block", "pass" or { "standInUsdPerMillionTokens": 5 }',
  )
  .meta({
    description: "Calls of models without a price: refused, let through uncounted, or counted at a stand-in price",
  });

const enforcement = z.strictObject({
  atLimit: z.enum(["block", "warn"]).optional(),
  strict: z
    .boolean()
    .optional()
    .meta({ description: "Calls must fit with the most that they can cost, not with what such calls have cost" }),
  throttle: throttle.nullish(),
  swap: swap.nullish(),
  whenStreamRunsOut: z.enum(["end", "finish"]).optional(),
  unpriced: unpriced.optional(),
});

const period = z.union(
  [
    z.enum(UNITS),
    z.strictObject({
      unit: z.enum(UNITS),
      rolling: z.boolean().default(false),
      timeZone: z.string().max(60).nullish(),
    }),
  ],
  `expected one of ${UNITS.join(", ")}, or { "unit": "month", "rolling": false, "timeZone": "Europe/Berlin" }`,
);

/** A limit as it is sent. Absent and null: the default, or for a change what it was. */
export const limitSchema = z.strictObject({
  name: text,
  kind: z
    .enum(["budget", "limit"])
    .nullish()
    .meta({ description: "A budget tells, a limit is enforced. Default: limit" }),
  enabled: z.boolean().nullish(),
  filters: z
    .array(z.string().max(1_100))
    .max(50)
    .nullish()
    .meta({ description: "Whose spending counts, as in questions: user:alice, model:claude-*. None: everything" }),
  each: z.string().max(140).nullish().meta({
    description: "A dimension: every value of it has the amount for itself. Calls without a value are not limited",
  }),
  amountUsd: dollars,
  period,
  startsAt: z
    .union([z.string().max(40), z.number()])
    .nullish()
    .meta({ description: '"now" or an instant: what was spent before does not count. Null: the whole period does' }),
  carryOver: z.boolean().nullish().meta({ description: "What a period left unspent is added to the next one" }),
  thresholdsPercent: z.array(percent).max(MAX_THRESHOLDS).nullish(),
  atLimit: z
    .enum(["block", "warn", "throttle", "swap"])
    .nullish()
    .meta({ description: "Shorthand. throttle and swap also block at 100 %; swap needs enforcement.swap.models" }),
  enforcement: enforcement.nullish(),
});

export type WireLimit = z.input<typeof limitSchema>;

const changeSchema = limitSchema.partial();
type Wanted = z.output<typeof changeSchema>;
type WantedEnforcement = z.output<typeof enforcement>;

const KNOWN_NAMES = [...Object.keys(limitSchema.shape), ...Object.keys(enforcement.shape)];

/** Of calls, these are only known when they are over; those of `trace` are not summed up. */
const NOT_FOR_LIMITS: readonly Dimension[] = ["status", "errorType", "basis", "serviceTier", "geo"];
const NOT_SUMMED: readonly Dimension[] = ["trace"];

/** What a limit consists of, apart from its id and dates. */
export type LimitTerms = Omit<Limit, "id" | "createdAtMs" | "updatedAtMs">;

/** Reads a new limit. InvalidInput naming the field: `invalid_limit`, `unknown_field`, `invalid_filter` and so on. */
export function parseLimit(wanted: unknown, nowMs: number): LimitTerms {
  const read = readWire(limitSchema, wanted, KNOWN_NAMES);
  return checked(terms(read, null, nowMs));
}

/** Reads what is to change of a limit; fields that are not named stay as they are. InvalidInput as for a new one. */
export function parseLimitChange(wanted: unknown, before: LimitTerms, nowMs: number): LimitTerms {
  const read = readWire(changeSchema, wanted, KNOWN_NAMES);
  return checked(terms(read, before, nowMs));
}

function terms(wanted: Wanted, before: LimitTerms | null, nowMs: number): LimitTerms {
  const kind = wanted.kind ?? before?.kind ?? "limit";
  const carried = before?.kind === kind ? before.enforcement : null;
  const named = <Name extends keyof Wanted>(name: Name): boolean => wanted[name] !== undefined;
  return {
    name: wanted.name ?? before!.name,
    kind,
    enabled: wanted.enabled ?? before?.enabled ?? true,
    filters: named("filters") ? readFilters(wanted.filters ?? []) : (before?.filters ?? []),
    each: named("each") ? readEach(wanted.each ?? null) : (before?.each ?? null),
    amountNanoUsd: named("amountUsd") ? readAmount(wanted.amountUsd!, "amountUsd") : before!.amountNanoUsd,
    period: named("period") ? readPeriod(wanted.period!) : before!.period,
    startsAtMs: named("startsAt") ? readStart(wanted.startsAt ?? null, nowMs) : (before?.startsAtMs ?? null),
    carryOver: wanted.carryOver ?? before?.carryOver ?? false,
    thresholdsPercent: thresholdsOf(wanted, before, kind),
    enforcement: enforcementOf(wanted, carried, kind),
  };
}

function thresholdsOf({ thresholdsPercent }: Wanted, before: LimitTerms | null, kind: Limit["kind"]): number[] {
  if (thresholdsPercent) return [...new Set(thresholdsPercent)].toSorted((one, other) => one - other);
  if (before?.kind === kind && thresholdsPercent === undefined) return before.thresholdsPercent;
  return kind === "budget" ? [70, 90, 100] : [80, 100];
}

function enforcementOf(wanted: Wanted, before: Enforcement | null, kind: Limit["kind"]): Enforcement | null {
  const { atLimit, enforcement: named } = wanted;
  if (kind === "budget") {
    const field = atLimit ? "atLimit" : named ? "enforcement" : null;
    if (field !== null) throw invalidLimit(field, 'a budget only tells; expected kind "limit"');
    return null;
  }
  const strict = named?.strict ?? before?.strict ?? false;
  const after: Enforcement = {
    atLimit: named?.atLimit ?? shorthandAtLimit(atLimit) ?? before?.atLimit ?? "block",
    strict,
    throttle: named?.throttle === undefined ? (before?.throttle ?? null) : named.throttle,
    swap: named?.swap === undefined ? (before?.swap ?? null) : named.swap,
    whenStreamRunsOut: named?.whenStreamRunsOut ?? before?.whenStreamRunsOut ?? "end",
    unpriced: readUnpriced(named?.unpriced) ?? before?.unpriced ?? { policy: strict ? "block" : "pass" },
  };
  if (atLimit === "throttle") after.throttle ??= throttle.parse({});
  if (atLimit === "swap" && after.swap === null) {
    throw invalidLimit("enforcement.swap.models", "expected for each model the one that answers instead");
  }
  return after;
}

function shorthandAtLimit(atLimit: Wanted["atLimit"]): Enforcement["atLimit"] | undefined {
  if (!atLimit) return undefined;
  return atLimit === "warn" ? "warn" : "block";
}

function readUnpriced(wanted: WantedEnforcement["unpriced"]): Enforcement["unpriced"] | undefined {
  if (wanted === undefined) return undefined;
  if (typeof wanted === "string") return { policy: wanted };
  const field = "enforcement.unpriced.standInUsdPerMillionTokens";
  return { policy: "standIn", nanoUsdPerMillionTokens: readAmount(wanted.standInUsdPerMillionTokens, field) };
}

/** Dollars from a sender, in nano-dollars. InvalidInput `invalid_amount` or `out_of_range`. */
export function readAmount(value: number | string, field: string): number {
  const nanoUsd = Number(parseUsd(value, field));
  if (nanoUsd >= 0 && nanoUsd <= MAX_AMOUNT_USD * 1e9) return nanoUsd;
  const message = `${field} is ${String(value)}; expected dollars from 0 to ${MAX_AMOUNT_USD}`;
  throw new InvalidInput("out_of_range", message, { field });
}

function readFilters(texts: string[]): Filter[] {
  try {
    return parseFilters(texts);
  } catch (error) {
    throw error instanceof InvalidInput ? new InvalidInput(error.code, error.message, { field: "filters" }) : error;
  }
}

function readEach(value: string | null): Dimension | null {
  return value === null || value === "" ? null : parseDimension(value, "each");
}

function readPeriod(wanted: z.output<typeof period>): LimitPeriod {
  if (typeof wanted === "string") return { unit: wanted, rolling: false, timeZone: null };
  const { unit, rolling, timeZone = null } = wanted;
  if (timeZone !== null) checkZone(timeZone);
  return { unit, rolling, timeZone };
}

function checkZone(timeZone: string): void {
  try {
    checkTimeZone(timeZone);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(error.code, error.message.replace(/^tz/, "period.timeZone"), { field: "period.timeZone" });
  }
}

/** InvalidInput `unreadable_time` or `time_without_zone`. */
function readStart(value: string | number | null, nowMs: number): number | null {
  if (value === null) return null;
  return value === "now" ? nowMs : readInstant(value, "startsAt", '"now" or ');
}

/** An instant from a sender. InvalidInput `unreadable_time`. */
export function readInstant(value: string | number, field: string, orElse = ""): number {
  const atMs = typeof value === "number" ? Math.floor(value) : parseInstant(value);
  if (atMs !== null && atMs >= 0 && atMs < Date.UTC(2100, 0, 1)) return atMs;
  throw new InvalidInput(
    "unreadable_time",
    `${field} is ${JSON.stringify(value).slice(0, 60)}; expected ${orElse}an instant with its zone such as 2026-11-22T05:00:00Z`,
    { field },
  );
}

function checked(limit: LimitTerms): LimitTerms {
  const {
    period: { unit, rolling },
    each,
    carryOver,
    kind,
    filters,
  } = limit;
  const endless = unit === "session" || unit === "total";
  if (rolling && endless) throw invalidLimit("period.rolling", `a ${unit} has no last days; expected false`);
  if (carryOver && (rolling || endless)) {
    throw invalidLimit("carryOver", `only periods of the calendar leave something to a next one; expected false`);
  }
  if (unit === "session" && each !== null && each !== "session") {
    throw invalidLimit("each", "a limit of sessions is one for each session already; expected null");
  }
  const dimensions = [...filters.map(({ dimension }) => dimension), ...(each === null ? [] : [each])];
  for (const [index, dimension] of dimensions.entries()) {
    const field = index < filters.length ? "filters" : "each";
    if (NOT_SUMMED.includes(dimension)) {
      throw invalidLimit(field, `nothing is summed up by ${dimension}; use session or a tag`);
    }
    if (kind === "limit" && NOT_FOR_LIMITS.includes(dimension)) {
      throw invalidLimit(field, `${dimension} is only known when a call is over; a budget may ask for it`);
    }
  }
  return limit;
}
