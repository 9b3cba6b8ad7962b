import { DIMENSIONS, InvalidInput, METRICS, PERIOD_NAMES, TIME_UNITS, shown } from "@outlay/core";
import { z } from "zod";
import type { QueryParams } from "../ledger/answers.ts";
import { readParameters } from "../ledger/parameters.ts";

const text = (description: string, example?: string) =>
  z
    .string()
    .optional()
    .meta({ description, ...(example === undefined ? {} : { example }) });

/** Which span of time; taken by every question. */
export const periodParameters = {
  period: text(`One of ${PERIOD_NAMES.join(", ")}; default 30d`, "30d"),
  from: text("Start, included: a date (its start in tz) or an ISO instant", "2026-11-01"),
  to: text("End, excluded: a date (its start in tz) or an ISO instant", "2026-11-22"),
  tz: text("IANA time zone of days and months; default: the server's", "Europe/Berlin"),
};

/** Which events; taken by every question. */
export const filterParameters = {
  filter: z
    .array(z.string())
    .optional()
    .meta({
      description: `dimension:value, repeated. Several on one dimension: any of them. * stands for any characters, !dimension:value excludes, an empty value means unattributed. Dimensions: ${DIMENSIONS.join(", ")}, tag:<key>`,
      example: ["user:u-1", "model:claude-*"],
    }),
};

export const compareParameters = {
  compare: text("previous: the span of the same length before, its same unfinished part", "previous"),
};

/** What to compute. */
export const metricParameters = {
  metrics: text(`Comma-separated; of ${Object.keys(METRICS).join(", ")}`, "cost,calls"),
};

export const groupParameters = {
  by: text(
    `Comma-separated dimensions and at most one of ${TIME_UNITS.join(", ")}; dimensions: ${DIMENSIONS.join(", ")}, tag:<key>`,
    "model,day",
  ),
  order: text("A metric; with - before it, most first", "-cost"),
  limit: text("Most rows (or series); what lies beyond is summed as other", "20"),
};

/** A list that is read page by page. */
export const pageParameters = {
  limit: text("Most items in one answer", "50"),
  cursor: text("nextCursor of the page before"),
};

/** The only value of a parameter, undefined when absent or empty. Throws InvalidInput `repeated_parameter`. */
export function oneValue(query: QueryParams, name: string): string | undefined {
  return readParameters(query, Object.keys(query)).one(name);
}

/** A parameter that must be there. */
export function requiredValue(query: QueryParams, name: string): string {
  const value = oneValue(query, name);
  if (value === undefined) {
    throw new InvalidInput("missing_parameter", `${name} is missing`, { field: name });
  }
  return value;
}

/** A whole number within bounds, both included. */
export function wholeNumber(
  query: QueryParams,
  name: string,
  bounds: { min: number; max: number; default: number },
): number {
  return readParameters(query, Object.keys(query)).whole(name, bounds.min, bounds.max) ?? bounds.default;
}

/** One of the words. */
export function oneOf<T extends string>(query: QueryParams, name: string, words: readonly T[], fallback: T): T {
  const value = oneValue(query, name);
  if (value === undefined) return fallback;
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new InvalidInput("invalid_parameter", `${name} is ${shown(value)}, but must be one of ${words.join(", ")}`, {
    field: name,
  });
}

/** An ISO instant or date in UTC milliseconds. */
export function instantMs(query: QueryParams, name: string, fallback: number): number {
  const value = oneValue(query, name);
  if (value === undefined) return fallback;
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidInput("invalid_parameter", `${name} is ${shown(value)}, but must be a date or an ISO instant`, {
    field: name,
  });
}
