import { expect, test } from "vitest";
import { isOwner, readInsightsState } from "./insights-state.ts";

test("keeps what says something else than the default, and drops what it does not know", () => {
  expect(
    readInsightsState({ tab: "margin", owner: "tag:plan", by: "model", of: "model", a: "x", period: "7d" }),
  ).toEqual({
    tab: "margin",
    owner: "tag:plan",
    of: "model",
    a: "x",
  });
  expect(readInsightsState({ tab: "forecast", owner: "model", by: "nonsense", all: "yes", models: "" })).toEqual({});
});

test.each([
  ["customer", true],
  ["tag:plan", true],
  ["tag:", false],
  ["model", false],
  ["", false],
])("charges can belong to %s: %s", (dimension, can) => {
  expect(isOwner(dimension)).toBe(can);
});
