import { divideHalfEven, type PriceVersion } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import type { Finding } from "./savings-finding.ts";
import { taskFilters, taskName, type Task, type Traffic } from "./savings-traffic.ts";
import { smallerModel } from "./smaller-model.ts";
import { tokenCost } from "./token-costs.ts";
import { callsText, usdText } from "./amount-words.ts";

/** A task is simple when its calls are so short on average, and none of them reasons. */
const MAX_OUTPUT_TOKENS = 400n;
/** A longer prompt is no simple task, however short the answer. */
const MAX_INPUT_TOKENS = 8_000n;
/** Fewer calls say little about a task. */
const MIN_CALLS = 10n;

/**
 * Tasks with short answers and no reasoning, at the price of the next smaller model of the same family.
 *
 *   gpt-4o, 1,000 calls of 1,000 tokens in and 100 out: 1,000,000 × 2.50 + 100,000 × 10 a million = 3.50 USD
 *   gpt-4o-mini: 1,000,000 × 0.15 + 100,000 × 0.60 a million = 0.21 USD → 3.29 USD saved
 *
 * The ratio of the two prices is applied to what the calls did cost, so that a discount of theirs stays one.
 */
export function findCheaperModels(ledger: Ledger, traffic: Traffic): Finding[] {
  const smaller = new Map<string, PriceVersion | null>();
  return (traffic.byTask ?? traffic.byModel).filter(isSimple).flatMap((task) => {
    const { provider, model } = task;
    const name = JSON.stringify([provider, model]);
    if (!smaller.has(name)) smaller.set(name, smallerModel(ledger, provider, model, traffic.priceAtMs));
    const other = smaller.get(name) ?? null;
    const finding = other === null ? null : findingOf(ledger, traffic, task, other);
    return finding === null ? [] : [finding];
  });
}

function isSimple({ sums }: Task): boolean {
  const { calls, unpricedCalls, inputTokens, outputTokens, reasoningTokens } = sums;
  return (
    calls >= MIN_CALLS &&
    unpricedCalls === 0n &&
    outputTokens > 0n &&
    reasoningTokens === 0n &&
    outputTokens <= MAX_OUTPUT_TOKENS * calls &&
    inputTokens <= MAX_INPUT_TOKENS * calls
  );
}

function findingOf(ledger: Ledger, traffic: Traffic, task: Task, other: PriceVersion): Finding | null {
  const { sums, provider, model } = task;
  const match = ledger.prices.match(provider, model, traffic.priceAtMs);
  if (!match.found) return null;
  const as = { atMs: traffic.priceAtMs };
  const own = tokenCost(match.version, sums, as);
  const cheaper = tokenCost(other, sums, as);
  if (own === null || cheaper === null || own <= 0n || cheaper >= own) return null;
  const wouldCost = divideHalfEven(sums.costNanoUsd * cheaper, own);
  const saved = sums.costNanoUsd - wouldCost;
  if (saved <= 0n) return null;
  const averageOutput = Math.round(Number(sums.outputTokens) / Number(sums.calls));
  return {
    kind: "cheaper_model",
    title: `${other.model} for ${taskName(task)}`,
    sentence: `These ${callsText(sums.calls)} answer with ${averageOutput} tokens on average and do not reason; with ${other.model} they would have cost ${usdText(wouldCost)} instead of ${usdText(sums.costNanoUsd)}.`,
    savedNanoUsd: saved,
    ofCostNanoUsd: sums.costNanoUsd,
    calls: sums.calls,
    filters: taskFilters(task),
    basis: "estimate",
    assumptions: [
      `${other.model} counts the same tokens and answers at the same length.`,
      "Its answers are good enough for this task: that has to be tried out.",
      `A task counts as simple when on average its prompts have at most ${MAX_INPUT_TOKENS.toLocaleString("en")} tokens and its answers ${MAX_OUTPUT_TOKENS}; single calls may have more.`,
      ...(match.how === "approximate" ? [`The price of ${model} is an approximate match.`] : []),
    ],
    detail: {
      activity: task.activity,
      provider,
      model,
      smallerModel: other.model,
      smallerPriceId: other.id,
      averageOutputTokens: averageOutput,
    },
  };
}
