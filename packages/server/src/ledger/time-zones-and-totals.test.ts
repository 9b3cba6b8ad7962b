import { afterEach, expect, test } from "vitest";
import type { QueryAnswer } from "./answers.ts";
import { ask } from "./ask.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { parseQuestion } from "./question.ts";
import { recordUsage } from "./record-usage.ts";

// Wrong totals that users of other tools have reported, each with its cure.

let ledger: OpenLedger;
afterEach(() => ledger.close());

function query(params: Record<string, string>): Promise<QueryAnswer> {
  const lists = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [value]]));
  return ask(ledger, parseQuestion(lists, { now: ledger.now(), timeZone: ledger.timeZone }));
}

test("west of UTC, today does not read zero in the evening", async () => {
  // 17:45 on the 21st in Los Angeles, the 22nd in UTC.
  ledger = await openLedger("2026-11-22T01:45:00Z", "America/Los_Angeles");
  await recordUsage(ledger, [
    call("2026-11-22T01:30:00Z"),
    call("2026-11-21T08:00:00Z"),
    call("2026-11-21T07:59:59.999Z"),
  ]);
  expect((await query({ period: "today" })).totals.calls).toBe(2);
  expect((await query({ period: "yesterday" })).totals.calls).toBe(1);
  const { rows, meta } = await query({ period: "7d", by: "day", metrics: "calls" });
  expect(rows.slice(-2)).toEqual([
    { day: "2026-11-20", calls: 1 },
    { day: "2026-11-21", calls: 2 },
  ]);
  expect(meta.unfinished).toEqual(["2026-11-21"]);
});

test("a single day away from UTC has that day's calls, not those of the days it touches", async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  // One call an hour for four days; a day in Kathmandu is 24 of them.
  const hours = Array.from({ length: 96 }, (_, hour) => call(new Date(Date.UTC(2026, 10, 10, hour)).toISOString()));
  await recordUsage(ledger, hours);
  const day = await query({ from: "2026-11-12", to: "2026-11-13", tz: "Asia/Kathmandu" });
  expect(day.query.period).toMatchObject({ start: "2026-11-11T18:15:00.000Z", end: "2026-11-12T18:15:00.000Z" });
  expect(day.totals).toMatchObject({ calls: 24, cost: 0.024 });
});

test("the hour that comes twice is two hours, and the day has both", async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z", "Europe/Berlin");
  await recordUsage(ledger, [call("2026-10-25T00:30:00Z"), call("2026-10-25T01:30:00Z"), call("2026-10-25T01:45:00Z")]);
  const { rows, totals } = await query({ from: "2026-10-25", to: "2026-10-26", by: "hour", metrics: "calls" });
  expect(rows).toHaveLength(25);
  expect(rows.filter((row) => row["calls"] !== 0)).toEqual([
    { hour: "2026-10-25T02:00:00+02:00", calls: 1 },
    { hour: "2026-10-25T02:00:00+01:00", calls: 2 },
  ]);
  expect(totals.calls).toBe(3);
});

test("a call with several tags counts once, whichever tag is asked about, also for each key", async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  await recordUsage(ledger, [
    call("2026-11-20T10:00:00Z", { credential: "key-1", tags: { story: "st-1", epic: "ep-1", team: "a" } }),
    call("2026-11-20T10:00:00Z", { credential: "key-2", tags: { story: "st-1", epic: "ep-2" } }),
    call("2026-11-20T10:00:00Z", { credential: "key-1" }),
  ]);
  const rowsBy = async (by: string) => (await query({ by, metrics: "calls" })).rows;
  expect(await rowsBy("tag:story")).toEqual([
    { "tag:story": "st-1", calls: 2 },
    { "tag:story": null, calls: 1 },
  ]);
  expect(await rowsBy("tag:epic")).toHaveLength(3);
  expect(await rowsBy("credential,tag:story")).toEqual([
    { credential: "key-1", "tag:story": "st-1", calls: 1 },
    { credential: "key-1", "tag:story": null, calls: 1 },
    { credential: "key-2", "tag:story": "st-1", calls: 1 },
  ]);
  expect((await query({})).totals.calls).toBe(3);
});

test("cost per user is never capped: the first ten of thousands are exact, the others are one row", async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  const events = Array.from({ length: 4_000 }, (_, index) =>
    call("2026-11-20T10:00:00Z", { user: `u-${index}`, usage: { outputTokens: index } }),
  );
  await recordUsage(ledger, events);
  const { rows, totals, meta } = await query({ by: "user", limit: "10", metrics: "cost,users" });
  expect(meta.groups).toBe(4_000);
  expect(rows.map((row) => row["user"])).toEqual([
    ...Array.from({ length: 10 }, (_, index) => `u-${3_999 - index}`),
    "other",
  ]);
  expect(rows[0]).toEqual({ user: "u-3999", cost: 0.03999, users: 1 });
  // 0 + 1 + … + 3,989 output tokens at 10 USD for a million.
  expect(rows[10]).toMatchObject({ cost: 79.58055, other: true });
  expect(totals).toEqual({ cost: 79.98, users: 4_000 });
});
