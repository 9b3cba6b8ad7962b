import {
  addFractions,
  compilePrice,
  METERS,
  multiplyFractions,
  roundToNanoUsd,
  type CompiledPrice,
  type Fraction,
  type Meter,
  type PriceVersion,
} from "@outlay/core";
import type { Sums } from "../storage/storage.ts";

/** What sums tell about the tokens of many calls. Inclusive totals, as in an event. */
export type TokenSums = Pick<
  Sums,
  "calls" | "inputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "outputTokens" | "reasoningTokens"
>;

/** Under which conditions of a price calls are priced, besides the length of their average prompt. */
export interface PricedAs {
  /** For hours and weekdays of the price only: which version counts is the caller's choice. */
  atMs: number;
  serviceTier?: string;
}

/** USD for one token of each meter, of calls that are as long as the average one. */
export type TokenRates = (meter: Meter) => Fraction | null;

/**
 * The rates that calls with these sums pay. Thresholds of the prompt's length are decided by the average call. null when the
 * price knows no such tier, or charges in a way that sums cannot follow: parts of a prompt at another rate, smallest
 * billable quantities.
 */
export function tokenRates(version: PriceVersion, sums: TokenSums, { atMs, serviceTier }: PricedAs): TokenRates | null {
  const calls = sums.calls > 0n ? sums.calls : 1n;
  const table = compiled(version).plainTable({
    occurredAtMs: atMs,
    usage: { inputTokens: Number(sums.inputTokens / calls), outputTokens: Number(sums.outputTokens / calls) },
    serviceTier,
  });
  if (table === null) return null;
  return (meter) => {
    const source = table.source(meter);
    const rate = source === null || source.note !== undefined ? null : table.rate(source.meter);
    return rate === null
      ? null
      : { numerator: rate.numerator, denominator: rate.denominator * BigInt(METERS[meter].per) };
  };
}

/**
 * What the tokens of many calls cost at a price, in nano-dollars, rounded once; null when that cannot be told from sums.
 *
 *   input 1,000,000 of it cached 400,000, output 10,000 at 3 / 0.3 / 15 USD a million
 *   → 600,000 × 3 + 400,000 × 0.3 + 10,000 × 15 = 2.07 USD
 *
 * Sums know no images, seconds, searches, nor which writes are kept for an hour.
 */
export function tokenCost(version: PriceVersion, sums: TokenSums, as: PricedAs): bigint | null {
  const rates = tokenRates(version, sums, as);
  if (rates === null) return null;
  let total: Fraction = { numerator: 0n, denominator: 1n };
  for (const [meter, quantity] of quantitiesOf(sums)) {
    if (quantity === 0n) continue;
    const rate = rates(meter);
    // No price sheet needs a fee for each request.
    if (rate === null && meter === "requests") continue;
    if (rate === null) return null;
    total = addFractions(total, multiplyFractions(rate, { numerator: quantity, denominator: 1n }));
  }
  return roundToNanoUsd(total);
}

/** Input tokens that were neither read from a cache nor written to one. */
export function plainInput(sums: Pick<TokenSums, "inputTokens" | "cacheReadTokens" | "cacheWriteTokens">): bigint {
  const plain = sums.inputTokens - sums.cacheReadTokens - sums.cacheWriteTokens;
  return plain > 0n ? plain : 0n;
}

function quantitiesOf(sums: TokenSums): [Meter, bigint][] {
  return [
    ["input", plainInput(sums)],
    ["cacheRead", sums.cacheReadTokens],
    ["cacheWrite", sums.cacheWriteTokens],
    ["output", sums.outputTokens - sums.reasoningTokens],
    ["reasoning", sums.reasoningTokens],
    ["requests", sums.calls],
  ];
}

/** Versions are few, and the price book keeps each as one object. */
const kept = new WeakMap<PriceVersion, CompiledPrice>();

function compiled(version: PriceVersion): CompiledPrice {
  let price = kept.get(version);
  if (price === undefined) kept.set(version, (price = compilePrice(version)));
  return price;
}
