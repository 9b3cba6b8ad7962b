import type { EventUsage } from "@outlay/core";

/** Tokens as Google counts them: what was cached is part of the prompt; thoughts and the prompt of tools stand apart. */
export interface GoogleCounts {
  prompt: number | undefined;
  candidates: number | undefined;
  cached: number | undefined;
  thoughts: number | undefined;
  tool: number | undefined;
  total: number | undefined;
}

/**
 * The same as events count. Compatible servers put thoughts and tools inside the other two; the total tells.
 *
 * 15,327 prompt (11,526 cached) + 23 + 919 thoughts + 7 tool = 16,276 → input 15,334, output 942
 */
export function usageOfGoogle({ prompt, candidates, cached, thoughts, tool, total }: GoogleCounts): EventUsage {
  const [input, output] = [prompt ?? 0, candidates ?? 0];
  const apart = (thoughts ?? 0) + (tool ?? 0);
  const isInside = apart > 0 && total === input + output;
  return {
    inputTokens: isInside ? input : input + (tool ?? 0),
    ...(cached === undefined ? {} : { cacheReadTokens: cached }),
    outputTokens: isInside ? output : output + (thoughts ?? 0),
    ...(thoughts === undefined ? {} : { reasoningTokens: thoughts }),
  };
}
