import type { EventUsage } from "@outlay/core";
import { amount, count, fields, parseJson, type Fields } from "../fields.ts";
import { openaiUsage, readUsage } from "../openai/usage.ts";
import type { Attributes } from "./telemetry-span.ts";

/** Counts in the words of Langfuse's clients; null when there are none. */
export function readLangfuseUsage(attributes: Attributes): EventUsage | null {
  return usageOfDetails(jsonObject(attributes["langfuse.observation.usage_details"]));
}

/**
 * Langfuse's counts stand beside each other: `input` is what is left when each `input_…` has its own. Where there is a
 * total that is the sum of input and output alone, they are inside after all. Providers' own words are read as theirs.
 *
 *   input 50, input_cached_tokens 1,000, output 20 → input 1,050
 */
export function usageOfDetails(details: Fields): EventUsage | null {
  if (Object.keys(details).length === 0) return null;
  if (details["prompt_tokens"] !== undefined || details["input_tokens"] !== undefined) {
    return readUsage(details, openaiUsage);
  }
  const cacheRead = sumOf(details, /cache_read|cached|^cache$/);
  const cacheWrite = sumOf(details, /cache_(write|creation)/);
  const total = count(details["total"]);
  const input = count(details["input"]);
  const output = count(details["output"]);
  const reasoning = sumOf(details, /reasoning|thinking|thoughts/);
  const isInside = total !== undefined && total === (input ?? 0) + (output ?? 0);
  return readUsage(
    {
      prompt_tokens:
        isInside || input === undefined ? input : input + cacheRead + cacheWrite + sumOf(details, /^input_audio/),
      completion_tokens:
        isInside || output === undefined ? output : output + reasoning + sumOf(details, /^output_audio/),
      prompt_tokens_details: {
        cached_tokens: cacheRead || undefined,
        cache_write_tokens: cacheWrite || undefined,
        audio_tokens: sumOf(details, /^input_audio/) || undefined,
      },
      completion_tokens_details: {
        reasoning_tokens: reasoning || undefined,
        audio_tokens: sumOf(details, /^output_audio/) || undefined,
      },
    },
    openaiUsage,
  );
}

/** What the observation cost, in dollars, where its client says. */
export function readLangfuseCost(attributes: Attributes): number | undefined {
  const details = jsonObject(attributes["langfuse.observation.cost_details"]);
  const parts = Object.entries(details).flatMap(([name, value]) => (name === "total" ? [] : [amount(value) ?? 0]));
  return amount(details["total"]) ?? (parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part, 0));
}

function sumOf(details: Fields, names: RegExp): number {
  return Object.entries(details).reduce((sum, [name, value]) => sum + (names.test(name) ? (count(value) ?? 0) : 0), 0);
}

function jsonObject(value: unknown): Fields {
  return fields(typeof value === "string" ? parseJson(value) : value);
}
