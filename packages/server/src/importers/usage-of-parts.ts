import type { EventUsage } from "@outlay/core";

/** Tokens as coding tools count them: beside each other, none a part of another. Absent: the tool did not say. */
export interface TokenParts {
  /** Neither read from a cache nor written to one. */
  input?: number | undefined;
  cacheRead?: number | undefined;
  cacheWrite?: number | undefined;
  /** Of `cacheWrite`: kept for an hour. */
  cacheWrite1h?: number | undefined;
  /** Without `reasoning`. */
  output?: number | undefined;
  reasoning?: number | undefined;
}

/** The same as events count: totals with their parts inside. */
export function usageOfParts(parts: TokenParts): EventUsage {
  const usage: EventUsage = {};
  const inputTokens = sum(parts.input, parts.cacheRead, parts.cacheWrite);
  const outputTokens = sum(parts.output, parts.reasoning);
  if (inputTokens !== undefined) usage.inputTokens = inputTokens;
  if (parts.cacheRead !== undefined) usage.cacheReadTokens = parts.cacheRead;
  if (parts.cacheWrite !== undefined) usage.cacheWriteTokens = parts.cacheWrite;
  if (parts.cacheWrite1h !== undefined && parts.cacheWrite1h > 0) usage.cacheWrite1hTokens = parts.cacheWrite1h;
  if (outputTokens !== undefined) usage.outputTokens = outputTokens;
  if (parts.reasoning !== undefined) usage.reasoningTokens = parts.reasoning;
  return usage;
}

/** Does any part say that something was used? */
export function isAnyUsed(parts: TokenParts): boolean {
  return Object.values(parts).some((count) => count !== undefined && count > 0);
}

function sum(...counts: (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, count) => total + count, 0);
}

/** Why a call is left out that tells how many tokens it took, and not of which kind: there is nothing to price. */
export const TOTAL_ONLY = "calls with a total of tokens only";
