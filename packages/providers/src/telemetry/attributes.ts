import { amount, count } from "../fields.ts";
import { cleanText } from "../clean.ts";
import type { AttributeValue, Attributes } from "./telemetry-span.ts";

/** The first of these attributes that is text; a number is one too, and the first of a list stands for it. */
export function firstText(attributes: Attributes, names: readonly string[]): string | null {
  for (const name of names) {
    const found = textOf(attributes[name]);
    if (found !== null) return found;
  }
  return null;
}

function textOf(value: AttributeValue): string | null {
  if (typeof value === "string") return cleanText(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return Array.isArray(value) ? textOf((value as readonly AttributeValue[])[0]) : null;
}

/** The first of these attributes that counts something: a whole number from 0 up, also as text. */
export function firstTokens(attributes: Attributes, names: readonly string[]): number | undefined {
  for (const name of names) {
    const found = count(numberOf(attributes[name]));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first of these attributes that is a number from 0 up, also as text. */
export function firstAmount(attributes: Attributes, names: readonly string[]): number | undefined {
  for (const name of names) {
    const found = amount(numberOf(attributes[name]));
    if (found !== undefined) return found;
  }
  return undefined;
}

function numberOf(value: AttributeValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" && /^\s*\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : undefined;
}
