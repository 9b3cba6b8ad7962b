import { MAX_COUNT, MAX_TEXT_LENGTH } from "@outlay/core";

/** JSON of somebody else, of which any field may be absent or of another type. */
export type Fields = Record<string, unknown>;

const NONE: Fields = Object.freeze({});

/** The value as an object; an empty one when it is none. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : NONE;
}

/** The value as a list; an empty one when it is none. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A whole number from 0 up; undefined when it is anything else. A number above what an event may hold is no count. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= MAX_COUNT ? Math.round(value) : undefined;
}

/** A number from 0 up, for amounts of money and seconds. */
export function amount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= MAX_COUNT ? value : undefined;
}

/** Text that is not empty, as long as an event may hold; null when it is anything else. */
export function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, MAX_TEXT_LENGTH) : null;
}

/** The first count that is known. */
export function firstCount(...values: unknown[]): number | undefined {
  for (const value of values) {
    const known = count(value);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** The sum of what is known; undefined when nothing is. */
export function sum(...values: (number | undefined)[]): number | undefined {
  let total: number | undefined;
  for (const value of values) if (value !== undefined) total = (total ?? 0) + value;
  return total;
}

/** Follows names into nested objects. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => fields(inner)[name], value);
}

/** The text of a body as JSON; undefined when it is none. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
