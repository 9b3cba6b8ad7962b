import { expect, test } from "vitest";
import { costLevel } from "./badge.tsx";

test.each([
  [0, "low"],
  [0.009_999_999, "low"],
  [0.01, "middle"],
  [0.1, "middle"],
  [0.100_000_001, "high"],
])("%s dollars are %s", (usd, level) => {
  expect(costLevel(usd)).toBe(level);
});
