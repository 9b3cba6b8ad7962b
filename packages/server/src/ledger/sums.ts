import { SUM_NAMES, type Sums } from "../storage/storage.ts";

export function emptySums(): Sums {
  return {
    calls: 0n,
    errors: 0n,
    costNanoUsd: 0n,
    inputTokens: 0n,
    cacheReadTokens: 0n,
    cacheWriteTokens: 0n,
    outputTokens: 0n,
    reasoningTokens: 0n,
    cacheSavingsNanoUsd: 0n,
    avoidedNanoUsd: 0n,
    unpricedCalls: 0n,
    unpricedTokens: 0n,
    estimatedCalls: 0n,
    retries: 0n,
    durationUs: 0n,
    durationCalls: 0n,
  };
}

/** All sums, latency sketches included. */
export function totalOf(parts: Iterable<Sums>): Sums {
  const total = emptySums();
  for (const part of parts) {
    for (const name of SUM_NAMES) total[name] += part[name];
    if (part.latency !== undefined) total.latency = mergeSketch(total.latency, part.latency, 1);
  }
  return total;
}

/** What is left of a whole without its parts. */
export function restOf(whole: Sums, parts: Iterable<Sums>): Sums {
  const rest = totalOf([whole]);
  for (const part of parts) {
    for (const name of SUM_NAMES) rest[name] -= part[name];
    if (part.latency !== undefined) rest.latency = mergeSketch(rest.latency, part.latency, -1);
  }
  return rest;
}

/** Sketches count calls by bucket of duration, so they add and subtract exactly. */
function mergeSketch(
  into: Map<number, number> = new Map(),
  from: Map<number, number>,
  sign: 1 | -1,
): Map<number, number> {
  for (const [bucket, count] of from) into.set(bucket, (into.get(bucket) ?? 0) + sign * count);
  return into;
}
