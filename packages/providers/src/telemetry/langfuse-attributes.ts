import type { EventUsage } from "@outlay/core";
import { amount, fields, parseJson, type Fields } from "../fields.ts";
import { usageOfDetails } from "./langfuse-usage.ts";
import type { AttributeValue } from "./telemetry-span.ts";

/** Counts in the words of Langfuse's clients; null when there are none. */
export function readLangfuseUsage(details: AttributeValue): EventUsage | null {
  return details === undefined ? null : usageOfDetails(jsonObject(details));
}

/** What the observation cost, in dollars, where its client says. */
export function readLangfuseCost(details: AttributeValue): number | undefined {
  return details === undefined ? undefined : costOfDetails(jsonObject(details));
}

/** The total of a cost in the words of Langfuse's clients, or the sum of its parts; undefined when there is none. */
export function costOfDetails(details: Fields): number | undefined {
  const parts = Object.entries(details).flatMap(([name, value]) => (name === "total" ? [] : [amount(value) ?? 0]));
  return amount(details["total"]) ?? (parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part, 0));
}

function jsonObject(value: unknown): Fields {
  return fields(typeof value === "string" ? parseJson(value) : value);
}
