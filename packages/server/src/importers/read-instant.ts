import { parseInstant } from "@outlay/core";

/** In milliseconds since 1970, from ISO 8601 with a zone, or from a number of seconds or milliseconds; null when it is neither. */
export function readInstant(value: unknown): number | null {
  if (typeof value === "string") return parseInstant(value);
  if (typeof value !== "number" || !(value > 0) || !Number.isFinite(value)) return null;
  // seconds until the year 2286, milliseconds from April 1970 on
  return Math.round(value < 10_000_000_000 ? value * 1_000 : value);
}
