import { usdNumber } from "@outlay/core";
import type { Estimate } from "./intervals.ts";

/** Single calls that a comparison may read. The store reads them in a thread of its own. */
export const READ_LIMIT = 1_000_000;

/** An estimate in nano-dollars as dollars, exact to nine decimals. Costs are never below nothing; differences may be. */
export function inUsd(estimate: Estimate | null, leastNanoUsd = 0): Estimate | null {
  if (estimate === null) return null;
  const usd = (nanoUsd: number) => usdNumber(Math.round(Math.max(leastNanoUsd, nanoUsd)));
  const bound = (nanoUsd: number | null) => (nanoUsd === null ? null : usd(nanoUsd));
  return { value: usd(estimate.value), low: bound(estimate.low), high: bound(estimate.high) };
}
