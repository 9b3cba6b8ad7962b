import { expect, test } from "vitest";
import { callsText, usdText } from "./amount-words.ts";

test.each([
  [1_234_500_000_000n, "$1,234.50"],
  [1_000_000_000n, "$1.00"],
  [300_000_000n, "$0.30"],
  [45_000_000n, "$0.045"],
  [420_000n, "$0.00042"],
  [0n, "$0.00"],
])("%d nano-dollars are %s", (nanoUsd, text) => {
  expect(usdText(nanoUsd)).toBe(text);
});

test("one call, many calls", () => {
  expect([callsText(1n), callsText(12_345n)]).toEqual(["1 call", "12,345 calls"]);
});
