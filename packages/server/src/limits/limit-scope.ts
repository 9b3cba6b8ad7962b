import type { Dimension } from "@outlay/core";
import { isExactly } from "../ledger/filters.ts";
import type { Filter, RecordedCharge } from "../storage/storage.ts";
import type { Limit } from "./limit.ts";
import { filterTest, isOfCharges, valuesOfCharge } from "./match-filter.ts";

type Terms = Pick<Limit, "filters" | "each" | "period">;

/** The dimension whose values have an account each: of session limits the session. */
export function accountDimension({ each, period }: Pick<Limit, "each" | "period">): Dimension | null {
  return period.unit === "session" ? "session" : each;
}

/** Filters that keep what counts for one account of a limit. `value` is null where all share one. */
export function accountFilters(limit: Terms, value: string | null): Filter[] {
  const dimension = accountDimension(limit);
  return dimension === null ? limit.filters : [...limit.filters, isExactly(dimension, value)];
}

/** Whether charges count at all: not where a limit asks for what charges do not have. */
export function countsCharges(limit: Terms): boolean {
  const dimension = accountDimension(limit);
  const asked = limit.filters.map((filter) => filter.dimension);
  return (dimension === null ? asked : [...asked, dimension]).every(isOfCharges);
}

/** Which charges count for one account of a limit; null: none. */
export function chargeTest(limit: Terms, value: string | null): ((charge: RecordedCharge) => boolean) | null {
  if (!countsCharges(limit)) return null;
  const tests = accountFilters(limit, value).map(filterTest);
  return (charge) => {
    if (charge.kind === "revenue") return false;
    const valueOf = valuesOfCharge(charge);
    return tests.every((passes) => passes(valueOf));
  };
}

const SHOWN_VALUES = 3;
const ROLLING_WORDS = { day: "24 hours", week: "7 days", month: "30 days", quarter: "91 days", year: "365 days" };

/** "user alice, a day" */
export function scopeInWords(limit: Terms, value: string | null): string {
  const dimension = accountDimension(limit);
  const parts = limit.filters.map(filterInWords);
  if (dimension !== null && value !== null) parts.push(`${nameOf(dimension)} ${value}`);
  if (parts.length === 0) parts.push("everything");
  return [...parts, periodInWords(limit.period)].filter((part) => part !== "").join(", ");
}

function periodInWords({ unit, rolling }: Limit["period"]): string {
  if (unit === "session") return "";
  if (unit === "total") return "in total";
  return rolling ? ROLLING_WORDS[unit] : `a ${unit}`;
}

function filterInWords({ dimension, values, patterns, exclude }: Filter): string {
  const all = [...values.map((value) => value ?? "none"), ...patterns];
  const shown = all.slice(0, SHOWN_VALUES).join(" or ");
  const more = all.length > SHOWN_VALUES ? ` or ${all.length - SHOWN_VALUES} more` : "";
  return `${exclude ? "not " : ""}${nameOf(dimension)} ${shown}${more}`;
}

function nameOf(dimension: Dimension): string {
  return dimension.startsWith("tag:") ? dimension.slice(4) : dimension;
}
