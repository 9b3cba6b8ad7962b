import { describe, expect, test } from "vitest";
import type { OutlayEvent } from "../api/answers.ts";
import { NOTHING_HEARD, hear, sumOf } from "./live-costs.ts";

const call = (id: string, costUsd: number | null, more: Partial<OutlayEvent> = {}): OutlayEvent => ({
  id,
  occurredAt: "2026-11-22T05:00:00.000Z",
  provider: "openai",
  model: "gpt-4o",
  usage: { inputTokens: 10, outputTokens: 5 },
  costUsd,
  basis: costUsd === null ? "unpriced" : "rated",
  ...more,
});

describe("what was heard", () => {
  test("is newest first, cut at the limit, and summed in whole", () => {
    const first = hear(NOTHING_HEARD, [call("a", 0.1), call("b", 0.2)], 3);
    const second = hear(first, [call("c", 0.3), call("d", 0.1)], 3);
    expect(second.events.map(({ id }) => id)).toEqual(["d", "c", "b"]);
    expect(second.sum).toEqual({ calls: 4, costUsd: 0.7, tokens: 60, unpricedCalls: 0, estimatedCalls: 0 });
  });

  test("takes a revised call in the place of its former self", () => {
    const before = hear(NOTHING_HEARD, [call("a", 0.1, { basis: "estimated" }), call("b", 0.2)], 10);
    expect(before.sum.estimatedCalls).toBe(1);
    const after = hear(before, [call("a", 0.15)], 10);
    expect(after.events.map(({ id, costUsd }) => [id, costUsd])).toEqual([
      ["b", 0.2],
      ["a", 0.15],
    ]);
    expect(after.sum).toEqual({ calls: 2, costUsd: 0.35, tokens: 30, unpricedCalls: 0, estimatedCalls: 0 });
  });

  test("has no cost while no call has a price, and says how many have none", () => {
    const unpriced = hear(NOTHING_HEARD, [call("a", null)], 10);
    expect(unpriced.sum).toMatchObject({ calls: 1, costUsd: null, unpricedCalls: 1 });
    expect(hear(unpriced, [call("b", 0.5)], 10).sum).toMatchObject({ calls: 2, costUsd: 0.5, unpricedCalls: 1 });
    expect(hear(unpriced, [call("a", 0.5)], 10).sum).toMatchObject({ calls: 1, costUsd: 0.5, unpricedCalls: 0 });
  });

  test("stays the same object when nothing arrives", () => {
    expect(hear(NOTHING_HEARD, [], 10)).toBe(NOTHING_HEARD);
  });
});

test("sums are exact to the nano-dollar", () => {
  expect(sumOf(Array.from({ length: 10 }, (_, index) => call(String(index), 0.1))).costUsd).toBe(1);
  expect(sumOf([call("a", 0.000_000_001), call("b", 0.000_000_002)]).costUsd).toBe(0.000_000_003);
});
