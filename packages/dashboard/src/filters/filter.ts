import { DIMENSIONS } from "@outlay/core";

/**
 * One filter as the page and the API write it: `model:claude-*`, `!status:error`, `tag:story:st-9`, and
 * `user:` for calls without a user. Several on one dimension mean "one of them".
 */
export interface Filter {
  /** A named dimension or `tag:<key>`. */
  dimension: string;
  /** Empty: unattributed. `*` stands for any characters. */
  value: string;
  exclude: boolean;
}

/** Null when the text is not a filter. */
export function parseFilter(text: string): Filter | null {
  const exclude = text.startsWith("!");
  const body = exclude ? text.slice(1) : text;
  const colon = body.indexOf(":", body.startsWith("tag:") ? 4 : 0);
  if (colon < 0) return null;
  const dimension = body.slice(0, colon);
  const known = dimension.startsWith("tag:")
    ? dimension.length > 4
    : (DIMENSIONS as readonly string[]).includes(dimension);
  return known ? { dimension, value: body.slice(colon + 1), exclude } : null;
}

export function filterText(filter: Filter): string {
  return `${filter.exclude ? "!" : ""}${filter.dimension}:${filter.value}`;
}

/** Adds the filter, or takes it away when it is there. */
export function toggleFilter(filters: readonly string[], text: string): string[] {
  return filters.includes(text) ? filters.filter((other) => other !== text) : [...filters, text];
}

/** What the chip says: `Model is claude-*`, `Status is not error`, `Agent is unattributed`. */
export function filterInWords(filter: Filter): { dimension: string; verb: string; value: string } {
  return {
    dimension: dimensionLabel(filter.dimension),
    verb: filter.exclude ? "is not" : "is",
    value: filter.value === "" ? UNATTRIBUTED : filter.value,
  };
}

/** Shown where calls carry no value of a dimension. */
export const UNATTRIBUTED = "unattributed";

/** `serviceTier` → `Service tier`, `tag:story` → `Tag story`. */
export function dimensionLabel(dimension: string): string {
  if (dimension.startsWith("tag:")) return `Tag ${dimension.slice(4)}`;
  const words = dimension.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What of an event the filters look at; the server's answer for one event has it. */
export type Filterable = Record<string, unknown> & { tags?: Record<string, string> | null | undefined };

/**
 * Would the server count this event under these filters? Used for events that arrive live, before the
 * server is asked again. Filters on one dimension are alternatives; dimensions must all hold.
 */
export function matchesFilters(event: Filterable, filters: readonly Filter[]): boolean {
  const groups = new Map<string, Filter[]>();
  for (const filter of filters) {
    const key = `${filter.exclude}${filter.dimension}`;
    groups.set(key, [...(groups.get(key) ?? []), filter]);
  }
  return [...groups.values()].every((group) => {
    const hit = group.some((filter) => matchesValue(valueOf(event, filter.dimension), filter.value));
    return group[0]?.exclude ? !hit : hit;
  });
}

function valueOf(event: Filterable, dimension: string): string {
  if (dimension.startsWith("tag:")) return event.tags?.[dimension.slice(4)] ?? "";
  if (dimension === "status") return event["success"] === false ? "error" : "success";
  const value = event[dimension];
  return typeof value === "string" ? value : "";
}

function matchesValue(value: string, pattern: string): boolean {
  if (!pattern.includes("*")) return value === pattern;
  const expression = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return value !== "" && new RegExp(`^${expression.join(".*")}$`, "s").test(value);
}
