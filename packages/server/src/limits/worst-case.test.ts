import { beforeAll, describe, expect, it } from "vitest";

import { openPriceBook, type PriceBook } from "../prices/price-book.ts";
import type { LearnedSizes } from "./learned-sizes.ts";
import { worstCaseOf, type AskedCall } from "./worst-case.ts";

const now = Date.parse("2026-11-22T12:00:00Z");
let prices: PriceBook;

beforeAll(async () => {
  const overrides = [
    { model: "plain", rates: { input: "1", output: "10" } },
    { model: "written", rates: { input: "1", cacheWrite: "1.25", cacheWrite1h: "2", output: "0" } },
    {
      model: "long",
      rates: { input: "1", output: "0" },
      adjustments: [{ when: { inputTokensAbove: 200_000 }, rates: { input: "2" } }],
    },
    {
      model: "tiers",
      rates: { input: "0", output: "10" },
      adjustments: [
        { when: { serviceTier: ["priority"] }, multiply: "2" },
        { when: { serviceTier: ["flex"] }, multiply: "1/2" },
      ],
    },
    { model: "free", rates: { input: "0", output: "0" } },
    { model: "pictures", rates: { images: "0.04" } },
    { model: "spoken", rates: { characters: "15" } },
    { model: "heard", rates: { audioSeconds: "0.36" } },
    { model: "pages", rates: { pages: "4" } },
    { model: "ranked", rates: { searches: "2" } },
  ].map((price) => ({ provider: "openai", startMs: null, endMs: null, adjustments: [], ...price }));
  prices = await openPriceBook({ storage: null, config: { overrides }, now: () => now });
});

const nothingLearned: LearnedSizes = {
  learn: () => {},
  size: () => null,
  wantsBytes: () => false,
  close: async () => {},
};

function asked(model: string, more: Partial<AskedCall> = {}): AskedCall {
  return {
    provider: "openai",
    operation: "chat",
    model,
    atMs: now,
    request: { textBytes: 1_000, pictures: 0, mediaBytes: 0, cacheWrites: "none", maySearch: false },
    maxOutputTokens: 1_000,
    choices: 1,
    serviceTier: null,
    geo: null,
    usage: {},
    ...more,
  };
}

const worst = (model: string, more: Partial<AskedCall> = {}, sizes = nothingLearned) =>
  worstCaseOf(prices, sizes, asked(model, more));
const size = (more: Partial<AskedCall["request"]>) => ({ request: { ...asked("").request, ...more } });

it("is a token for each byte, and all that may be generated", () => {
  // 1,000 in at $1 a million and 1,000 out at $10: 0.001 + 0.01 dollars
  expect(worst("plain")).toEqual({ mostNanoUsd: 11_000_000, likelyNanoUsd: 10_400_000, mostTokens: 2_000 });
  expect(worst("plain", { choices: 3 }).mostNanoUsd).toBe(31_000_000);
  expect(worst("plain", { maxOutputTokens: null }).mostNanoUsd).toBe(1_281_000_000);
});

it("without a price it is not known; free is free, however much it is", () => {
  expect(worst("never-heard-of")).toEqual({ mostNanoUsd: null, likelyNanoUsd: null, mostTokens: 2_000 });
  expect(worst("free")).toMatchObject({ mostNanoUsd: 0, likelyNanoUsd: 0 });
  expect(worst("plain", { maxOutputTokens: 0, ...size({ textBytes: 0 }) }).mostNanoUsd).toBeGreaterThan(0);
});

it("pays what the call will pay: tier, long prompts, what is written to a cache", () => {
  expect(worst("tiers").mostNanoUsd).toBe(10_000_000);
  expect(worst("tiers", { serviceTier: "priority" }).mostNanoUsd).toBe(20_000_000);
  // It may be served at the usual price instead.
  expect(worst("tiers", { serviceTier: "flex" }).mostNanoUsd).toBe(10_000_000);
  expect(worst("long", size({ textBytes: 200_000 })).mostNanoUsd).toBe(200_000_000);
  expect(worst("long", size({ textBytes: 200_001 })).mostNanoUsd).toBe(400_002_000);
  expect(worst("written", size({ cacheWrites: "short" })).mostNanoUsd).toBe(1_250_000);
  expect(worst("written", size({ cacheWrites: "long" })).mostNanoUsd).toBe(2_000_000);
});

describe("what is not billed by tokens", () => {
  it.each([
    ["image", "pictures", { choices: 2 }, 80_000_000],
    ["audio", "spoken", { usage: { characters: 1_000 } }, 15_000_000],
    // A megabyte of the most compressed speech: 1,000 seconds.
    ["audio", "heard", size({ textBytes: 0, mediaBytes: 1_000_000 }), 100_000_000],
    ["ocr", "pages", {}, 4_000_000_000],
    ["rerank", "ranked", {}, 4_000_000],
  ])("%s: %s", (operation, model, more, mostNanoUsd) => {
    expect(worst(model, { operation, ...more }).mostNanoUsd).toBe(mostNanoUsd);
    expect(worst(model, { operation, ...more }).likelyNanoUsd).toBeLessThanOrEqual(mostNanoUsd);
  });
});

it("learns what is likely, and never takes less for the most than was seen", () => {
  const short = learned({ outputTokens: 100, inputTokensPerKilobyte: 256 });
  // 250 in, 100 out
  expect(worst("plain", { maxOutputTokens: 64_000 }, short).likelyNanoUsd).toBe(1_250_000);
  expect(worst("plain", { maxOutputTokens: 50 }, short).likelyNanoUsd).toBe(750_000);
  // Behind an id stands more than the request says.
  const behindAnId = learned({ "inputTokensPerKilobyte, most": 10_240 });
  expect(worst("plain", {}, behindAnId).mostNanoUsd).toBe(20_000_000);
  expect(worst("plain", { maxOutputTokens: null }, learned({ "outputTokens, most": 200_000 })).mostNanoUsd).toBe(
    2_001_000_000,
  );
});

it("pictures are not counted as text", () => {
  const picture = worst("plain", { maxOutputTokens: 0, ...size({ textBytes: 500, pictures: 1 }) });
  expect(picture.mostNanoUsd).toBe(50_500_000);
  expect(picture.likelyNanoUsd).toBe(2_200_000);
});

/** What was learned of every route: by size for what is likely, by `size, most` for the largest. */
function learned(values: Partial<Record<string, number>>): LearnedSizes {
  return {
    ...nothingLearned,
    size: (_, name, q) => (q < 1 ? (values[name] ?? null) : (values[`${name}, most`] ?? null)),
  };
}
