import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeArchive } from "./archive.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { recordUsage } from "./record-usage.ts";
import { summary } from "./summary.ts";

let ledger: OpenLedger;
let folder: string;
beforeEach(async () => {
  ledger = await openLedger("2026-11-22T10:00:00Z", "Asia/Kathmandu");
  folder = mkdtempSync(join(tmpdir(), "outlay-archive-"));
});
afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true });
});

async function archive(keepDays = 90) {
  const { firstEventMs } = await ledger.storage.stats();
  const summaryOf = (params: Parameters<typeof summary>[1]) => summary(ledger, params);
  const { timeZone } = ledger;
  return writeArchive({ folder, summaryOf, firstEventMs, nowMs: ledger.now(), timeZone, keepDays });
}

const read = (path: string) =>
  JSON.parse(readFileSync(join(folder, path), "utf8")) as {
    totals: { cost: number; calls: number };
    finished: boolean;
    start: string;
    byUser: { user: string; cost: number }[];
  };

test("days and months of the zone, whose parts are the whole", async () => {
  // 18:15 UTC is midnight in Kathmandu
  await recordUsage(ledger, [
    call("2026-10-31T18:14:59Z", { user: "ada" }),
    call("2026-10-31T18:15:00Z", { user: "ada" }),
    call("2026-11-21T18:14:00Z", { user: "bob" }),
    call("2026-11-22T09:00:00Z", { user: "bob" }),
  ]);
  const { daily, monthly } = await archive();
  expect(monthly).toEqual({ written: 2, unchanged: 0, removed: 0 });
  expect(daily).toEqual({ written: 23, unchanged: 0, removed: 0 });
  expect(readdirSync(join(folder, "monthly"))).toEqual(["2026-10.json", "2026-11.json"]);
  expect(read("monthly/2026-10.json")).toMatchObject({ finished: true, totals: { calls: 1, cost: 0.001 } });
  const november = read("monthly/2026-11.json");
  expect(november).toMatchObject({ finished: false, start: "2026-10-31T18:15:00.000Z" });
  expect(november.byUser).toMatchObject([
    { user: "bob", cost: 0.002 },
    { user: "ada", cost: 0.001 },
  ]);
  const days = readdirSync(join(folder, "daily")).filter((name) => name >= "2026-11");
  const calls = days.map((name) => read(`daily/${name}`).totals.calls);
  expect(calls.reduce((sum, count) => sum + count)).toBe(november.totals.calls);
  expect(read("daily/2026-11-21.json").finished).toBe(true);
  expect(read("daily/2026-11-22.json")).toMatchObject({ finished: false, totals: { calls: 1 } });
});

test("a repeat touches only what has moved, and lets go of old days but of nothing else", async () => {
  await recordUsage(ledger, [call("2026-11-01T12:00:00Z"), call("2026-11-20T12:00:00Z")]);
  await archive(10);
  const untouched = join(folder, "daily/2026-11-19.json");
  const before = statSync(untouched).mtimeMs;
  expect(await archive(10)).toMatchObject({
    daily: { written: 0, unchanged: 10, removed: 0 },
    monthly: { written: 0, unchanged: 1 },
  });

  writeFileSync(join(folder, "daily/notes.json"), "{}");
  mkdirSync(join(folder, "daily/2020-01-01"));
  writeFileSync(join(folder, "daily/2026-11-18.json"), "half of a fi");
  await recordUsage(ledger, [call("2026-11-20T13:00:00Z")]);
  ledger.setNow("2026-11-23T10:00:00Z");
  expect(await archive(10)).toEqual({
    daily: { written: 4, unchanged: 6, removed: 1 },
    monthly: { written: 1, unchanged: 0, removed: 0 },
  });
  expect(read("daily/2026-11-20.json").totals.calls).toBe(2);
  expect(read("daily/2026-11-18.json").totals.calls).toBe(0);
  expect(statSync(untouched).mtimeMs).toBe(before);
  expect(readdirSync(join(folder, "daily"))).toEqual(expect.arrayContaining(["notes.json", "2020-01-01"]));
  expect(readdirSync(join(folder, "daily"))).not.toContain("2026-11-13.json");
});

test("an empty store has an empty archive", async () => {
  expect(await archive()).toEqual({
    daily: { written: 0, unchanged: 0, removed: 0 },
    monthly: { written: 0, unchanged: 0, removed: 0 },
  });
});
