import { divideHalfEven, type PriceVersion } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { totalOf } from "../ledger/sums.ts";
import type { Sums } from "../storage/storage.ts";
import { tokenCost } from "./token-costs.ts";

const DAY_MS = 86_400_000;

/** A stretch of time in which prices are taken as constant. */
export interface Stretch {
  startMs: number;
  endMs: number;
}

/**
 * Cuts a period where the price of one of the models changed, at the nearest start of a UTC day: sums are kept by that.
 * Nearly always it stays in one piece.
 */
export function stretchesOf(
  ledger: Ledger,
  period: Stretch,
  models: Iterable<{ provider: string; model: string }>,
): Stretch[] {
  const starts = new Set([period.startMs]);
  for (const { provider, model } of models) {
    for (const { startMs } of ledger.prices.history(provider, model)) {
      const dayMs = startMs === null ? 0 : Math.round(startMs / DAY_MS) * DAY_MS;
      if (dayMs > period.startMs && dayMs < period.endMs) starts.add(dayMs);
    }
  }
  const sorted = [...starts].toSorted((a, b) => a - b);
  return sorted.map((startMs, index) => ({ startMs, endMs: sorted[index + 1] ?? period.endMs }));
}

/** One model's sums in each stretch of a period. */
export interface Stretched {
  stretches: Stretch[];
  sums: Sums[];
}

/**
 * How much more a model's calls of now cost than they would have at the prices of before, in nano-dollars; null when the price of
 * either time is not known or does not follow from token sums.
 *
 *   now 1,000,000 tokens in, at 3 USD; before they were at 2 USD; they cost 3 USD
 *   → 3 × (3 − 2) / 3 = 1 USD
 *
 * It is a share of what the calls did cost: a batch at half the price that cost 1.50 USD has 0.50 USD of it. Where the price
 * changed within the period before, its prices count by their calls.
 */
export function priceDifference(
  ledger: Ledger,
  of: { provider: string; model: string },
  before: Stretched,
  now: Stretched,
): bigint | null {
  const nowMs = ledger.now();
  const versionsIn = ({ stretches, sums }: Stretched) =>
    stretches.flatMap((stretch, index) =>
      sums[index]!.calls === 0n
        ? []
        : [{ sums: sums[index]!, version: versionAt(ledger, of, middleOf(stretch, nowMs)) }],
    );
  const then = versionsIn(before);
  const today = versionsIn(now);
  if (isOnePrice([...then, ...today].map((it) => it.version))) return 0n;
  const whole = totalOf(now.sums);
  // The same hour and weekday for both, or a price that depends on them would seem to have changed.
  const atMs = middleOf(now.stretches[0]!, nowMs);
  let atNow = 0n;
  for (const { version, sums } of today) {
    const cost = version === null ? null : tokenCost(version, sums, { atMs });
    if (cost === null) return null;
    atNow += cost;
  }
  let weighted = 0n;
  let callsBefore = 0n;
  for (const { version, sums } of then) {
    const cost = version === null ? null : tokenCost(version, whole, { atMs });
    if (cost === null) return null;
    weighted += cost * sums.calls;
    callsBefore += sums.calls;
  }
  if (callsBefore === 0n) return null;
  const atBefore = divideHalfEven(weighted, callsBefore);
  return atNow === 0n ? -atBefore : divideHalfEven(whole.costNanoUsd * (atNow - atBefore), atNow);
}

function versionAt(ledger: Ledger, of: { provider: string; model: string }, atMs: number): PriceVersion | null {
  const match = ledger.prices.match(of.provider, of.model, atMs);
  return match.found ? match.version : null;
}

function isOnePrice(versions: (PriceVersion | null)[]): boolean {
  const [first] = versions;
  return first !== null && versions.every((version) => version?.id === first?.id);
}

/** Of what has passed of it. */
function middleOf({ startMs, endMs }: Stretch, nowMs: number): number {
  return (startMs + Math.max(startMs, Math.min(endMs, nowMs))) / 2;
}
