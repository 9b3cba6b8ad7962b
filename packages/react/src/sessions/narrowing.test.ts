import { expect, test } from "vitest";
import type { OutlayEvent } from "../api/answers.ts";
import { NOTHING_NARROWED, narrowCalls, narrowedCount, questionOf } from "./narrowing.ts";

const call = (id: string, occurredAt: string, costUsd: number | null, model = "gpt-4o", tokens = 1): OutlayEvent => ({
  id,
  occurredAt,
  provider: "openai",
  model,
  usage: { inputTokens: tokens },
  costUsd,
  basis: costUsd === null ? "unpriced" : "rated",
});
const calls = [
  call("a", "2026-11-22T23:30:00Z", 0.02, "gpt-4o", 5),
  call("b", "2026-11-22T10:00:00Z", null, "nobody-knows-me", 50),
  call("c", "2026-11-21T10:00:00Z", 0.3, "gpt-4o-mini", 10),
];
const ids = (events: OutlayEvent[]) => events.map(({ id }) => id).join("");

test("nothing narrowed asks for everything", () => {
  expect(questionOf(NOTHING_NARROWED, "UTC")).toEqual({});
  expect(ids(narrowCalls(calls, NOTHING_NARROWED, "recent", "UTC"))).toBe("abc");
});

test("days reach to the end of the last one, in the reader's zone", () => {
  const days = { ...NOTHING_NARROWED, from: "2026-11-22", to: "2026-11-22" };
  expect(questionOf(days, "Europe/Berlin")).toMatchObject({
    from: "2026-11-22",
    to: "2026-11-23",
    tz: "Europe/Berlin",
  });
  expect(ids(narrowCalls(calls, days, "recent", "UTC"))).toBe("ab");
  expect(ids(narrowCalls(calls, days, "recent", "Europe/Berlin"))).toBe("b");
});

test("one end of the days is enough", () => {
  expect(questionOf({ ...NOTHING_NARROWED, from: "2026-02-28" }, "UTC").from).toBe("2026-02-28");
  expect(questionOf({ ...NOTHING_NARROWED, to: "2026-02-28" }, "UTC").to).toBe("2026-03-01");
  expect(ids(narrowCalls(calls, { ...NOTHING_NARROWED, to: "2026-11-21" }, "recent", "UTC"))).toBe("c");
});

test("a call without a price is in no range of cost, and comes last by cost", () => {
  expect(ids(narrowCalls(calls, { ...NOTHING_NARROWED, minCostUsd: "0" }, "recent", "UTC"))).toBe("ac");
  expect(ids(narrowCalls(calls, { ...NOTHING_NARROWED, maxCostUsd: "0.1" }, "recent", "UTC"))).toBe("a");
  expect(ids(narrowCalls(calls, NOTHING_NARROWED, "cost", "UTC"))).toBe("cab");
  expect(ids(narrowCalls(calls, NOTHING_NARROWED, "tokens", "UTC"))).toBe("bca");
});

test("what is no amount narrows nothing", () => {
  const odd = { ...NOTHING_NARROWED, minCostUsd: "-1", maxCostUsd: "e" };
  expect(questionOf(odd, "UTC")).toEqual({ minCostUsd: undefined, maxCostUsd: undefined, model: undefined });
});

test("the filters are counted by what they are about", () => {
  expect(narrowedCount(NOTHING_NARROWED)).toBe(0);
  expect(narrowedCount({ from: "2026-11-22", to: "2026-11-22", minCostUsd: "1", maxCostUsd: "", model: " " })).toBe(2);
});
