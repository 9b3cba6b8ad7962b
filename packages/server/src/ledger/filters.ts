import { DIMENSIONS, InvalidInput, nearestName, shown, type Dimension, type NamedDimension } from "@outlay/core";
import type { Filter } from "../storage/storage.ts";

/**
 * Reads `dimension:value` filters. Several on one dimension: any of them. On several dimensions: all of them.
 *
 *   user:u-1         model:claude-*      any characters for each *
 *   !provider:openai  all but these      team:    without a team
 *   tag:story:st-9    the tag story      model:a\*b   a star itself
 *
 * InvalidInput `invalid_filter` or `unknown_dimension`.
 */
export function parseFilters(texts: string[]): Filter[] {
  const filters = new Map<string, Filter>();
  for (const text of texts) {
    if (text === "") continue;
    const exclude = text.startsWith("!");
    const { dimension, value } = split(exclude ? text.slice(1) : text, text);
    const key = `${exclude ? "!" : ""}${dimension}`;
    let filter = filters.get(key);
    if (filter === undefined) filters.set(key, (filter = { dimension, values: [], patterns: [], exclude }));
    addValue(filter, value);
  }
  return [...filters.values()];
}

/** The texts that `parseFilters` reads as these filters. */
export function filterTexts(filters: readonly Filter[]): string[] {
  return filters.flatMap(({ dimension, values, patterns, exclude }) =>
    [...values.map((value) => (value ?? "").replaceAll("*", "\\*")), ...patterns].map(
      (text) => `${exclude ? "!" : ""}${dimension}:${text}`,
    ),
  );
}

/** InvalidInput `unknown_dimension`, naming the parameter that it stood in. */
export function parseDimension(text: string, parameter: string): Dimension {
  if (text.startsWith("tag:") && text.length > 4) return text as Dimension;
  if ((DIMENSIONS as readonly string[]).includes(text)) return text as NamedDimension;
  const meant = nearestName(text, DIMENSIONS, {});
  throw new InvalidInput(
    "unknown_dimension",
    `${parameter} ${shown(text)} is not a dimension${meant === undefined ? "" : ` (did you mean ${meant}?)`}; expected one of ${DIMENSIONS.join(", ")}, tag:<key>`,
    { field: parameter },
  );
}

/** The filter that keeps exactly one value. */
export function isExactly(dimension: Dimension, value: string | null): Filter {
  return { dimension, values: [value], patterns: [], exclude: false };
}

function split(text: string, whole: string): { dimension: Dimension; value: string } {
  const isTag = text.startsWith("tag:");
  const colon = text.indexOf(":", isTag ? 4 : 0);
  if (colon === -1 || (isTag && colon === 4)) {
    throw new InvalidInput(
      "invalid_filter",
      `filter ${shown(whole)} has no value; expected ${isTag ? "tag:key:value" : "dimension:value"}, such as ${isTag ? "tag:story:st-9" : "user:u-1"}`,
      { field: "filter" },
    );
  }
  return { dimension: parseDimension(text.slice(0, colon), "filter"), value: text.slice(colon + 1) };
}

function addValue(filter: Filter, value: string): void {
  if (value === "") filter.values.push(null);
  else if (/(?<!\\)\*/.test(value)) filter.patterns.push(value);
  else filter.values.push(value.replaceAll("\\*", "*"));
}
