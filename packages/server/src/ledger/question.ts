import {
  DIMENSIONS,
  InvalidInput,
  METRICS,
  nearestName,
  shown,
  TIME_UNITS,
  type Dimension,
  type Metric,
  type TimeUnit,
} from "@outlay/core";
import type { Filter } from "../storage/storage.ts";
import type { QueryParams } from "./answers.ts";
import { parsePeriod, type AskedPeriod } from "./asked-period.ts";
import { parseDimension, parseFilters } from "./filters.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters, type Parameters } from "./parameters.ts";

/** A question whose words are all known. The period is resolved when it is asked: `all` depends on the first event. */
export interface AskedQuestion {
  metrics: Metric[];
  by: Dimension[];
  unit: TimeUnit | null;
  /** Dimensions and unit in the order asked. */
  byNames: string[];
  filters: Filter[];
  filterTexts: string[];
  period: AskedPeriod;
  compare: boolean;
  order: { metric: Metric; descending: boolean };
  /** null: as many groups as a question without limit gets. */
  limit: number | null;
}

/** Parameters of every question. */
export const QUESTION_PARAMETERS = [
  "metrics",
  "by",
  ...FILTER_PARAMETERS,
  ...PERIOD_PARAMETERS,
  "compare",
  "order",
  "limit",
] as const;

/** Largest `limit`. */
const MAX_LIMIT = 10_000;
const MAX_DIMENSIONS = 3;
const DEFAULT_METRICS: readonly Metric[] = ["cost", "calls", "tokens"];

/** Throws InvalidInput naming the parameter, its value and what is allowed. */
export function parseQuestion(params: QueryParams, context: { now: number; timeZone: string }): AskedQuestion {
  return questionOf(readParameters(params, QUESTION_PARAMETERS), context);
}

/** The same for a view that takes further parameters, which it has allowed. */
export function questionOf(
  parameters: Parameters,
  context: { now: number; timeZone: string },
  defaults: { metrics?: readonly Metric[]; by?: string[] } = {},
): AskedQuestion {
  const metricNames = parameters.list("metrics");
  const metrics =
    metricNames.length === 0
      ? [...(defaults.metrics ?? DEFAULT_METRICS)]
      : metricNames.map((name) => parseMetric(name, "metrics"));
  const asked = parameters.list("by");
  const byNames = asked.length === 0 ? (defaults.by ?? []) : asked;
  const filterTexts = parameters.all("filter").filter((text) => text !== "");
  return {
    metrics,
    ...parseBy(byNames),
    byNames,
    filters: parseFilters(filterTexts),
    filterTexts,
    period: parsePeriod(parameters, context),
    compare: parseCompare(parameters),
    order: parseOrder(parameters.one("order"), metrics[0]!),
    limit: parameters.whole("limit", 1, MAX_LIMIT) ?? null,
  };
}

/** InvalidInput `unknown_time_unit`. */
export function parseTimeUnit(text: string, parameter: string): TimeUnit {
  if (isTimeUnit(text)) return text;
  throw new InvalidInput(
    "unknown_time_unit",
    `${parameter} ${shown(text)} is not a time unit; expected one of ${TIME_UNITS.join(", ")}`,
    { field: parameter },
  );
}

function isTimeUnit(text: string): text is TimeUnit {
  return (TIME_UNITS as readonly string[]).includes(text);
}

function parseBy(names: string[]): { by: Dimension[]; unit: TimeUnit | null } {
  const units = names.filter(isTimeUnit);
  if (units.length > 1) {
    throw new InvalidInput("too_many_time_units", `by names ${units.join(" and ")}; expected at most one time unit`, {
      field: "by",
    });
  }
  const dimensions = names.filter((name) => !isTimeUnit(name));
  if (dimensions.length > MAX_DIMENSIONS) {
    throw new InvalidInput(
      "too_many_dimensions",
      `by names ${dimensions.length} dimensions; expected at most ${MAX_DIMENSIONS} and a time unit`,
      { field: "by" },
    );
  }
  return { by: dimensions.map(parseGroup), unit: units[0] ?? null };
}

function parseGroup(name: string): Dimension {
  if (name.startsWith("tag:") || (DIMENSIONS as readonly string[]).includes(name)) return parseDimension(name, "by");
  const meant = nearestName(name, [...DIMENSIONS, ...TIME_UNITS], {});
  throw new InvalidInput(
    "unknown_dimension",
    `by ${shown(name)} is neither a dimension nor a time unit${meant === undefined ? "" : ` (did you mean ${meant}?)`}; expected some of ${DIMENSIONS.join(", ")}, tag:<key>, and at most one of ${TIME_UNITS.join(", ")}`,
    { field: "by" },
  );
}

function parseMetric(name: string, parameter: string): Metric {
  if (Object.hasOwn(METRICS, name)) return name as Metric;
  const meant = nearestName(name, Object.keys(METRICS), {});
  throw new InvalidInput(
    "unknown_metric",
    `${parameter} ${shown(name)} is not a metric${meant === undefined ? "" : ` (did you mean ${meant}?)`}; expected some of ${Object.keys(METRICS).join(", ")}`,
    { field: parameter },
  );
}

function parseOrder(text: string | undefined, first: Metric): AskedQuestion["order"] {
  if (text === undefined) return { metric: first, descending: true };
  const descending = text.startsWith("-");
  return { metric: parseMetric(descending ? text.slice(1) : text, "order"), descending };
}

/** `compare=previous`, or absent. InvalidInput `unknown_comparison`. */
export function parseCompare(parameters: Parameters): boolean {
  const text = parameters.one("compare");
  if (text === undefined) return false;
  if (text === "previous") return true;
  throw new InvalidInput("unknown_comparison", `compare is ${shown(text)}; expected previous`, { field: "compare" });
}
