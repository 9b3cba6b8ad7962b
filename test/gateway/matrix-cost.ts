import type { Rates } from "./matrix-endpoints.ts";

/** Counts of an event. Totals are inclusive. */
export type Usage = Partial<Record<(typeof COUNTS)[number], number>>;

const COUNTS = [
  "inputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "cacheWrite1hTokens",
  "inputAudioTokens",
  "outputTokens",
  "outputAudioTokens",
  "outputImageTokens",
  "characters",
  "images",
  "audioSeconds",
  "pages",
  "searches",
] as const;

/**
 * The cost by the rules of `catalogue/README.md`, written down a second time and differently: every token belongs to one
 * bucket, a bucket without a rate is paid as the one around it, all is summed up exactly and rounded once, half to even.
 *
 * Claude Sonnet 4.5, 1,010 in of which 1,000 cached, 43 out:
 *   10 × $3 + 1,000 × $0.30 + 43 × $15, a million each = $0.000975 → 975,000 nano-dollars
 */
export function costNanoUsd(usage: Usage, rates: Rates): bigint {
  const n = Object.fromEntries(COUNTS.map((name) => [name, usage[name] ?? 0])) as Required<Usage>;
  const input = rates.input ?? 0;
  const output = rates.output ?? 0;
  const write = rates.cacheWrite ?? input;
  const written5m = n.cacheWriteTokens - n.cacheWrite1hTokens;
  const plainInput = n.inputTokens - n.cacheReadTokens - n.cacheWriteTokens - n.inputAudioTokens;
  const plainOutput = n.outputTokens - n.outputAudioTokens - n.outputImageTokens;
  const billedSeconds = n.audioSeconds === 0 ? 0 : Math.max(n.audioSeconds, rates.leastSeconds ?? 0);
  /** Count, dollars, for so many. */
  const lines: [number, number, bigint][] = [
    [plainInput, input, MILLION],
    [n.cacheReadTokens, rates.cacheRead ?? input, MILLION],
    [written5m, write, MILLION],
    [n.cacheWrite1hTokens, rates.cacheWrite1h ?? write, MILLION],
    [n.inputAudioTokens, rates.inputAudio ?? input, MILLION],
    [plainOutput, output, MILLION],
    [n.outputAudioTokens, rates.outputAudio ?? output, MILLION],
    [n.outputImageTokens, rates.outputImage ?? output, MILLION],
    [n.characters, rates.characters ?? 0, MILLION],
    [n.images, rates.image ?? 0, 1n],
    [billedSeconds, rates.audioHour ?? 0, 3_600n],
    [n.pages, rates.pages ?? 0, 1_000n],
    [n.searches, rates.searches ?? 0, 1_000n],
  ];
  // In nano-dollars × SCALE; every divisor above divides SCALE.
  const exact = lines
    .map(([count, usd, per]) => BigInt(count) * BigInt(Math.round(usd * 1e6)) * 1_000n * (SCALE / per))
    .reduce((a, b) => a + b, 0n);
  return roundHalfToEven(exact, SCALE);
}

const MILLION = 1_000_000n;
const SCALE = 9n * MILLION;

function roundHalfToEven(value: bigint, divisor: bigint): bigint {
  const whole = value / divisor;
  const rest = 2n * (value % divisor);
  const isUp = rest > divisor || (rest === divisor && whole % 2n === 1n);
  return isUp ? whole + 1n : whole;
}
