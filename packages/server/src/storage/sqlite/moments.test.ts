import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { narrowStorage } from "../../access/narrow-storage.ts";
import type { Moments, MomentsRow, RecordedEvent, Storage } from "../storage.ts";
import { mergeMomentsRows } from "../moments.ts";
import { randomEvents, seededRandom, temporaryFolder } from "./random-events.fixture.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

// What is read in one pass is what two passes over the events say.

const DAY_MS = 86_400_000;
const startMs = Date.UTC(2026, 9, 25);
const ever = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER, scanLimit: 1_000_000 };
let events: RecordedEvent[];
let storage: Storage;
let remove: () => void;

beforeAll(async () => {
  const folder = temporaryFolder();
  remove = folder.remove;
  storage = await openSqliteStorage({ dataDir: folder.path });
  const random = seededRandom(7);
  events = randomEvents(random, 900, startMs, startMs + 6 * DAY_MS).map((event, index) => ({
    ...event,
    score: index % 3 === 0 ? random() : undefined,
    metadata: index % 5 === 0 ? { '"score"': "not a score", text: "x" } : undefined,
  }));
  await storage.appendEvents(events);
});
afterAll(async () => {
  await storage.close();
  remove();
});

function momentsOf(values: number[]): Moments {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  return { count, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

function expected(of: RecordedEvent[]) {
  const priced = of.filter(({ costNanoUsd }) => costNanoUsd !== null);
  return {
    calls: of.length,
    successes: of.filter(({ success }) => success).length,
    retries: of.filter(({ attempt = 1 }) => attempt > 1).length,
    costNanoUsd: priced.reduce((sum, { costNanoUsd }) => sum + BigInt(costNanoUsd!), 0n),
    cost: momentsOf(priced.map(({ costNanoUsd }) => costNanoUsd!)),
    costOfSuccesses: momentsOf(priced.filter(({ success }) => success).map(({ costNanoUsd }) => costNanoUsd!)),
    score: momentsOf(of.flatMap(({ score }) => score ?? [])),
  };
}

function expectSame({ key: _key, ...row }: MomentsRow, of: RecordedEvent[]): void {
  const wanted = expected(of);
  for (const name of ["cost", "costOfSuccesses", "score"] as const) {
    expect(row[name].count).toBe(wanted[name].count);
    for (const part of ["mean", "squares"] as const) {
      const tolerance = 1e-9 * Math.max(1, Math.abs(wanted[name][part]));
      expect(Math.abs(row[name][part] - wanted[name][part])).toBeLessThan(tolerance);
    }
  }
  const { calls, successes, retries, costNanoUsd } = wanted;
  expect(row).toMatchObject({ calls, successes, retries, costNanoUsd });
}

describe("the moments of events", () => {
  it("are those of all, of groups, and of groups put together", async () => {
    const whole = await storage.moments({ ...ever, by: [], filters: [] });
    expect(whole.scannedEvents).toBe(events.length);
    expectSame(whole.rows[0]!, events);
    const { rows } = await storage.moments({ ...ever, by: ["model", "user"], filters: [] });
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      const [model, user] = row.key;
      expectSame(
        row,
        events.filter((event) => event.model === model && (event.user ?? null) === user),
      );
    }
    expectSame(mergeMomentsRows(rows), events);
  });

  it("are those of the range and of what the filters keep", async () => {
    const range = { startMs: startMs + DAY_MS + 1, endMs: startMs + 3 * DAY_MS };
    const failed = { dimension: "status" as const, values: ["error"], patterns: [], exclude: true };
    const { rows } = await storage.moments({ ...range, scanLimit: 1_000, by: [], filters: [failed] });
    const kept = events.filter(
      ({ occurredAtMs, success }) => success && occurredAtMs >= range.startMs && occurredAtMs < range.endMs,
    );
    expect(kept.length).toBeGreaterThan(50);
    expectSame(rows[0]!, kept);
  });

  it("are of nobody else's events", async () => {
    const user = events.find((event) => event.user !== undefined)!.user!;
    const { rows } = await narrowStorage(storage, [user]).moments({ ...ever, by: [], filters: [] });
    expectSame(
      rows[0]!,
      events.filter((event) => event.user === user),
    );
    expect((await narrowStorage(storage, []).moments({ ...ever, by: [], filters: [] })).rows).toEqual([]);
  });

  it("are refused when too many events match", async () => {
    const question = { ...ever, by: [], filters: [], scanLimit: events.length - 1 };
    await expect(storage.moments(question)).rejects.toMatchObject({ code: "scan_too_large" });
    await expect(storage.moments({ ...question, scanLimit: events.length })).resolves.toBeDefined();
  });
});
