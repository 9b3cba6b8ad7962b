import { MAX_COUNT, MAX_TEXT_LENGTH } from "@outlay/core";

/** JSON of somebody else, of which any field may be absent or of another type. */
export type Fields = Record<string, unknown>;

/** The value as an object; an empty one when it is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The value as a list; an empty one when it is none. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that an event takes: without control characters and halves of characters, of one line; null when nothing is left. */
export function textOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  // almost all are; the other way takes ten times as long
  if (value.length <= MAX_TEXT_LENGTH && PLAIN.test(value)) return value;
  const clean = value
    .replace(/[\p{Cc}\p{Cs}]/gu, "")
    .slice(0, MAX_TEXT_LENGTH)
    .trim()
    // the cut may go through a character
    .replace(/\p{Cs}/gu, "");
  return clean === "" ? null : clean;
}

/** Of ASCII, without spaces around. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;

/** The first of these fields that is a text. */
export function firstText(from: Fields, ...names: string[]): string | null {
  for (const name of names) {
    const text = textOf(from[name]);
    if (text !== null) return text;
  }
  return null;
}

/** A field says something that no count can be: the line is named as broken instead of counted wrongly. */
export class BadValue extends Error {}

/** A whole number from 0 up; undefined when the field is absent or null. BadValue when it is anything else. */
export function countIn(from: Fields, name: string): number | undefined {
  const value = from[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT) return value as number;
  throw new BadValue(`${name} is no count of tokens`);
}

/** A number from 0 up, for money and credits; null when it is anything else. */
export function amountOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** Without what is null. */
export function knownOnly(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}
