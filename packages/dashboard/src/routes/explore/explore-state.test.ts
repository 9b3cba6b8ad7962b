import { expect, test } from "vitest";
import { choicesOf, readState, withChoices } from "./explore-state.ts";

test("what nobody chose is the default, and is not written", () => {
  expect(choicesOf({})).toMatchObject({
    mode: "figures",
    metric: "cost",
    group: "model",
    second: null,
    top: 7,
    rank: { metric: "cost", descending: true },
    grain: "auto",
  });
  expect(readState({ m: "cost", by: "model", top: "7", rank: "cost", grain: "auto", sum: "off" })).toEqual({});
});

test("what is chosen is kept as it was written", () => {
  const state = {
    mode: "changes",
    m: "calls",
    by: "tag:story",
    and: "agent",
    top: "20",
    rank: "cost-up",
    grain: "week",
    sum: "on",
    sort: "now-up",
    cfrom: "2026-10-01",
    cto: "2026-11-01",
  };
  expect(readState(state)).toEqual(state);
  expect(choicesOf({ by: "none", and: "agent" })).toMatchObject({ group: null, second: null });
});

test("what is not known falls back to the default", () => {
  const raw = { mode: "x", m: "costs", by: "colour", and: "tag:", top: "9", rank: "price-up", grain: "year" };
  expect(readState({ ...raw, cfrom: "2026-11-01", cto: "2026-10-01" })).toEqual({});
  expect(readState({ by: "agent", and: "agent", cfrom: "2026-02-30", cto: "2026-03-01" })).toEqual({ by: "agent" });
});

test("another metric takes the ranking along, unless it was ranked by something else", () => {
  expect(withChoices({}, { metric: "calls" })).toEqual({ m: "calls" });
  expect(withChoices({ rank: "cost-up" }, { metric: "calls" })).toEqual({ m: "calls", rank: "calls-up" });
  expect(withChoices({ rank: "tokens" }, { metric: "calls" })).toEqual({ m: "calls", rank: "tokens" });
  expect(withChoices({ rank: "tokens" }, { metric: "tokens" })).toEqual({ m: "tokens" });
});
