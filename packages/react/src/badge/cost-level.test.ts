import { expect, test } from "vitest";
import { costLevel } from "./cost-level.ts";

test.each([
  [0, "low"],
  [0.009_999, "low"],
  [0.01, "middle"],
  [0.1, "middle"],
  [0.100_001, "high"],
])("%s dollars are %s", (usd, level) => {
  expect(costLevel(usd)).toBe(level);
});

test("where the levels change can be set", () => {
  const thresholds = { middleUsd: 1, highUsd: 5 };
  expect([0.99, 1, 5, 5.01].map((usd) => costLevel(usd, thresholds))).toEqual(["low", "middle", "middle", "high"]);
});
