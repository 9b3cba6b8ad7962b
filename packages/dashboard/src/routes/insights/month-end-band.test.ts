import { expect, test } from "vitest";
import { monthEndBand } from "./month-end-band.ts";

test("only what is still to come is uncertain", () => {
  expect(monthEndBand({ spent: 60, projectedMonthEnd: 85 }, 20)).toEqual({ value: 85, low: 80, high: 90 });
  expect(monthEndBand({ spent: 60, projectedMonthEnd: 60 }, 50)).toEqual({ value: 60, low: 60, high: 60 });
});

test("a month never ends below what is spent", () => {
  expect(monthEndBand({ spent: 60, projectedMonthEnd: 85 }, 300)?.low).toBe(60);
});

test("what is not known stays so", () => {
  expect(monthEndBand({ spent: 60, projectedMonthEnd: 85 }, null)).toEqual({ value: 85, low: null, high: null });
  expect(monthEndBand({ spent: 0, projectedMonthEnd: null }, 20)).toBeNull();
});
