import { describe, expect, test } from "vitest";
import { exactMoney, headlineMoney, money } from "./money.ts";

describe("money", () => {
  test.each([
    [null, "—"],
    [0, "$0.00"],
    [0.000_000_001, "<$0.0001"],
    [0.000_099_9, "<$0.0001"],
    [0.0001, "$0.0001"],
    [0.0004, "$0.0004"],
    [0.004_23, "$0.0042"],
    [0.009_94, "$0.0099"],
    [0.009_96, "$0.010"],
    [0.0423, "$0.042"],
    [0.1, "$0.10"],
    [12.3, "$12.30"],
    [999.99, "$999.99"],
    [999.996, "$1.0k"],
    [4_213.5, "$4.2k"],
    [999_960, "$1.00M"],
    [1_234_567, "$1.23M"],
    [2_000_000_000, "$2.00B"],
    [-1.2, "−$1.20"],
    [-0.000_01, ">−$0.0001"],
  ])("%s reads %s", (usd, text) => {
    expect(money(usd)).toBe(text);
  });

  test("the headline keeps thousands in full, and small amounts legible", () => {
    expect(headlineMoney(4_213.5)).toBe("$4,213.50");
    expect(headlineMoney(0.0004)).toBe("$0.0004");
    expect(headlineMoney(-4_213.5)).toBe("−$4,213.50");
    expect(headlineMoney(12_345_678)).toBe("$12.35M");
    expect(headlineMoney(null)).toBe("—");
  });

  test("the exact value keeps every nano-dollar, and unknown is never a zero", () => {
    expect(exactMoney(0.000_000_001)).toBe("$0.000000001");
    expect(exactMoney(1_234.000_000_567)).toBe("$1,234.000000567");
    expect(exactMoney(3)).toBe("$3.00");
    expect(exactMoney(null)).toBe("no price is known");
  });
});
