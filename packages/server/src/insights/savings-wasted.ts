import { divideHalfEven, usdNumber } from "@outlay/core";
import { isExactly } from "../ledger/filters.ts";
import { totalOf } from "../ledger/sums.ts";
import type { StoredEvent } from "../storage/storage.ts";
import type { Finding } from "./savings-finding.ts";
import type { Traffic } from "./savings-traffic.ts";
import { callsText, usdText } from "./amount-words.ts";

const MAX_LISTED = 5;

/** Calls that were paid and brought nothing: failures, and answers that were paid twice. */
export function findWastedCalls(traffic: Traffic): Finding[] {
  return [failures(traffic), paidTwice(traffic)].filter((finding) => finding !== null);
}

function failures({ failed, total }: Traffic): Finding | null {
  const costly = (failed ?? []).filter(({ sums }) => sums.costNanoUsd > 0n);
  const { calls, costNanoUsd } = totalOf((failed ?? []).map(({ sums }) => sums));
  if (costNanoUsd <= 0n) return null;
  const models = costly.toSorted((a, b) => Number(b.sums.costNanoUsd - a.sums.costNanoUsd));
  return {
    kind: "wasted_calls",
    title: "Failed calls that cost money",
    sentence: `${callsText(calls)} failed and ${usdText(costNanoUsd)} was spent on them, most of it on ${models[0]!.model}.`,
    savedNanoUsd: costNanoUsd,
    ofCostNanoUsd: costNanoUsd,
    calls,
    filters: [isExactly("status", "error")],
    basis: "exact",
    assumptions: ["Nothing of what a failed call brought was of use."],
    detail: {
      models: models.slice(0, MAX_LISTED).map(({ provider, model, sums }) => ({
        provider,
        model,
        calls: Number(sums.calls),
        costUsd: usdNumber(sums.costNanoUsd),
      })),
      /** Attempts above the first among all calls. */
      retries: Number(total.retries),
    },
  };
}

/**
 * Attempts of one call (`metadata.call`, which the gateway writes) of which several succeeded and cost something: all but the last.
 * Where the sample is not everything, its share is taken for the whole.
 */
function paidTwice({ sample, total }: Traffic): Finding | null {
  const repeated = [...Map.groupBy(sample.events.filter(isPaid), callOf)]
    .filter(([call]) => call !== null)
    .flatMap(([, attempts]) => attempts.slice(0, -1));
  const found = repeated.reduce((sum, event) => sum + BigInt(event.costNanoUsd ?? 0), 0n);
  if (found === 0n) return null;
  const lookedAt = BigInt(sample.events.length);
  const scaled = (amount: bigint) => (sample.isWhole ? amount : divideHalfEven(amount * total.calls, lookedAt));
  const saved = scaled(found);
  const calls = scaled(BigInt(repeated.length));
  return {
    kind: "wasted_calls",
    title: "Answers that were paid twice",
    sentence: `${callsText(calls)} had succeeded and ${calls === 1n ? "was" : "were"} sent again all the same; the first answers cost ${usdText(saved)}.`,
    savedNanoUsd: saved,
    ofCostNanoUsd: saved,
    calls,
    filters: [],
    basis: sample.isWhole ? "exact" : "estimate",
    assumptions: [
      "Only attempts that the gateway knew to belong to one call are found.",
      ...(sample.isWhole ? [] : [`Found among ${lookedAt} of ${total.calls} calls, and taken for all in proportion.`]),
    ],
    detail: { lookedAt: Number(lookedAt), examples: repeated.slice(0, MAX_LISTED).map((event) => event.id) },
  };
}

function isPaid(event: StoredEvent): boolean {
  return event.success && (event.costNanoUsd ?? 0) > 0;
}

function callOf({ metadata }: StoredEvent): string | null {
  const call = metadata?.["call"];
  return typeof call === "string" ? call : null;
}
