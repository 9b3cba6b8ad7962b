import { divideHalfEven } from "@outlay/core";

/** Why a cost differs, in nano-dollars. The four add up to the difference exactly. */
export interface ChangeParts {
  /** More or fewer calls, at the cost per call of before. */
  calls: bigint;
  /** Longer or shorter calls of the same model: more tokens, or another share of them from a cache. */
  length: bigint;
  /** Dearer or cheaper models: other models do another share of the calls. */
  model: bigint;
  /** The price of the same model is another. */
  price: bigint;
}

/** One model in both periods. Only calls whose cost is known count. */
export interface ModelChange {
  before: PricedCalls;
  now: PricedCalls;
  /** How much more now's tokens cost than at the prices of before; 0 where that is not known. */
  priceNanoUsd: bigint;
}

export interface PricedCalls {
  calls: bigint;
  costNanoUsd: bigint;
}

/**
 * Splits the difference of one group's cost between two periods.
 *
 *             before               now                   of it by its price
 *   small     10 calls, 10 USD     10 calls, 15 USD      0
 *   large     10 calls, 30 USD     20 calls, 66 USD      6 USD (10 % dearer)
 *   together  20 calls, 40 USD     30 calls, 81 USD      difference 41 USD
 *
 *   calls   (30 − 20) × 40/20                     = 20   ten more calls at 2 USD
 *   model   10 × 10/10 + 20 × 30/10 − 30 × 40/20  = 10   at each model's cost per call of before, against 2 USD for any call
 *   price   0 + 6                                 =  6
 *   length  (15 − 10) + (66 − 60 − 6)             =  5   what is left: small's calls went from 1 to 1.50 USD
 *
 * A model that nobody used before has no cost per call of before: what it costs now stands for it, so all of it is `model`.
 * A group that is new or gone has nothing to compare with: all of it is `calls`. Each part is rounded to nano-dollars once,
 * and `length` takes what the rounding leaves.
 */
export function splitDifference(models: readonly ModelChange[]): ChangeParts {
  const before = total(models.map((model) => model.before));
  const now = total(models.map((model) => model.now));
  const difference = now.costNanoUsd - before.costNanoUsd;
  if (before.calls <= 0n || now.calls <= 0n) return { calls: difference, length: 0n, model: 0n, price: 0n };
  const calls = divideHalfEven((now.calls - before.calls) * before.costNanoUsd, before.calls);
  const atCostOfBefore = models.reduce((sum, model) => sum + costOfSameCalls(model), 0n);
  const model = atCostOfBefore - divideHalfEven(now.calls * before.costNanoUsd, before.calls);
  const price = models.reduce((sum, it) => sum + (isInBoth(it) ? it.priceNanoUsd : 0n), 0n);
  return { calls, length: difference - calls - model - price, model, price };
}

/** What now's calls of a model would cost if each cost what it did before. */
function costOfSameCalls(model: ModelChange): bigint {
  const { before, now } = model;
  return isInBoth(model) ? divideHalfEven(now.calls * before.costNanoUsd, before.calls) : now.costNanoUsd;
}

function isInBoth({ before, now }: ModelChange): boolean {
  return before.calls > 0n && now.calls > 0n;
}

function total(parts: PricedCalls[]): PricedCalls {
  return parts.reduce(
    (sum, part) => ({ calls: sum.calls + part.calls, costNanoUsd: sum.costNanoUsd + part.costNanoUsd }),
    { calls: 0n, costNanoUsd: 0n },
  );
}
