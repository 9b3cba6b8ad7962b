import { expect, test } from "vitest";
import { readAnalyticsState } from "./analytics-state.ts";

test("each table has an order of its own; an unknown one is the dearest first", () => {
  expect(readAnalyticsState({ sum: "on", users: "calls-up", models: "colour", tab: "x" })).toEqual({
    sum: "on",
    users: "calls-up",
    models: "cost",
  });
  expect(readAnalyticsState({ sum: "yes", users: "" })).toEqual({});
});
