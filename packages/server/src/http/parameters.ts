import { DIMENSIONS, InvalidInput, METRICS, PERIOD_NAMES, TIME_UNITS } from "@outlay/core";
import { z } from "zod";
import type { QueryParams } from "../ledger/answers.ts";

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
  const values = query[name];
  if (values === undefined) return undefined;
  if (values.length > 1) {
    throw new InvalidInput("repeated_parameter", `${name} is given ${values.length} times; once is enough`, {
      field: name,
    });
  }
  return values[0] === "" ? undefined : values[0];
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
  const value = oneValue(query, name);
  if (value === undefined) return bounds.default;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= bounds.min && number <= bounds.max) return number;
  throw new InvalidInput(
    "invalid_parameter",
    `${name} is "${shorten(value)}", but must be a whole number from ${bounds.min} to ${bounds.max}`,
    { field: name },
  );
}

/** One of the words. */
export function oneOf<T extends string>(query: QueryParams, name: string, words: readonly T[], fallback: T): T {
  const value = oneValue(query, name);
  if (value === undefined) return fallback;
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new InvalidInput(
    "invalid_parameter",
    `${name} is "${shorten(value)}", but must be one of ${words.join(", ")}`,
    {
      field: name,
    },
  );
}

/** An ISO instant or date in UTC milliseconds. */
export function instantMs(query: QueryParams, name: string, fallback: number): number {
  const value = oneValue(query, name);
  if (value === undefined) return fallback;
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(value)
    ? Date.parse(value)
    : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidInput("invalid_parameter", `${name} is "${shorten(value)}", but must be a date or an ISO instant`, {
    field: name,
  });
}

function shorten(value: string): string {
  return value.length > 80 ? `${value.slice(0, 80)}…` : value;
}
