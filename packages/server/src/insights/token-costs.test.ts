import type { PriceVersion } from "@outlay/core";
import { expect, test } from "vitest";
import { plainInput, tokenCost, type TokenSums } from "./token-costs.ts";

const price: PriceVersion = {
  id: "override:test/model@#1",
  layer: "override",
  provider: "test",
  model: "model",
  startMs: null,
  endMs: null,
  rates: { input: "3", cacheRead: "0.3", output: "15" },
  adjustments: [
    { when: { serviceTier: ["batch"] }, multiply: "0.5" },
    { when: { inputTokensAbove: 200_000 }, multiply: "2", meters: ["input", "cacheRead"] },
  ],
};
const sums: TokenSums = {
  calls: 10n,
  inputTokens: 1_000_000n,
  cacheReadTokens: 400_000n,
  cacheWriteTokens: 0n,
  outputTokens: 10_000n,
  reasoningTokens: 4_000n,
};

test("token sums cost what their calls cost together", () => {
  // 600,000 × 3 + 400,000 × 0.3 + 10,000 × 15 a million; reasoning pays as output.
  expect(tokenCost(price, sums, { atMs: 0 })).toBe(2_070_000_000n);
  expect(tokenCost(price, sums, { atMs: 0, serviceTier: "batch" })).toBe(1_035_000_000n);
});

test("thresholds are decided by the average call", () => {
  // 250,000 tokens a call: 600,000 × 6 + 400,000 × 0.6 + 10,000 × 15 a million.
  expect(tokenCost(price, { ...sums, calls: 4n }, { atMs: 0 })).toBe(3_990_000_000n);
});

test("what cannot be told from sums is null, not a guess", () => {
  expect(tokenCost(price, sums, { atMs: 0, serviceTier: "nobody-knows" })).toBeNull();
  expect(tokenCost({ ...price, rates: { input: "3" } }, sums, { atMs: 0 })).toBeNull();
  expect(tokenCost({ ...price, minimums: { input: 10 } }, sums, { atMs: 0 })).toBeNull();
});

test("plain input is what was neither read from a cache nor written to it", () => {
  expect(plainInput({ ...sums, cacheWriteTokens: 100_000n })).toBe(500_000n);
});
