import { expect, test } from "vitest";
import { callFilters, readLimitsState, withoutSheets } from "./limits-state.ts";

test("an address says which call is meant and what is open, and nothing else", () => {
  const state = readLimitsState({
    user: "al*ice",
    limit: "l-1",
    value: "bob",
    personal: "other",
    period: "7d",
    model: "",
  });
  expect(state).toEqual({ user: "al*ice", limit: "l-1", value: "bob" });
  expect(callFilters(state)).toEqual(["user:al\\*ice"]);
  expect(withoutSheets({ ...state, personal: "set", refusal: "r" })).toEqual({ user: "al*ice" });
});
