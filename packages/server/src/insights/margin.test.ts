import { afterEach, expect, test } from "vitest";
import { narrowStorage } from "../access/narrow-storage.ts";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordCharges } from "../ledger/record-charges.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { margin, type MarginRow } from "./margin.ts";

let ledger: OpenLedger;
afterEach(() => ledger.close());

const NOW = "2026-11-16T00:00:00Z";
const DAY = "2026-11-10T12:00:00Z";
/** Ten whole days until now. */
const TEN_DAYS = { from: ["2026-11-06"], to: ["2026-11-16"] };

/** A call of so many dollars: 100 tokens out are a thousandth. */
function paid(usd: number, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return call(DAY, { usage: { outputTokens: Math.round(usd * 100_000) }, ...rest });
}

function charge(kind: string, amountUsd: number, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return { kind, amountUsd, occurredAt: DAY, ...rest };
}

function byKey(rows: MarginRow[]): Record<string, MarginRow> {
  return Object.fromEntries(rows.map((row) => [row.other ? "(other)" : (row.key ?? "(nobody)"), row]));
}

async function openShop(): Promise<void> {
  ledger = await openLedger(NOW);
  await recordUsage(ledger, [
    paid(2, { customer: "acme", user: "u-1", project: "web", tags: { plan: "gold" } }),
    paid(1, { customer: "acme", user: "u-2", tags: { plan: "gold" } }),
    paid(4, { customer: "bolt", user: "u-3", tags: { plan: "free" } }),
    paid(0.5, { user: "u-4" }),
    paid(0.25),
  ]);
  await recordCharges(ledger, [
    charge("revenue", 10, { customer: "acme", user: "u-1", tags: { plan: "gold" } }),
    charge("payment_fee", 0.59, { customer: "acme", tags: { plan: "gold" } }),
    charge("credit", 0.09, { customer: "acme" }),
    charge("revenue", 3, { customer: "bolt", user: "u-3" }),
    charge("revenue", 1, { customer: "calm", user: "u-9" }),
    charge("subscription", 17),
    // Not in the ten days.
    charge("revenue", 999, { customer: "acme", occurredAt: "2026-11-05T23:59:59Z" }),
    charge("revenue", 999, { customer: "acme", occurredAt: "2026-11-16T00:00:00Z" }),
  ]);
}

test("revenue less the calls and the charges of each customer, lowest margin first", async () => {
  await openShop();
  const { rows, totals, meta, by, query } = await margin(ledger, TEN_DAYS);
  expect(by).toBe("customer");
  expect(query.limit).toBe(100);
  expect(rows).toEqual([
    {
      key: "bolt",
      revenue: 3,
      usageCost: 4,
      chargeCost: 0,
      cost: 4,
      margin: -1,
      marginRatio: -1 / 3,
      users: 1,
      unpricedCalls: 0,
    },
    {
      key: "calm",
      revenue: 1,
      usageCost: 0,
      chargeCost: 0,
      cost: 0,
      margin: 1,
      marginRatio: 1,
      users: 1,
      unpricedCalls: 0,
    },
    {
      key: "acme",
      revenue: 10,
      usageCost: 3,
      chargeCost: 0.5,
      cost: 3.5,
      margin: 6.5,
      marginRatio: 0.65,
      users: 2,
      unpricedCalls: 0,
    },
    {
      key: null,
      revenue: 0,
      usageCost: 0.75,
      chargeCost: 17,
      cost: 17.75,
      margin: -17.75,
      marginRatio: null,
      users: 1,
      unpricedCalls: 0,
    },
  ]);
  expect(totals).toEqual({
    revenue: 14,
    usageCost: 7.75,
    chargeCost: 17.5,
    cost: 25.25,
    margin: -11.25,
    marginRatio: -11.25 / 14,
    // u-1 to u-4, and u-9 who only pays.
    users: 5,
    unpricedCalls: 0,
  });
  expect(meta).toEqual({ unpriced: { calls: 0, tokens: 0 }, groups: 4, usersNotCounted: null });
});

test("rows add up to the totals, whatever the limit and the owner", async () => {
  await openShop();
  for (const by of ["customer", "user", "team", "project", "tag:plan"]) {
    for (const limit of ["1", "2", "100"]) {
      const { rows, totals } = await margin(ledger, { ...TEN_DAYS, by: [by], limit: [limit] });
      for (const name of ["revenue", "usageCost", "chargeCost", "cost", "margin"] as const) {
        const sum = rows.reduce((all, row) => all + Math.round(row[name]! * 1e9), 0);
        expect(sum, `${by} ${limit} ${name}`).toBe(Math.round(totals[name]! * 1e9));
      }
      expect(rows.filter((row) => row.key !== null && !row.other).length).toBeLessThanOrEqual(Number(limit));
    }
  }
});

test("the rest beyond the limit is one row", async () => {
  await openShop();
  const { rows } = await margin(ledger, { ...TEN_DAYS, limit: ["1"] });
  expect(rows.map(({ key, other, margin: left }) => [key, other ?? false, left])).toEqual([
    ["bolt", false, -1],
    [null, false, -17.75],
    ["other", true, 7.5],
  ]);
});

test("a plan, a user", async () => {
  await openShop();
  const plans = byKey((await margin(ledger, { ...TEN_DAYS, by: ["tag:plan"] })).rows);
  expect(plans["gold"]).toMatchObject({ revenue: 10, cost: 3.59, margin: 6.41, users: 2 });
  expect(plans["free"]).toMatchObject({ revenue: 0, cost: 4, margin: -4, marginRatio: null, users: 1 });
  const users = byKey((await margin(ledger, { ...TEN_DAYS, by: ["user"] })).rows);
  expect(users["u-1"]).toMatchObject({ revenue: 10, cost: 2, margin: 8, users: 1 });
  expect(users["u-9"]).toMatchObject({ revenue: 1, usageCost: 0, users: 1 });
  expect(users["(nobody)"]).toMatchObject({ cost: 17.75, users: 0 });
});

async function marginOf(...filter: string[]): Promise<(number | null)[]> {
  const { totals } = await margin(ledger, { ...TEN_DAYS, filter });
  return [totals.revenue, totals.cost];
}

test("filters keep charges as they keep calls", async () => {
  await openShop();
  expect(await marginOf("customer:acme")).toEqual([10, 3.5]);
  expect(await marginOf("customer:a*", "customer:bolt")).toEqual([13, 7.5]);
  expect(await marginOf("!customer:acme")).toEqual([4, 21.75]);
  expect(await marginOf("customer:")).toEqual([0, 17.75]);
  expect(await marginOf("!customer:")).toEqual([14, 7.5]);
  expect(await marginOf("tag:plan:gold", "user:u-1")).toEqual([10, 2]);
  await expect(marginOf("model:small")).rejects.toMatchObject({ code: "invalid_filter", field: "filter" });
});

test("what one user costs in 30 days, and thousands of them, exactly", async () => {
  await openShop();
  const { perUser } = await margin(ledger, TEN_DAYS);
  // 25.25 in 10 days is 75.75 in 30; of 5 users.
  expect(perUser).toMatchObject({ days: 10, users: 5, costPerUser: 15.15 });
  expect(perUser.projected).toEqual([
    { users: 1_000, cost: 15_150 },
    { users: 10_000, cost: 151_500 },
    { users: 100_000, cost: 1_515_000 },
  ]);
  expect(perUser.sentence).toContain("$15.15 in 30 days");
  expect(perUser.sentence).toContain("all costs of 10 days, scaled to 30 days and divided by 5 users");
  expect(perUser.sentence).toContain("100,000 such users would cost $1,515,000.00");
});

test("a cost that has no end is rounded once, from the exact fraction", async () => {
  ledger = await openLedger(NOW);
  await recordUsage(ledger, [paid(1, { user: "a" }), paid(0, { user: "b" }), paid(0, { user: "c" })]);
  const { perUser } = await margin(ledger, { from: ["2026-11-09"], to: ["2026-11-16"] });
  // 30/7 of a dollar for 3 users: 1.428571428571…
  expect(perUser.costPerUser).toBe(1.428571429);
  expect(perUser.projected[2]!.cost).toBe(142_857.142857143);
});

test("of a period that has begun, only what has passed is scaled", async () => {
  ledger = await openLedger("2026-11-11T12:00:00Z");
  await recordUsage(ledger, [paid(3, { user: "a" })]);
  // The tenth and half of the eleventh.
  const { perUser } = await margin(ledger, { from: ["2026-11-10"], to: ["2026-12-10"] });
  expect(perUser.days).toBeCloseTo(1.5, 6);
  expect(perUser.costPerUser).toBeCloseTo(60, 5);
});

test("what is not known is said, not counted as nothing", async () => {
  ledger = await openLedger(NOW);
  const nobodyKnows = { provider: "test", model: "unheard-of", occurredAt: DAY, usage: { outputTokens: 10 } };
  await recordUsage(ledger, [
    { ...nobodyKnows, customer: "new", user: "u-1" },
    { ...nobodyKnows, customer: "old", user: "u-1" },
    paid(1, { customer: "old", user: "u-1" }),
  ]);
  await recordCharges(ledger, [charge("revenue", 5, { customer: "new" })]);
  const { rows, totals, meta, perUser } = await margin(ledger, TEN_DAYS);
  expect(byKey(rows)["new"]).toMatchObject({
    revenue: 5,
    usageCost: null,
    cost: null,
    margin: null,
    marginRatio: null,
    unpricedCalls: 1,
  });
  expect(byKey(rows)["old"]).toMatchObject({ cost: 1, unpricedCalls: 1 });
  expect(totals).toMatchObject({ cost: 1, unpricedCalls: 2 });
  expect(meta.unpriced).toEqual({ calls: 2, tokens: 20 });
  expect(perUser.sentence).toContain("Without the 2 calls that have no price.");
});

test("without users and without anything", async () => {
  ledger = await openLedger(NOW);
  const empty = await margin(ledger, { period: ["all"] });
  expect(empty.rows).toEqual([]);
  expect(empty.totals).toMatchObject({ revenue: 0, cost: 0, margin: 0, marginRatio: null, users: 0 });
  expect(empty.perUser).toMatchObject({ costPerUser: null, sentence: expect.stringContaining("user") as string });
  await recordUsage(ledger, [paid(1)]);
  expect((await margin(ledger, TEN_DAYS)).perUser.projected).toEqual(
    [1_000, 10_000, 100_000].map((users) => ({ users, cost: null })),
  );
});

test("somebody who sees only their own has the margin of their own", async () => {
  await openShop();
  const mine = { ...ledger, storage: narrowStorage(ledger.storage, ["u-3"]) };
  const { totals, rows } = await margin(mine, TEN_DAYS);
  expect(totals).toMatchObject({ revenue: 3, cost: 4, margin: -1, users: 1 });
  expect(rows.map(({ key }) => key)).toEqual(["bolt"]);
});

test("what cannot be an owner is refused", async () => {
  await openShop();
  for (const by of ["model", "day", "tag:", "nothing"]) {
    await expect(margin(ledger, { by: [by] })).rejects.toMatchObject({ code: "invalid_parameter", field: "by" });
  }
  await expect(margin(ledger, { limit: ["0"] })).rejects.toMatchObject({ code: "out_of_range", field: "limit" });
  await expect(margin(ledger, { metrics: ["cost"] })).rejects.toMatchObject({ code: "unknown_parameter" });
  await expect(margin(ledger, { period: ["soon"] })).rejects.toMatchObject({ code: "unknown_period" });
});
