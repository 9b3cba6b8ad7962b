import { expect, test } from "vitest";
import type { MarginRow } from "../../api/insights.ts";
import { marginOrderIn, marginOrderText, sortMargins } from "./margin-order.ts";

const row = (key: string | null, margin: number | null, other?: true): MarginRow => ({
  key,
  margin,
  revenue: 0,
  usageCost: margin,
  chargeCost: 0,
  cost: margin,
  marginRatio: null,
  users: null,
  unpricedCalls: 0,
  ...(other ? { other } : {}),
});

test("whoever loses most comes first; what belongs to nobody and the rest stay at the end", () => {
  const rows = [row("other", -99, true), row(null, -50), row("a", 3), row("unknown", null), row("b", -2)];
  const keys = (sort?: string) => sortMargins(rows, marginOrderIn(sort)).map(({ key }) => key);
  expect(keys()).toEqual(["b", "a", "unknown", null, "other"]);
  expect(keys("margin")).toEqual(["a", "b", "unknown", null, "other"]);
});

test.each([undefined, "margin", "revenue", "revenue-up"])("%s is written as it was read", (sort) => {
  expect(marginOrderText(marginOrderIn(sort))).toBe(sort);
});

test("an unknown order is the usual one", () => {
  expect(marginOrderText(marginOrderIn("colour"))).toBeUndefined();
});
