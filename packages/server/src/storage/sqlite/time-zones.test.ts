import { buckets } from "@outlay/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Storage, Sums } from "../storage.ts";
import { comparable, plainSum, randomEvents, seededRandom, temporaryFolder } from "./random-events.fixture.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

const DAY_MS = 86_400_000;
// Both changes of daylight-saving time of 2026 in Europe and America lie in these two stretches, Lord Howe's too.
const STRETCHES = [Date.UTC(2026, 2, 1), Date.UTC(2026, 9, 1)];
const DAYS = 36;

const folder = temporaryFolder();
const random = seededRandom(11);
const events = STRETCHES.flatMap((startMs) => randomEvents(random, 2_500, startMs, startMs + DAYS * DAY_MS));
let storage: Storage;

beforeAll(async () => {
  storage = await openSqliteStorage({ dataDir: folder.path });
  await storage.appendEvents(events);
  await storage.close();
  storage = await openSqliteStorage({ dataDir: folder.path });
});
afterAll(async () => {
  await storage.close();
  folder.remove();
});

it("adds the days of every zone up to the range, each day exact", async () => {
  const zones = Intl.supportedValuesOf("timeZone");
  expect(zones.length).toBeGreaterThan(400);
  const results = await Promise.all(zones.flatMap((zone) => STRETCHES.map((startMs) => checkZone(zone, startMs))));
  expect(results.every((scannedEvents) => scannedEvents === 0)).toBe(true);
});

it("is exact by model and by user in zones at half and three-quarter hours", async () => {
  for (const zone of ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham"]) {
    const [startMs = 0] = STRETCHES;
    const { bucketStartsMs, endMs } = localDays(zone, startMs);
    for (const by of [["model"], ["user"], ["team", "model"], ["tag:story", "model"]] as const) {
      const asked = {
        startMs: bucketStartsMs[0] as number,
        endMs,
        bucketStartsMs,
        by: [...by],
        filters: [],
        latency: by.length === 1,
      };
      const { rows } = await storage.sum(asked);
      expect(comparable(rows)).toEqual(comparable(plainSum(events, asked)));
    }
  }
});

async function checkZone(zone: string, stretchStartMs: number): Promise<number> {
  const { bucketStartsMs, endMs } = localDays(zone, stretchStartMs);
  const startMs = bucketStartsMs[0] as number;
  const question = { startMs, endMs, by: [], filters: [] };
  const days = await storage.sum({ ...question, bucketStartsMs });
  const whole = await storage.sum(question);
  expect(addUp(days.rows.map(({ sums }) => sums)), zone).toEqual(whole.totals);
  expect(comparable(days.rows), zone).toEqual(comparable(plainSum(events, { ...question, bucketStartsMs })));
  return days.scannedEvents;
}

/** Whole local days inside the stretch. */
function localDays(zone: string, stretchStartMs: number): { bucketStartsMs: number[]; endMs: number } {
  const period = { startMs: stretchStartMs, endMs: stretchStartMs + DAYS * DAY_MS, timeZone: zone };
  const starts = buckets(period, "day").map(({ startMs }) => startMs);
  return { bucketStartsMs: starts.slice(1, -1), endMs: starts.at(-1) as number };
}

function addUp(parts: Sums[]): Sums {
  const [first, ...rest] = parts;
  const total = { ...(first as Sums) };
  for (const part of rest) {
    for (const name of Object.keys(total) as Exclude<keyof Sums, "latency">[]) total[name] += part[name];
  }
  return total;
}
