import { metadataFits } from "./event.ts";
import {
  MAX_FUTURE_MS,
  MAX_METADATA_BYTES,
  MAX_TAGS,
  MAX_TEXT_LENGTH,
  MIN_OCCURRED_AT_MS,
  TAG_KEY,
} from "./event-limits.ts";
import { CLEAN_TEXT, isCleanText } from "./clean-text.ts";
import { parseInstant } from "./instant.ts";
import { nearestName, shown, shownName, type Problem } from "./problem.ts";

/** What is being read, and what was found wrong with it. */
export interface Reading {
  nowMs: number;
  /** Now, unless `occurredAt` was read. */
  occurredAtMs: number;
  /** Path of the object that is being read, with a dot: "" or "usage.". */
  prefix: string;
  problems: Problem[];
}

/** Gives the value, or undefined when it is absent or wrong; then the problem has been noted. */
export type FieldReader = (value: unknown, field: string, reading: Reading) => unknown;

/** A reader for each field. Made by `fieldReaders`, so that no inherited name is ever found in it. */
export type FieldReaders = Record<string, FieldReader>;

export function fieldReaders<Name extends string>(readers: Record<Name, FieldReader>): FieldReaders {
  return Object.assign(Object.create(null) as FieldReaders, readers);
}

/** More problems than these are not listed for one object. */
const MAX_PROBLEMS = 20;
const MAX_SUGGESTIONS = 3;

/**
 * Writes every known field of `raw` into `target`; null means absent. Fields without a reader are refused by name.
 * `suggestions`: names for "did you mean", besides those of the readers.
 */
export function readFields(
  raw: object,
  target: object,
  readers: FieldReaders,
  reading: Reading,
  suggestions: { names: readonly string[]; otherWords: Record<string, string> },
): void {
  const from = raw as Record<string, unknown>;
  const to = target as Record<string, unknown>;
  for (const field in from) {
    const reader = readers[field];
    if (reader === undefined) {
      if (Object.hasOwn(from, field)) refuseUnknown(field, suggestions, reading);
      continue;
    }
    const value = from[field];
    if (value === null || value === undefined) continue;
    const read = reader(value, field, reading);
    if (read !== undefined) to[field] = read;
  }
}

export function note(reading: Reading, field: string, code: string, rest: string): undefined {
  if (reading.problems.length >= MAX_PROBLEMS) return;
  const path = reading.prefix + field;
  reading.problems.push({ field: path, code, reason: `${path} ${rest}` });
}

function refuseUnknown(
  field: string,
  suggestions: { names: readonly string[]; otherWords: Record<string, string> },
  reading: Reading,
): void {
  const name = shownName(field);
  // Looking for the nearest name is slow, and nobody needs it twenty times.
  const meant =
    reading.problems.length < MAX_SUGGESTIONS
      ? nearestName(field, suggestions.names, suggestions.otherWords)
      : undefined;
  note(reading, name, "unknown_field", `is not a known field${meant === undefined ? "" : `; did you mean ${meant}?`}`);
}

/** Text of one line; empty text counts as absent. */
export function textReader(maxLength: number, pattern: RegExp = CLEAN_TEXT): FieldReader {
  return (value, field, reading) => {
    if (typeof value !== "string") return note(reading, field, "wrong_type", `is ${shown(value)}; expected text`);
    if (value === "") return undefined;
    if (value.length > maxLength) {
      return note(
        reading,
        field,
        "too_long",
        `is ${shown(value)} with ${value.length} characters; expected at most ${maxLength}`,
      );
    }
    if (!isCleanText(value, pattern)) {
      return note(
        reading,
        field,
        "bad_characters",
        `is ${shown(value)}; expected text without control characters and broken Unicode`,
      );
    }
    return value;
  };
}

const readText = textReader(MAX_TEXT_LENGTH);

/** Text that must have at least one character. */
export function filledTextReader(maxLength: number): FieldReader {
  const read = textReader(maxLength);
  return (value, field, reading) =>
    value === "" ? note(reading, field, "missing_field", "is empty; expected text") : read(value, field, reading);
}

/** A whole number from `min` to `max`. */
export function countReader(min: number, max: number): FieldReader {
  return (value, field, reading) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    const code = typeof value !== "number" ? "wrong_type" : Number.isInteger(value) ? "out_of_range" : "not_whole";
    return note(reading, field, code, `is ${shown(value)}; expected a whole number from ${min} to ${max}`);
  };
}

/** Any number from `min` to `max`. */
export function numberReader(min: number, max: number): FieldReader {
  return (value, field, reading) => {
    if (typeof value === "number" && value >= min && value <= max) return value;
    const code = typeof value === "number" ? "out_of_range" : "wrong_type";
    return note(reading, field, code, `is ${shown(value)}; expected a number from ${min} to ${max}`);
  };
}

/** An instant since 2000 and at most 400 days ahead. It goes into `reading.occurredAtMs`. */
export const readOccurredAt: FieldReader = (value, field, reading) => {
  if (typeof value !== "string" && typeof value !== "number") {
    return note(reading, field, "wrong_type", `is ${shown(value)}; expected ${INSTANT_EXPECTED}`);
  }
  const atMs = typeof value === "number" ? Math.floor(value) : parseInstant(value);
  if (atMs === null) {
    const withZone = typeof value === "string" && parseInstant(`${value}Z`) !== null;
    return note(
      reading,
      field,
      withZone ? "time_without_zone" : "unreadable_time",
      `is ${shown(value)}${withZone ? " without a zone" : ""}; expected ${INSTANT_EXPECTED}`,
    );
  }
  if (atMs >= MIN_OCCURRED_AT_MS && atMs <= reading.nowMs + MAX_FUTURE_MS) {
    reading.occurredAtMs = atMs;
    return undefined;
  }
  const latest = new Date(reading.nowMs + MAX_FUTURE_MS).toISOString().slice(0, 10);
  const hint =
    typeof value === "number" && value * 1_000 >= MIN_OCCURRED_AT_MS && value < 1e11
      ? " (these are seconds; milliseconds are expected)"
      : "";
  return note(
    reading,
    field,
    "time_out_of_range",
    `is ${shown(value)}; expected a time from 2000-01-01 to ${latest}${hint}`,
  );
};

const INSTANT_EXPECTED = "an instant with its zone such as 2026-11-22T05:00:00Z, or milliseconds since 1970";

/** An object of other keys: `{ story: "st-9" }`. */
export const readTags: FieldReader = (value, field, reading) => {
  if (!isPlainObject(value))
    return note(reading, field, "wrong_type", `is ${shown(value)}; expected an object of texts`);
  const keys = Object.keys(value);
  if (keys.length > MAX_TAGS) {
    return note(reading, field, "too_many_tags", `has ${keys.length} keys; expected at most ${MAX_TAGS}`);
  }
  const tags: Record<string, string> = {};
  const { prefix } = reading;
  reading.prefix = `${prefix}${field}.`;
  for (const key of keys) {
    if (!TAG_KEY.test(key)) {
      note(reading, shownName(key), "bad_tag_key", "is not a tag key; expected 1 to 128 characters without : and ,");
      continue;
    }
    const tag = value[key] === null ? undefined : readText(value[key], key, reading);
    if (typeof tag === "string") tags[key] = tag;
  }
  reading.prefix = prefix;
  return keys.length === 0 ? undefined : tags;
};

export const readMetadata: FieldReader = (value, field, reading) => {
  if (!isPlainObject(value)) return note(reading, field, "wrong_type", `is ${shown(value)}; expected an object`);
  if (metadataFits(value)) return value;
  return note(
    reading,
    field,
    "metadata_too_large",
    `cannot be kept; expected at most ${MAX_METADATA_BYTES} bytes of JSON, not nested thousands deep`,
  );
};

export const readBoolean: FieldReader = (value, field, reading) =>
  typeof value === "boolean" ? value : note(reading, field, "wrong_type", `is ${shown(value)}; expected true or false`);

/** Is this a JSON object: neither a list nor an instance of something? */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
