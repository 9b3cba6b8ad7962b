import { afterEach, expect, test } from "vitest";
import { narrowStorage } from "../access/narrow-storage.ts";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { quality } from "./quality.ts";

let ledger: OpenLedger;
afterEach(() => ledger.close());

const DAY = "2026-11-10T12:00:00Z";

/** Costs so many thousandths of a dollar. */
function one(model: string, thousandths: number, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return call(DAY, { model, usage: { outputTokens: thousandths * 100 }, ...rest });
}

/** Of the small model: costs 2 4 6 8, of which 4 fails; scores 0.5 0.7 and 0.9; one second try. */
async function openAnswers(): Promise<void> {
  ledger = await openLedger("2026-11-16T00:00:00Z");
  await recordUsage(ledger, [
    one("small", 2, { score: 0.5, user: "u-1" }),
    one("small", 4, { success: false, errorType: "timeout" }),
    one("small", 6, { score: 0.7, attempt: 2 }),
    one("small", 8, { score: 0.9 }),
    one("large", 10, { user: "u-1" }),
    one("large", 10, { success: false }),
  ]);
}

test("success, retries, scores and costs of each model, computed by hand", async () => {
  await openAnswers();
  const { rows, totals, by, meta } = await quality(ledger, {});
  expect(by).toBe("model");
  expect(rows.map(({ key, calls }) => [key, calls])).toEqual([
    ["small", 4],
    ["large", 2],
  ]);
  const [small, large] = rows as [(typeof rows)[0], (typeof rows)[0]];
  expect(small).toMatchObject({ successes: 3, retries: 1, cost: 0.02, unpricedCalls: 0 });
  // Wilson's interval for 3 in 4 and for 1 in 4, which mirror each other.
  expect(small.successRate).toMatchObject({ value: 0.75 });
  expect(small.successRate!.low).toBeCloseTo(0.3006, 4);
  expect(small.successRate!.high).toBeCloseTo(0.9544, 4);
  expect(small.retryRate!.low).toBeCloseTo(0.0456, 4);
  // The mean of 0.5 0.7 0.9, whose standard deviation is 0.2: t of 2 degrees is 4.302653.
  expect(small.score).toMatchObject({ calls: 3 });
  expect(small.score!.value).toBeCloseTo(0.7, 12);
  expect(small.score!.low).toBeCloseTo(0.7 - (4.302653 * 0.2) / Math.sqrt(3), 6);
  // 2 4 6 8: mean 5, variance 20/3; t of 3 degrees is 3.182446.
  expect(small.costPerCall!.value).toBe(0.005);
  expect(small.costPerCall!.high! - 0.005).toBeCloseTo((3.182446 * Math.sqrt(20 / 3 / 4)) / 1_000, 8);
  // 20 for 3 successes; the variance of the ratio is 160/27.
  expect(small.costPerSuccess!.value).toBe(0.006666667);
  expect(small.costPerSuccess!.low).toBeCloseTo((20 / 3 - 1.959964 * Math.sqrt(160 / 27)) / 1_000, 8);
  expect(large).toMatchObject({ score: null, costPerSuccess: { value: 0.02 }, successRate: { value: 0.5 } });
  expect(totals).toMatchObject({ calls: 6, successes: 4, retries: 1, cost: 0.04, score: { calls: 3 } });
  expect(totals.costPerSuccess!.value).toBe(0.01);
  expect(meta).toEqual({ unpriced: { calls: 0, tokens: 0 }, groups: 2, callsRead: 6, notRead: null });
});

test("a cost is never shown as below nothing", async () => {
  await openAnswers();
  const { rows } = await quality(ledger, { filter: ["model:small"], by: ["operation"] });
  // 2 successes beside two dear failures: the normal interval reaches below 0.
  expect(rows[0]!.costPerCall!.low).toBeGreaterThanOrEqual(0);
  await recordUsage(ledger, [one("small", 900, { variant: "x" }), one("small", 1, { variant: "x" })]);
  const { totals } = await quality(ledger, { filter: ["variant:x"] });
  expect(totals.costPerCall!.low).toBe(0);
});

test("groups beyond the limit are one row, with everything that they say together", async () => {
  await openAnswers();
  const { rows, totals, meta } = await quality(ledger, { limit: ["1"] });
  expect(rows.map(({ key, other, calls }) => [key, other ?? false, calls])).toEqual([
    ["small", false, 4],
    ["other", true, 2],
  ]);
  expect(rows[1]!.costPerSuccess).toMatchObject({ value: 0.02 });
  expect(totals).toEqual((await quality(ledger, {})).totals);
  expect(meta.callsRead).toBe(6);
});

test("by what not every call has, and of what a filter keeps", async () => {
  await openAnswers();
  const { rows } = await quality(ledger, { by: ["user"] });
  expect(rows.map(({ key, calls, score }) => [key, calls, score?.calls ?? 0])).toEqual([
    [null, 4, 2],
    ["u-1", 2, 1],
  ]);
  // Of a single score, nothing is known about its scatter.
  expect(rows[1]!.score).toEqual({ value: 0.5, low: null, high: null, calls: 1 });
  expect((await quality(ledger, { filter: ["status:error"] })).totals).toMatchObject({
    successes: 0,
    successRate: { value: 0 },
    costPerSuccess: null,
  });
});

test("calls without a price are left out of costs, not of rates", async () => {
  await openAnswers();
  await recordUsage(ledger, [
    one("unheard-of", 5, { score: 0.1 }),
    one("unheard-of", 5, { success: false }),
    one("small", 5, { provider: "nobody", success: false }),
  ]);
  const { rows, meta } = await quality(ledger, {});
  const row = (key: string) => rows.find((found) => found.key === key)!;
  expect(row("unheard-of")).toMatchObject({ cost: null, costPerCall: null, costPerSuccess: null, unpricedCalls: 2 });
  expect(row("unheard-of")).toMatchObject({ successRate: { value: 0.5 }, score: { value: 0.1 } });
  // 20 for 3 successes, as before: nobody knows what the failed call cost.
  expect(row("small")).toMatchObject({ calls: 5, unpricedCalls: 1, costPerSuccess: { value: 0.006666667 } });
  expect(meta.unpriced.calls).toBe(3);
});

test("when single calls are too many, rates and costs are there without scores and bounds", async () => {
  await openAnswers();
  const { rows, meta } = await quality(ledger, {}, { readLimit: 5 });
  expect(meta).toMatchObject({
    callsRead: 0,
    notRead: expect.stringContaining("6 calls are more than the 5") as string,
  });
  expect(rows[0]).toMatchObject({
    successRate: { value: 0.75 },
    costPerCall: { value: 0.005, low: null, high: null },
    costPerSuccess: { value: 0.006666667, low: null },
    score: null,
  });
});

test("when single calls have expired, it says so and keeps the rates", async () => {
  ledger = await openLedger("2026-11-16T00:00:00Z");
  await recordUsage(ledger, [
    { ...one("small", 2, { score: 1 }), occurredAt: "2026-11-08T12:00:00Z" },
    { ...one("small", 4, { score: 0.5, success: false }), occurredAt: "2026-11-12T12:00:00Z" },
  ]);
  await ledger.storage.expireEvents(Date.parse("2026-11-10T00:00:00Z"));
  const { totals, meta } = await quality(ledger, {});
  expect(totals).toMatchObject({ calls: 2, successes: 1, cost: 0.006, score: { value: 0.5, calls: 1 } });
  expect(meta).toMatchObject({ callsRead: 1, notRead: expect.stringContaining("1 of 2 calls have expired") as string });
});

test("somebody who sees only their own has the quality of their own", async () => {
  await openAnswers();
  const mine = { ...ledger, storage: narrowStorage(ledger.storage, ["u-1"]) };
  const { totals } = await quality(mine, {});
  expect(totals).toMatchObject({ calls: 2, successes: 2, cost: 0.012, score: { value: 0.5, calls: 1 } });
});

test("of nothing there is nothing, and what is wrong is refused", async () => {
  ledger = await openLedger("2026-11-16T00:00:00Z");
  const empty = await quality(ledger, {});
  expect(empty.rows).toEqual([]);
  expect(empty.totals).toMatchObject({ calls: 0, successRate: null, cost: 0, costPerCall: null, score: null });
  await expect(quality(ledger, { by: ["modle"] })).rejects.toMatchObject({ code: "unknown_dimension", field: "by" });
  await expect(quality(ledger, { limit: ["1001"] })).rejects.toMatchObject({ code: "out_of_range" });
  await expect(quality(ledger, { a: ["x"] })).rejects.toMatchObject({ code: "unknown_parameter" });
});
