import { parseEvent, type UsageEvent } from "@outlay/core";
import { expect, it } from "vitest";
import { openPriceBook } from "../prices/price-book.ts";
import { worstCaseOfUsage } from "./asked-tokens.ts";

const now = () => Date.parse("2026-11-22T12:00:00Z");
/** One dollar for a million tokens in, ten out; the free one has a price, too. */
const prices = await openPriceBook({
  storage: null,
  now,
  config: {
    refresh: { enabled: false },
    overrides: [
      { model: "small", rates: { input: "1", output: "10" } },
      { model: "free", rates: { input: "0", output: "0" } },
    ].map((price) => ({ ...price, provider: "test", startMs: null, endMs: null, adjustments: [] })),
  },
});
const sizes = (outputTokens: number | null) => ({ size: () => outputTokens });

function call(usage: object, model = "small"): UsageEvent {
  const { event } = parseEvent({ provider: "test", model, usage }, now());
  return event!;
}

it("takes what is said as the most, and what calls like it have used as likely", () => {
  const asked = call({ inputTokens: 1_000, outputTokens: 64_000 });
  expect(worstCaseOfUsage(prices, sizes(300), asked, null)).toEqual({
    mostNanoUsd: 1_000_000 + 640_000_000,
    likelyNanoUsd: 1_000_000 + 3_000_000,
    mostTokens: 65_000,
  });
  // Nobody answers with more than was allowed.
  expect(worstCaseOfUsage(prices, sizes(300), call({ inputTokens: 1_000, outputTokens: 100 }), null)).toMatchObject({
    mostNanoUsd: 2_000_000,
    likelyNanoUsd: 2_000_000,
  });
});

it("takes the most that models do where nothing is said, and the usual where nothing is learned", () => {
  expect(worstCaseOfUsage(prices, sizes(null), call({}), null)).toEqual({
    mostNanoUsd: 1_000_000_000 + 1_280_000_000,
    likelyNanoUsd: 4_000_000 + 20_000_000,
    mostTokens: 1_128_000,
  });
});

it("tells free models from those without a price, and believes what is said where no price tells", () => {
  expect(worstCaseOfUsage(prices, sizes(300), call({}, "free"), null)).toMatchObject({
    mostNanoUsd: 0,
    likelyNanoUsd: 0,
  });
  expect(worstCaseOfUsage(prices, sizes(300), call({}, "nobody-knows"), null)).toMatchObject({
    mostNanoUsd: null,
    likelyNanoUsd: null,
  });
  const said = worstCaseOfUsage(prices, sizes(300), call({}, "nobody-knows"), 250_000_000);
  expect(said).toMatchObject({ mostNanoUsd: 250_000_000, likelyNanoUsd: null });
});

it("stays below what any call costs, whatever is said", () => {
  const huge = call({ inputTokens: 1e12, outputTokens: 1e12 });
  expect(worstCaseOfUsage(prices, sizes(300), huge, null).mostNanoUsd).toBe(1e15);
});
