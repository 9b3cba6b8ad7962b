import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { archiveJob } from "../jobs/archive.ts";
import type { QueryParams } from "./answers.ts";
import { archiveEvents, restoreEvents } from "./archive-lines.ts";
import { writeArchive, type ArchiveOptions } from "./archive.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { askArchive, listEventFiles, readEventFile } from "./read-archive.ts";
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

async function archive(keepDays = 90, events?: ArchiveOptions["events"]) {
  const { firstEventMs } = await ledger.storage.stats();
  const summaryOf = (params: Parameters<typeof summary>[1]) => summary(ledger, params);
  const { timeZone } = ledger;
  return writeArchive({
    folder,
    summaryOf,
    firstEventMs,
    nowMs: ledger.now(),
    timeZone,
    keepDays,
    ...(events ? { events } : {}),
  });
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

test("is read back without a store, and its calls make another store of the same sums", async () => {
  const calls = [
    call("2026-10-05T12:00:00Z", { id: "oct", user: "ada" }),
    call("2026-11-19T12:00:00Z", { id: "a", user: "ada", tags: { story: "st-1" }, metadata: { deep: { er: 1 } } }),
    call("2026-11-20T12:00:00Z", { id: "b", user: "bob", model: "large", reportedCostUsd: 0.0123 }),
    call("2026-11-20T13:00:00Z", { id: "c", user: "ada", model: "nobody-knows" }),
    call("2026-11-22T09:00:00Z", { id: "running" }),
  ];
  await recordUsage(ledger, calls);
  const events = { horizonMs: 0, linesOf: async (params: QueryParams) => (await archiveEvents(ledger, params)).body };
  expect((await archive(90, events)).events).toEqual({ written: 48, unchanged: 0, removed: 0 });
  expect((await archive(90, events)).events).toEqual({ written: 0, unchanged: 48, removed: 0 });
  const ask = (by: string, more = {}) => askArchive({ folder, by, nowMs: ledger.now(), ...more });

  const byDay = await ask("day", { from: "2026-11-18" });
  expect(byDay.totals).toMatchObject({ cost: 0.0143, calls: 4, unpricedCalls: 1 });
  expect(byDay.rows).toHaveLength(5);
  expect(byDay.archive).toMatchObject({ unfinished: ["2026-11-22"], missing: [], damaged: [] });
  expect((await ask("month")).rows).toMatchObject([
    { month: "2026-10", cost: 0.001 },
    { month: "2026-11", cost: 0.0143 },
  ]);
  expect((await ask("user")).rows).toMatchObject([
    { user: "bob", cost: 0.0123 },
    { user: "ada", cost: 0.002, calls: 3 },
    { user: null, cost: 0.001 },
  ]);
  await expect(ask("trace")).rejects.toMatchObject({ code: "not_in_archive" });

  rmSync(join(folder, "daily/2026-11-19.json"));
  writeFileSync(join(folder, "daily/2026-11-20.json"), '{"format":"outlay-arch');
  expect((await ask("day", { from: "2026-11-18" })).archive).toMatchObject({
    missing: ["2026-11-19", "2026-11-20"],
    damaged: [{ file: "daily/2026-11-20.json" }],
  });

  const other = await openLedger("2026-11-22T10:00:00Z", "Asia/Kathmandu");
  for (const again of [false, true]) {
    let accepted = 0;
    for (const file of await listEventFiles(folder)) {
      for await (const page of readEventFile(file)) {
        const answer = await restoreEvents(other, page);
        expect(answer.rejected).toEqual([]);
        accepted += answer.accepted;
      }
    }
    expect(accepted).toBe(again ? 0 : 4);
  }
  for (const { id } of calls.slice(0, 4) as { id: string }[]) {
    const { seq: _, ...event } = (await ledger.storage.getEvent(id))!;
    const { seq: __, ...restored } = (await other.storage.getEvent(id))!;
    expect(restored).toEqual(event);
    if (event.priceId !== null) {
      expect(await other.storage.getPriceVersion(event.priceId)).toEqual(
        await ledger.storage.getPriceVersion(event.priceId),
      );
    }
  }
  expect(await other.storage.verifyRollups({ repair: false })).toMatchObject({ different: 0 });
  await other.close();

  // a file that was cut gives what it has, and says so
  const day = join(folder, "events/2026-11-20.jsonl.gz");
  writeFileSync(day, readFileSync(day).subarray(0, -40));
  const found: unknown[] = [];
  await expect(
    (async () => {
      for await (const page of readEventFile(day)) found.push(...page.events);
    })(),
  ).rejects.toThrow(/end/);
  expect(found.length).toBeGreaterThan(0);
});

test("the job writes once a day of the zone, and what was missed while the server was away", async () => {
  await recordUsage(ledger, [call("2026-11-19T12:00:00Z")]);
  const settings = { enabled: true, folder, keepDays: 90, events: false };
  const job = archiveJob(ledger, folder, settings);
  await Promise.all([job.run(), job.run()]);
  expect(readdirSync(join(folder, "daily"))).toHaveLength(4);
  const before = statSync(join(folder, "daily/2026-11-22.json")).mtimeMs;
  await recordUsage(ledger, [call("2026-11-22T09:59:00Z")]);
  // 18:14 UTC is still the same day in Kathmandu
  ledger.setNow("2026-11-22T18:14:00Z");
  await job.run();
  expect(statSync(join(folder, "daily/2026-11-22.json")).mtimeMs).toBe(before);
  ledger.setNow("2026-11-25T18:20:00Z");
  await job.run();
  expect(read("daily/2026-11-22.json")).toMatchObject({ finished: true, totals: { calls: 1 } });
  expect(readdirSync(join(folder, "daily")).at(-1)).toBe("2026-11-26.json");
});
