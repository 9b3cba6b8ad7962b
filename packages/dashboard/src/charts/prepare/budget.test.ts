import { describe, expect, test } from "vitest";
import { prepareBudget, usedText } from "./budget.ts";

const budget = { amountUsd: 100, spentUsd: 42, reservedUsd: 0, projectedUsd: null, thresholdsPercent: [90, 70, 100] };

describe("a budget", () => {
  test.each([
    [0, "ok", null],
    [69.99, "ok", null],
    [70, "threshold", 70],
    [99.99, "threshold", 90],
    [100, "threshold", 100],
    [100.01, "over", 100],
    [-4, "ok", null],
  ])("with $%s spent of $100 is %s", (spentUsd, state, passedPercent) => {
    expect(prepareBudget({ ...budget, spentUsd })).toMatchObject({ state, passedPercent });
  });

  test("of nothing is over as soon as something is spent", () => {
    expect(prepareBudget({ ...budget, amountUsd: 0, spentUsd: 0 })).toMatchObject({ state: "ok", ratio: null, max: 1 });
    expect(prepareBudget({ ...budget, amountUsd: 0, spentUsd: 0.01 })).toMatchObject({ state: "over", max: 0.01 });
  });

  test("is as long as the farthest of what is spent, reserved and projected", () => {
    expect(prepareBudget({ ...budget, spentUsd: 98, reservedUsd: 4 }).max).toBe(102);
    expect(prepareBudget({ ...budget, projectedUsd: 140 }).max).toBe(140);
    expect(prepareBudget(budget).max).toBe(100);
  });

  test("in words", () => {
    expect(prepareBudget({ ...budget, spentUsd: 71, reservedUsd: 4, projectedUsd: 104 }).text).toBe(
      "$71.00 of $100.00 spent (71%); $4.00 reserved for calls that run; projected $104.00 (104%); past 70%.",
    );
    expect(prepareBudget({ ...budget, spentUsd: 130 }).text).toBe("$130.00 of $100.00 spent (130%); over by $30.00.");
  });
});

test.each([
  [0.42, "42%"],
  [1, "100%"],
  [1.0001, "100.1%"],
  [1.3, "130%"],
  [4_213, "4,213×"],
  [-0.1, "0%"],
])("%s reads %s", (ratio, text) => {
  expect(usedText(ratio)).toBe(text);
});
