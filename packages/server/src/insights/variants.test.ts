import { afterEach, expect, test } from "vitest";
import { narrowStorage } from "../access/narrow-storage.ts";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { compareVariants } from "./variants.ts";

let ledger: OpenLedger;
afterEach(() => ledger.close());

const DAY = "2026-11-10T12:00:00Z";
const NOW = "2026-11-16T00:00:00Z";

function one(variant: string, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return call(DAY, { variant, ...rest });
}

/** So many calls, of which so many succeed. */
function tries(variant: string, successes: number, calls: number): Record<string, unknown>[] {
  return Array.from({ length: calls }, (_, index) => one(variant, { success: index < successes }));
}

function cost(variant: string, thousandths: number, success = true): Record<string, unknown> {
  return one(variant, { success, usage: { outputTokens: thousandths * 100 } });
}

const AB = { a: ["a"], b: ["b"] };

test("success rates: Newcombe's example of 48 in 80 against 56 in 70", async () => {
  ledger = await openLedger(NOW);
  await recordUsage(ledger, [...tries("a", 48, 80), ...tries("b", 56, 70), ...tries("c", 1, 9)]);
  const { a, b, differences, query, meta } = await compareVariants(ledger, AB);
  expect(query).toMatchObject({ dimension: "variant", a: "a", b: "b" });
  expect(a).toMatchObject({ value: "a", calls: 80, successes: 48, successRate: { value: 0.6 } });
  expect(b).toMatchObject({ value: "b", calls: 70, successes: 56, successRate: { value: 0.8 } });
  const found = differences.successRate!;
  expect(found.difference).toBeCloseTo(0.2, 12);
  expect(found.low).toBeCloseTo(0.0524, 4);
  expect(found.high).toBeCloseTo(0.3339, 4);
  expect(found.clear).toBe(true);
  expect(found.sentence).toBe('"b" succeeds more often than "a", by 20 percentage points (5.2 to 33.4).');
  expect(meta).toMatchObject({ callsRead: 150, cautions: [] });
});

test("scores: Welch's interval of Student's data, as R computes it", async () => {
  ledger = await openLedger(NOW);
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  await recordUsage(ledger, [
    ...first.map((score) => one("a", { score })),
    ...second.map((score) => one("b", { score })),
    one("b"),
  ]);
  const { differences, b, sentence } = await compareVariants(ledger, AB);
  expect(b.score).toMatchObject({ calls: 10 });
  expect(differences.score!.difference).toBeCloseTo(1.58, 12);
  expect(differences.score!.low).toBeCloseTo(-0.2054832, 5);
  expect(differences.score!.high).toBeCloseTo(3.3654832, 5);
  expect(differences.score!.clear).toBe(false);
  expect(sentence).toContain('No difference in score that this many calls could show (−0.205 to +3.37 for "b").');
});

test("costs: by hand, with failures in the cost of a success", async () => {
  ledger = await openLedger(NOW);
  await recordUsage(ledger, [
    cost("a", 2),
    cost("a", 4, false),
    cost("a", 6),
    cost("a", 8),
    cost("b", 102),
    cost("b", 104, false),
    cost("b", 106),
    cost("b", 108),
  ]);
  const { a, b, differences, sentence, meta } = await compareVariants(ledger, AB);
  expect([a.costPerCall!.value, b.costPerCall!.value]).toEqual([0.005, 0.105]);
  expect([a.costPerSuccess!.value, b.costPerSuccess!.value]).toEqual([0.006666667, 0.14]);
  const { costPerCall, costPerSuccess } = differences;
  // Both scatter alike, with a variance of 20/3: Welch has 6 degrees of freedom, t is 2.446912.
  expect(costPerCall!.difference).toBe(0.1);
  expect(costPerCall!.high! - 0.1).toBeCloseTo((2.446912 * Math.sqrt((2 * (20 / 3)) / 4)) / 1_000, 8);
  expect(costPerSuccess!.difference).toBe(0.133333333);
  // a has 160/27 (intervals.test.ts). b: r = 140, costs less r for each success are −38, 104, −34, −32: their squares
  // are 14,440, over 3 and over 4 × 0.75².
  const variance = 160 / 27 + 14_440 / 3 / (4 * 0.75 ** 2);
  expect(costPerSuccess!.low).toBeCloseTo((400 / 3 - 1.959964 * Math.sqrt(variance)) / 1_000, 6);
  expect(sentence).toContain('A call of "b" costs more than one of "a", by $0.1 ($0.0955 to $0.104).');
  expect(meta.cautions).toEqual([
    '"a" has only 4 calls; intervals of costs want at least 30.',
    '"b" has only 4 calls; intervals of costs want at least 30.',
  ]);
  const mirrored = await compareVariants(ledger, { a: ["b"], b: ["a"] });
  expect(mirrored.sentence).toContain('A call of "a" costs less than one of "b", by $0.1 ($0.0955 to $0.104).');
});

test("any dimension, within filters and a period", async () => {
  ledger = await openLedger(NOW);
  await recordUsage(ledger, [
    call(DAY, { model: "small", user: "u-1" }),
    call(DAY, { model: "large", user: "u-1", success: false }),
    call(DAY, { model: "large", user: "u-2" }),
    call("2026-11-12T12:00:00Z", { model: "large", user: "u-1" }),
  ]);
  const asked = { dimension: ["model"], a: ["small"], b: ["large"], filter: ["user:u-1"], to: ["2026-11-11"] };
  const { a, b, meta } = await compareVariants(ledger, asked);
  expect([a.calls, b.calls, b.successes, meta.callsRead]).toEqual([1, 1, 0, 2]);
  const mine = { ...ledger, storage: narrowStorage(ledger.storage, ["u-2"]) };
  const seen = await compareVariants(mine, { dimension: ["model"], a: ["small"], b: ["large"] });
  expect([seen.a.calls, seen.b.calls]).toEqual([0, 1]);
});

test("one without calls, single calls, and calls without a price", async () => {
  ledger = await openLedger(NOW);
  await recordUsage(ledger, [one("a", { score: 1 }), one("b", { model: "unheard-of", score: 2 })]);
  const nothing = await compareVariants(ledger, { a: ["a"], b: ["z"] });
  expect(nothing.differences).toEqual({ successRate: null, score: null, costPerCall: null, costPerSuccess: null });
  expect(nothing.b).toMatchObject({ calls: 0, successRate: null, cost: 0, costPerCall: null });
  expect(nothing.sentence).toBe('There are no calls of "z".');
  const single = await compareVariants(ledger, AB);
  expect(single.b).toMatchObject({ cost: null, costPerCall: null, costPerSuccess: null, unpricedCalls: 1 });
  expect(single.differences.score).toEqual({
    difference: 1,
    low: null,
    high: null,
    clear: null,
    sentence: "The score differs by 1, but so few calls say nothing about chance.",
  });
  expect(single.differences.costPerCall).toBeNull();
  expect(single.meta.cautions).toContain('1 of the calls of "b" have no price and are left out of its costs.');
});

test("more calls than can be read one by one are refused", async () => {
  ledger = await openLedger(NOW);
  await recordUsage(ledger, [...tries("a", 2, 2), ...tries("b", 2, 3), ...tries("c", 9, 9)]);
  expect((await compareVariants(ledger, AB, { readLimit: 5 })).meta.callsRead).toBe(5);
  const tooMany = { code: "scan_too_large", message: expect.stringContaining("5 single calls, more than 4") as string };
  await expect(compareVariants(ledger, AB, { readLimit: 4 })).rejects.toMatchObject(tooMany);
});

test("single calls that have expired are left out, and counted", async () => {
  ledger = await openLedger(NOW);
  await recordUsage(ledger, [{ ...one("a"), occurredAt: "2026-11-08T12:00:00Z" }, ...tries("a", 1, 2), one("b")]);
  await ledger.storage.expireEvents(Date.parse("2026-11-09T00:00:00Z"));
  const { a, meta } = await compareVariants(ledger, AB);
  expect(a.calls).toBe(2);
  expect(meta.cautions).toContain("1 of their calls have expired as single events and are left out.");
});

test("what is missing or the same is refused", async () => {
  ledger = await openLedger(NOW);
  await expect(compareVariants(ledger, { a: ["x"] })).rejects.toMatchObject({ code: "missing_parameter", field: "b" });
  await expect(compareVariants(ledger, { a: [""], b: ["x"] })).rejects.toMatchObject({ field: "a" });
  const same = { a: ["x"], b: ["x"] };
  await expect(compareVariants(ledger, same)).rejects.toMatchObject({ code: "invalid_parameter", field: "b" });
  const other = { ...AB, dimension: ["day"] };
  await expect(compareVariants(ledger, other)).rejects.toMatchObject({ code: "unknown_dimension", field: "dimension" });
});
