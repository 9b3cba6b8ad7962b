import { expect, test } from "vitest";
import { readSessionsState } from "./use-sessions-state.ts";

test("keeps what says something else than the default", () => {
  const raw = { order: "cost", min: "0.10", max: "5", session: "s-1", calls: "cost", period: "7d" };
  const { period: _period, ...own } = raw;
  expect(readSessionsState(raw)).toEqual(own);
  expect(readSessionsState({ order: "recent", calls: "time" })).toEqual({});
});

test.each(["-1", "1e3", "abc", "0.0000000001", "9000001", " ", "NaN"])("takes no %s for an amount", (text) => {
  expect(readSessionsState({ min: text, max: text })).toEqual({});
});
