import type { EventUsage } from "@outlay/core";
import { countIn, type Fields } from "../read-values.ts";

/** What Codex counts. The input contains what was cached, the output the reasoning. */
export interface Counters {
  input: number;
  cached: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
}

const ZERO: Counters = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
const NAMES = Object.keys(ZERO) as (keyof Counters)[];

/** Counters from an object with the names of rollouts, or of what `codex exec --json` printed over time. */
export function countersIn(usage: Fields): Counters {
  return {
    input: firstCount(usage, "input_tokens", "prompt_tokens", "input"),
    cached: firstCount(usage, "cached_input_tokens", "cache_read_input_tokens", "cached_tokens"),
    cacheWrite: firstCount(usage, "cache_write_input_tokens"),
    output: firstCount(usage, "output_tokens", "completion_tokens", "output"),
    reasoning: firstCount(usage, "reasoning_output_tokens", "reasoning_tokens"),
  };
}

function firstCount(usage: Fields, ...names: string[]): number {
  for (const name of names) {
    const count = countIn(usage, name);
    if (count !== undefined) return count;
  }
  return 0;
}

/** The whole vector: totals alone collide. */
export function keyOf(counters: Counters): string {
  return NAMES.map((name) => counters[name]).join(",");
}

export function isZero(counters: Counters): boolean {
  return NAMES.every((name) => counters[name] === 0);
}

/** What came since; null when any counter fell: the session was compacted or rolled back. */
export function differenceOf(total: Counters, before: Counters): Counters | null {
  const difference = { ...ZERO };
  for (const name of NAMES) {
    difference[name] = total[name] - before[name];
    if (difference[name] < 0) return null;
  }
  return difference;
}

export function usageOf({ input, cached, cacheWrite, output, reasoning }: Counters): EventUsage {
  return {
    inputTokens: input,
    cacheReadTokens: cached,
    ...(cacheWrite > 0 ? { cacheWriteTokens: cacheWrite } : {}),
    outputTokens: output,
    reasoningTokens: reasoning,
  };
}
