import { InvalidInput, type UsageEvent } from "@outlay/core";
import type { PriceBook } from "../prices/price-book.ts";
import type { LearnedSizes } from "./learned-sizes.ts";
import type { WorstCase } from "./limit.ts";

/** Where nothing says how much a call gives to read: no common model takes more, and most calls give less. */
const MOST_INPUT_TOKENS = 1_000_000;
const USUAL_INPUT_TOKENS = 4_000;
/** The largest answer that common models give, and what most answers stay below. */
const MOST_OUTPUT_TOKENS = 128_000;
const USUAL_OUTPUT_TOKENS = 2_000;
/** What calls stay below that are alike. */
const LIKELY = 0.95;
/** Of one call. */
const MOST_NANO_USD = 1_000_000 * 1e9;

/**
 * What a call may cost whose usage is only told as the most that it can be, as applications do that make their calls themselves.
 * `mostNanoUsd`: what they say it costs at most, where no price tells.
 */
export function worstCaseOfUsage(
  prices: Pick<PriceBook, "rate">,
  sizes: Pick<LearnedSizes, "size">,
  call: UsageEvent,
  saidNanoUsd: number | null,
): WorstCase {
  const { usage } = call;
  const inputTokens = usage.inputTokens ?? MOST_INPUT_TOKENS;
  const outputTokens = usage.outputTokens ?? MOST_OUTPUT_TOKENS;
  const mostTokens = inputTokens + outputTokens;
  if (saidNanoUsd !== null) return { mostNanoUsd: saidNanoUsd, likelyNanoUsd: null, mostTokens };
  const mostNanoUsd = rated(prices, { ...call, usage: { ...usage, inputTokens, outputTokens } });
  if (mostNanoUsd === null || mostNanoUsd === 0) return { mostNanoUsd, likelyNanoUsd: mostNanoUsd, mostTokens };
  const learned = sizes.size(call, "outputTokens", LIKELY) ?? USUAL_OUTPUT_TOKENS;
  const likely = {
    ...usage,
    inputTokens: usage.inputTokens ?? USUAL_INPUT_TOKENS,
    outputTokens: Math.ceil(Math.min(learned, outputTokens)),
  };
  return { mostNanoUsd, likelyNanoUsd: rated(prices, { ...call, usage: likely }), mostTokens };
}

/** null: no price. */
function rated(prices: Pick<PriceBook, "rate">, call: UsageEvent): number | null {
  try {
    return prices.rate(call).costNanoUsd;
  } catch (error) {
    if (error instanceof InvalidInput) return MOST_NANO_USD;
    throw error;
  }
}
