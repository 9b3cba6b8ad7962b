import { expect, test } from "vitest";
import { orderIn, readEntityState, sortText } from "./use-entity-state.ts";

test("keeps what says something else than the default", () => {
  expect(readEntityState({ of: "ann", sort: "calls-up", find: "an", rows: "100", period: "7d" })).toEqual({
    of: "ann",
    sort: "calls-up",
    find: "an",
    rows: "100",
  });
  expect(readEntityState({ of: "", sort: "cost", find: "", rows: "50" })).toEqual({});
});

test("ignores nonsense", () => {
  expect(readEntityState({ sort: "beauty-up", rows: "many" })).toEqual({});
  expect(readEntityState({ rows: "9999999" })).toEqual({ rows: "1000" });
});

test("an order is read as it is written", () => {
  const order = { metric: "errorRate", descending: false } as const;
  expect(orderIn(sortText(order))).toEqual(order);
  expect(sortText({ metric: "cost", descending: true })).toBeUndefined();
});
