import { BASES } from "@outlay/core";
import type { Basis } from "@outlay/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { CostBasis, OutlayEvent } from "../api/answers.ts";
import { factsOfEvent, factsOfNumbers } from "./cost-facts.ts";

const event: OutlayEvent = {
  id: "e",
  occurredAt: "2026-11-22T05:00:00.000Z",
  provider: "anthropic",
  model: "claude-sonnet-4-5",
  usage: { inputTokens: 1_200, cacheReadTokens: 1_000, outputTokens: 90 },
  costUsd: 0.01225,
  cacheSavingsUsd: 0.0027,
  basis: "rated",
  lines: [
    { meter: "input", quantity: 200, rateUsd: "3", per: 1_000_000, costUsd: "0.0006" },
    { meter: "cacheRead", quantity: 1_000, rateUsd: "0.3", per: 1_000_000, costUsd: "0.0003" },
    { meter: "output", quantity: 90, rateUsd: "15", per: 1_000_000, costUsd: "0.00135" },
    { meter: "searches", quantity: 1, rateUsd: "10", per: 1_000, costUsd: "0.01" },
  ],
};

describe("a call with its lines", () => {
  test("is explained by parts that add up to its cost", () => {
    const { parts, costUsd, notes, isAbout } = factsOfEvent(event);
    expect(parts.map(({ name, quantity, savedUsd }) => [name, quantity, savedUsd])).toEqual([
      ["Input", 1_200, null],
      ["Cached", 1_000, 0.0027],
      ["Output", 90, null],
      ["Searches", 1, null],
    ]);
    const whole = parts.filter(({ isDetail }) => !isDetail).reduce((sum, part) => sum + (part.costUsd ?? 0), 0);
    expect(whole).toBeCloseTo(costUsd!, 12);
    expect(notes).toEqual([]);
    expect(isAbout).toBe(false);
  });

  test("says in words what it also was charged for", () => {
    const line = { quantity: 3, rateUsd: "1", per: 1, costUsd: "3" };
    const { parts } = factsOfEvent({ ...event, lines: [{ ...line, meter: "audioSeconds" }] });
    expect(parts.at(-1)?.name).toBe("Audio seconds");
  });
});

test("without lines, what the parts cost is not known", () => {
  const { lines: _, ...listed } = event;
  expect(factsOfEvent(listed).parts.map(({ costUsd }) => costUsd)).toEqual([null, null, null]);
});

test("a call without a price has no cost, and its cache saved nothing that could be told", () => {
  const facts = factsOfEvent({ ...event, costUsd: null, basis: "unpriced", lines: [] });
  expect(facts.costUsd).toBeNull();
  expect(facts.notes).toEqual([{ kind: "unpriced", model: "claude-sonnet-4-5" }]);
  expect(facts.parts.map(({ savedUsd }) => savedUsd)).toEqual([null, null, null]);
});

test("estimated tokens give a band", () => {
  const metadata = { usageEstimated: true, usageErrorPercent: 20 };
  const { notes, isAbout } = factsOfEvent({ ...event, costUsd: 0.05, basis: "estimated", metadata });
  expect(isAbout).toBe(true);
  expect(notes).toEqual([
    { kind: "estimated", errorPercent: 20, lowUsd: expect.closeTo(0.04, 9), highUsd: expect.closeTo(0.06, 9) },
  ]);
  const wide = factsOfNumbers({ costUsd: 1, basis: "estimated", errorPercent: 150 });
  expect(wide.notes[0]).toMatchObject({ lowUsd: 0, highUsd: 2.5 });
  const unsaid = factsOfEvent({ ...event, basis: "estimated", metadata: { usageErrorPercent: "much" } });
  expect(unsaid.notes[0]).toMatchObject({ errorPercent: null, lowUsd: null, highUsd: null });
});

test("what was not said is left out; what was said to be zero is zero", () => {
  expect(factsOfNumbers({ costUsd: 1 }).parts).toEqual([]);
  expect(factsOfNumbers({ costUsd: 0, inputTokens: 0 }).parts).toMatchObject([{ name: "Input", quantity: 0 }]);
});

test("a sum that leaves calls out says so", () => {
  expect(factsOfNumbers({ costUsd: 1, unpricedCalls: 2 }).notes).toEqual([{ kind: "partlyUnpriced", calls: 2 }]);
});

test("a cost is known in the same ways as everywhere", () => {
  expectTypeOf<CostBasis>().toEqualTypeOf<Basis>();
  expect([...BASES].toSorted()).toEqual(["estimated", "rated", "reported", "unpriced"]);
});
