import { readFileSync } from "node:fs";
import { checkUsage, formatUsd, type WireUsage } from "@outlay/core";
import { describe, expect, it } from "vitest";
import { openPriceBook } from "./price-book.ts";

/** One case of `catalogue/cases/cost-vectors.json`: counts that do not overlap, and the exact cost worked out by hand. */
interface Vector {
  id: string;
  provider: string;
  model: string;
  at: string;
  serviceTier?: string;
  geo?: string;
  repeat?: number;
  usage: Record<string, number | string>;
  rawUsage?: { cost?: number };
  lines: { bucket: string; qty: number; usd: number; per: number }[];
  expectedUsd: string | null;
  knownWrong?: Record<string, string>;
}

const file = new URL("../../../../catalogue/cases/cost-vectors.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };
const book = await openPriceBook({ storage: null, config: {}, now: () => Date.UTC(2026, 10, 22) });

function toWireUsage(buckets: Vector["usage"]): WireUsage {
  const count = (name: string) => (buckets[name] as number | undefined) ?? 0;
  const cacheRead = count("cacheRead") + count("audioCacheRead");
  const cacheWrite = count("cacheWrite") + count("cacheWrite5m") + count("cacheWrite1h");
  const audio = count("audioInput") + count("audioCacheRead");
  const usage: WireUsage = {
    inputTokens: count("input") + count("audioInput") + cacheRead + cacheWrite,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: count("cacheWrite1h"),
    outputTokens: count("output") + count("audioOutput"),
    reasoningTokens: count("reasoning"),
    inputAudioTokens: audio,
    cacheReadAudioTokens: count("audioCacheRead"),
    outputAudioTokens: count("audioOutput"),
    images: count("images"),
    audioSeconds: count("audioSeconds"),
    characters: count("characters"),
    pages: count("pages"),
    searches: count("webSearches") + count("rerankSearches"),
  };
  if (buckets["requests"] !== undefined) usage.requests = count("requests");
  for (const name of ["imageSize", "imageQuality", "searchContext"] as const) {
    if (buckets[name] !== undefined) usage[name] = buckets[name] as string;
  }
  return usage;
}

const known = [
  "input",
  "output",
  "reasoning",
  "cacheRead",
  "cacheWrite",
  "cacheWrite5m",
  "cacheWrite1h",
  "audioInput",
  "audioCacheRead",
  "audioOutput",
  "images",
  "imageSize",
  "imageQuality",
  "audioSeconds",
  "characters",
  "pages",
  "webSearches",
  "rerankSearches",
  "requests",
  "searchContext",
];

const meters: Record<string, string> = {
  audioInput: "inputAudio",
  audioCacheRead: "cacheReadAudio",
  audioOutput: "outputAudio",
  webSearches: "searches",
  rerankSearches: "searches",
  cacheWrite5m: "cacheWrite",
};

describe("cost vectors", () => {
  it.each(vectors.map((vector) => [vector.id, vector] as const))("%s", (_id, vector) => {
    expect(Object.keys(vector.usage).filter((name) => !known.includes(name))).toEqual([]);
    const usage = toWireUsage(vector.usage);
    checkUsage(usage);
    const call = {
      provider: vector.provider,
      model: vector.model,
      occurredAtMs: Date.parse(vector.at),
      usage,
      serviceTier: vector.serviceTier,
      geo: vector.geo,
      reportedCostUsd: vector.rawUsage?.cost,
    };
    const { rating, lines } = book.explain(call);
    expect(book.rate(call)).toEqual(rating);
    if (vector.expectedUsd === null) {
      expect(rating).toMatchObject({ basis: "unpriced", costNanoUsd: null });
      return;
    }
    let total = 0n;
    for (let i = 0; i < (vector.repeat ?? 1); i++) total += BigInt(book.rate(call).costNanoUsd ?? -1);
    expect(formatUsd(total), rating.note).toBe(vector.expectedUsd);
    expect(Object.values(vector.knownWrong ?? {})).not.toContain(formatUsd(total));
    expect(rating.approximate, rating.note).toBe(false);
    if (rating.basis === "reported" || vector.repeat !== undefined) return;
    const expected = vector.lines.map((line) => [meters[line.bucket] ?? line.bucket, line.qty, line.usd, line.per]);
    const actual = lines.map((line) => [line.meter, line.quantity, Number(line.rateUsd), line.per]);
    expect(actual.toSorted()).toEqual(expected.toSorted());
  });
});
