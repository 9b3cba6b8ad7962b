import {
  addFractions,
  multiplyFractions,
  parseFraction,
  quantities,
  roundToNanoUsd,
  type Fraction,
  type Meter,
  type WireUsage,
} from "@outlay/core";
import type { PriceBook } from "../prices/price-book.ts";
import type { ReportedRow } from "../sync/reported-row.ts";

/** What a reported row comes to at our prices. */
export interface RatedRow {
  /** null: there is no price, or none for a part of it. */
  nanoUsd: bigint | null;
  /** As if nothing had gone through another service tier than the usual one. */
  standardNanoUsd: bigint | null;
}

const DAY_MS = 86_400_000;
/** More than any threshold of a long prompt. */
const LONG_PROMPT = 1_000_000;
/** Sets of rates that are kept for one question. */
const MAX_KEPT = 20_000;
const ZERO: Fraction = { numerator: 0n, denominator: 1n };

/**
 * Rates rows of reports. A row adds up the calls of a day, and prices depend on single calls: a day of short prompts must not be
 * priced as one long one. So the rates are asked for with a prompt of a few tokens, or with a long one where the provider counts
 * long prompts apart, and multiplied with the counts; rounded once. Rates are kept: rows of a day share them.
 */
export function rateReports(prices: PriceBook): (row: ReportedRow, dayMs: number) => RatedRow {
  const known = new Map<string, Map<Meter, Fraction> | null>();
  const ratesOf = (row: ReportedRow, dayMs: number, tier: string | undefined, meters: Meter[]) => {
    const { provider, model, geo, isLongContext } = row;
    const key = JSON.stringify([provider, model, dayMs, tier, geo, isLongContext, meters]);
    let rates = known.get(key);
    if (rates === undefined) {
      rates = findRates(prices, row, dayMs, tier, meters);
      if (known.size >= MAX_KEPT) known.clear();
      known.set(key, rates);
    }
    return rates;
  };
  const ratedAs = (row: ReportedRow, dayMs: number, tier: string | undefined): bigint | null => {
    const { model, usage, requests } = row;
    if (usage === undefined) return 0n;
    if (model === undefined) return null;
    const counted = quantities({ ...usage, requests: requests ?? 0 });
    const meters = Object.keys(counted) as Meter[];
    if (meters.length === 0) return 0n;
    const rates = ratesOf(row, dayMs, tier, meters);
    if (rates === null) return null;
    let cost = ZERO;
    for (const [meter, rate] of rates) {
      const quantity = { numerator: BigInt(Math.round(counted[meter] ?? 0)), denominator: 1n };
      cost = addFractions(cost, multiplyFractions(rate, quantity));
    }
    return roundToNanoUsd(cost);
  };
  return (row, dayMs) => {
    const nanoUsd = ratedAs(row, dayMs, row.tier);
    return { nanoUsd, standardNanoUsd: row.tier === undefined ? nanoUsd : ratedAs(row, dayMs, undefined) };
  };
}

/** Dollars for one of each meter; null: there is no price, or none for one of them. */
function findRates(
  prices: PriceBook,
  { provider, model = "", geo, isLongContext }: ReportedRow,
  dayMs: number,
  serviceTier: string | undefined,
  meters: Meter[],
): Map<Meter, Fraction> | null {
  const { match, lines, missing } = prices.explain({
    provider,
    model,
    occurredAtMs: dayMs + DAY_MS / 2,
    usage: probeOf(new Set(meters), isLongContext === true),
    serviceTier,
    geo,
  });
  // a fee for each request that a price does not have is none
  if (!match.found || missing.some((meter) => meters.includes(meter) && meter !== "requests")) return null;
  // a long prompt may have two lines for a meter: the last is of what is above the threshold
  return new Map(
    lines
      .filter(({ meter }) => meters.includes(meter))
      .map(({ meter, rateUsd, per }) => [
        meter,
        multiplyFractions(parseFraction(rateUsd), { numerator: 1n, denominator: BigInt(per) }),
      ]),
  );
}

/** One of each meter. */
function probeOf(meters: ReadonlySet<Meter>, isLong: boolean): WireUsage {
  const one = (meter: Meter) => (meters.has(meter) ? 1 : 0);
  const plain = isLong ? LONG_PROMPT : one("input");
  const [writes, hourly] = [one("cacheWrite") + one("cacheWrite1h"), one("cacheWrite1h")];
  const audio = one("inputAudio") + one("cacheReadAudio");
  const outputs = one("output") + one("reasoning") + one("outputAudio") + one("outputImage");
  const cached = one("cacheRead") + one("cacheReadAudio");
  return {
    inputTokens: plain + cached + writes + one("inputAudio") + one("inputImage"),
    cacheReadTokens: cached,
    cacheWriteTokens: writes,
    cacheWrite1hTokens: hourly,
    inputAudioTokens: audio,
    cacheReadAudioTokens: one("cacheReadAudio"),
    inputImageTokens: one("inputImage"),
    outputTokens: outputs,
    reasoningTokens: one("reasoning"),
    outputAudioTokens: one("outputAudio"),
    outputImageTokens: one("outputImage"),
    images: one("images"),
    audioSeconds: one("audioSeconds"),
    characters: one("characters"),
    pages: one("pages"),
    searches: one("searches"),
    requests: one("requests"),
  };
}
