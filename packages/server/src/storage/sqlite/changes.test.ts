import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InvalidInput } from "@outlay/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RatingChange, RecordedEvent, Storage, SumQuestion } from "../storage.ts";
import { comparable, plainSum, randomEvents, seededRandom, temporaryFolder } from "./random-events.fixture.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 9, 20);
const DAYS = 5;

let folder: ReturnType<typeof temporaryFolder>;
let storage: Storage;
let events: RecordedEvent[];

beforeEach(async () => {
  folder = temporaryFolder();
  storage = await openSqliteStorage({ dataDir: folder.path });
  events = randomEvents(seededRandom(3), 1_500, FIRST_MS, FIRST_MS + DAYS * DAY_MS);
});
afterEach(async () => {
  await storage.close();
  folder.remove();
});

const whole: SumQuestion = { startMs: 0, endMs: FIRST_MS * 2, by: [], filters: [] };

async function expectSums(expected: RecordedEvent[], questions: Partial<SumQuestion>[]): Promise<void> {
  for (const part of questions) {
    const asked = { ...whole, ...part };
    expect(comparable((await storage.sum(asked)).rows)).toEqual(comparable(plainSum(expected, asked)));
  }
}

const SHAPES: Partial<SumQuestion>[] = [
  {},
  { by: ["model", "provider"] },
  { by: ["basis", "model"] },
  { by: ["user"], latency: true },
  { by: ["agent", "activity"] },
  { by: ["tag:story"] },
  { by: ["session", "status", "geo"] },
];

describe("rerating", () => {
  it("moves rollups, sessions and raw events together", async () => {
    const { seqs } = await storage.appendEvents(events);
    const random = seededRandom(5);
    const changes: RatingChange[] = [];
    const after = events.map((event, index): RecordedEvent => {
      if (random() < 0.5) return event;
      const rating = {
        basis: random() < 0.3 ? ("unpriced" as const) : ("rated" as const),
        costNanoUsd: random() < 0.3 ? null : Math.floor(random() * 10 ** 9),
        computedNanoUsd: Math.floor(random() * 10 ** 9),
        cacheSavingsNanoUsd: Math.floor(random() * 100),
        avoidedNanoUsd: Math.floor(random() * 100),
        priceId: "override:new",
        approximate: random() < 0.5,
      };
      changes.push({ seq: seqs[index] as number, ...rating });
      return { ...event, ...rating };
    });
    expect(await storage.rerateEvents(changes)).toEqual({ changed: changes.length });
    expect(await storage.rerateEvents(changes)).toEqual({ changed: 0 });
    await expectSums(after, SHAPES);
    expect((await storage.verifyRollups({ repair: false })).examples).toEqual([]);
    const changed = after.find(({ priceId }) => priceId === "override:new") as RecordedEvent;
    expect(await storage.getEvent(changed.id)).toMatchObject({
      costNanoUsd: changed.costNanoUsd,
      computedNanoUsd: changed.computedNanoUsd,
      basis: changed.basis,
      priceId: "override:new",
      approximate: changed.approximate,
      reportedNanoUsd: changed.reportedNanoUsd,
    });
  });
});

describe("retention", () => {
  it("lets raw events expire and keeps their sums and sessions", async () => {
    await storage.appendEvents(events);
    const sessionsBefore = await storage.listSessions({ ...whole, order: "cost", limit: 100 });
    const horizonMs = FIRST_MS + 2 * DAY_MS;
    const old = events.filter(({ occurredAtMs }) => occurredAtMs < horizonMs);
    expect(await storage.expireEvents(horizonMs + 3_600_000)).toEqual({ deleted: old.length, horizonMs });
    await expectSums(events, SHAPES.slice(0, 6));
    expect(await storage.listSessions({ ...whole, order: "cost", limit: 100 })).toEqual(sessionsBefore);
    expect((await storage.stats()).events).toBe(events.length - old.length);
    expect((await storage.listEvents({ ...whole, filters: [], limit: 5_000 })).events.length).toBe(
      events.length - old.length,
    );
    expect((await storage.verifyRollups({ repair: true })).different).toBe(0);
    const scan = storage.sum({ ...whole, by: ["trace"] });
    await expect(scan).rejects.toMatchObject({ code: "raw_events_expired", field: "from" });
    const recent = { ...whole, startMs: horizonMs, by: ["trace"] } satisfies SumQuestion;
    expect(comparable((await storage.sum(recent)).rows)).toEqual(comparable(plainSum(events, recent)));
  });

  it("refuses events from before the horizon, and says which", async () => {
    await storage.appendEvents(events);
    await storage.expireEvents(FIRST_MS + 2 * DAY_MS);
    const result = await storage.appendEvents(events);
    const expired = events.flatMap(({ occurredAtMs }, index) => (occurredAtMs < FIRST_MS + 2 * DAY_MS ? [index] : []));
    expect(result.expired).toEqual(expired);
    expect(result.duplicates.length).toBe(events.length - expired.length);
    await expectSums(events, [{}, { by: ["model"] }]);
  });
});

describe("verification", () => {
  it("finds rollups and sessions that are not what the events say, and repairs them", async () => {
    await storage.appendEvents(events);
    await storage.close();
    const file = new DatabaseSync(join(folder.path, "outlay.sqlite"));
    file.exec("DELETE FROM rollups WHERE cube = 32");
    file.exec("UPDATE rollups SET sums = (SELECT sums FROM rollups WHERE cube = 0 LIMIT 1) WHERE cube = 8");
    file.exec("UPDATE sessions SET cost = cost + 1 WHERE id = 1");
    file.close();
    storage = await openSqliteStorage({ dataDir: folder.path });
    const found = await storage.verifyRollups({ repair: false });
    expect(found.different).toBeGreaterThan(5);
    expect(found.examples[0]).toContain("rollup row");
    const repaired = await storage.verifyRollups({ repair: true });
    expect(repaired).toMatchObject({ different: found.different, repaired: true });
    expect((await storage.verifyRollups({ repair: false })).different).toBe(0);
    await expectSums(events, SHAPES);
  });
});

describe("a session", () => {
  it("is the same whether its events were summed up at once or one after the other", async () => {
    const [first] = events as [RecordedEvent];
    const call = (id: string, model: string, atMs: number): RecordedEvent => ({
      ...first,
      id,
      model,
      session: "ties",
      occurredAtMs: FIRST_MS + atMs,
    });
    for (const step of [[call("1", "model-y", 5), call("2", "model-x", 3)], [call("3", "model-x", 5)]]) {
      await storage.appendEvents(step);
      // Closing moves what waits into the sums.
      await storage.close();
      storage = await openSqliteStorage({ dataDir: folder.path });
    }
    expect(await storage.verifyRollups({ repair: false })).toMatchObject({ different: 0, examples: [] });
  });
});

describe("large sums", () => {
  it("stay exact far beyond what a double or 64 bits hold", async () => {
    const [template] = events as [RecordedEvent];
    const large = Array.from({ length: 10_000 }, (_, index): RecordedEvent => ({
      ...template,
      id: `large-${index}`,
      session: "one",
      costNanoUsd: 10 ** 15 - 1,
      usage: { inputTokens: 10 ** 12, outputTokens: 10 ** 12 - 1 },
      durationMs: 10 ** 12,
    }));
    await storage.appendEvents(large.slice(0, 5_000));
    await storage.appendEvents(large.slice(5_000));
    await expectSums(large, [{}, { by: ["model"] }, { by: ["user", "model"] }, { by: ["trace"] }]);
    const { totals } = await storage.sum(whole);
    expect(totals.costNanoUsd).toBe(10_000n * (10n ** 15n - 1n));
    await storage.close();
    storage = await openSqliteStorage({ dataDir: folder.path });
    await expectSums(large, [{}, { by: ["model"], startMs: template.occurredAtMs }, { by: ["user", "model"] }]);
    expect((await storage.getSession("one"))?.sums.costNanoUsd).toBe(totals.costNanoUsd);
  });
});

describe("appending", () => {
  it("leaves out repeats inside a batch", async () => {
    const [a, b] = events as [RecordedEvent, RecordedEvent];
    const result = await storage.appendEvents([a, b, a, { ...b, model: "other" }]);
    expect(result).toMatchObject({ accepted: 2, duplicates: [2, 3] });
    expect(result.seqs.length).toBe(2);
    await expectSums([a, b], [{}, { by: ["model"] }]);
  });

  it("undoes a batch that cannot be stored and goes on afterwards", async () => {
    const bad = { ...(events[0] as RecordedEvent), id: "bad", costNanoUsd: 0.5 };
    const good = storage.appendEvents(events.slice(1, 100));
    const broken = storage.appendEvents([...events.slice(100, 200), bad]);
    const more = storage.appendEvents(events.slice(200, 300));
    await expect(broken).rejects.toThrow();
    expect((await good).accepted).toBe(99);
    expect((await more).accepted).toBe(100);
    await storage.appendEvents(events);
    await expectSums(events, SHAPES);
    expect((await storage.verifyRollups({ repair: true })).examples).toEqual([]);
  });

  it("answers questions while events arrive, always with everything acknowledged", async () => {
    let acknowledged = 0;
    const reading = (async () => {
      for (let question = 0; question < 30; question++) {
        const before = acknowledged;
        const { totals, rows } = await storage.sum({ ...whole, by: ["agent", "model"] });
        expect(Number(totals.calls)).toBeGreaterThanOrEqual(before);
        expect(rows.reduce((sum, row) => sum + row.sums.calls, 0n)).toBe(totals.calls);
      }
    })();
    const random = seededRandom(9);
    for (let batch = 0; batch < 25; batch++) {
      const more = randomEvents(random, 300, FIRST_MS, FIRST_MS + DAYS * DAY_MS);
      acknowledged += (await storage.appendEvents(more)).accepted;
    }
    await reading;
    expect(acknowledged).toBe(7_500);
    expect((await storage.sum(whole)).totals.calls).toBe(7_500n);
    expect((await storage.verifyRollups({ repair: true })).different).toBe(0);
  });
});

describe("opening", () => {
  it("refuses a folder that is being written, and lets readers in", async () => {
    await storage.appendEvents(events);
    const second = openSqliteStorage({ dataDir: folder.path });
    await expect(second).rejects.toThrow(InvalidInput);
    await expect(second).rejects.toMatchObject({ code: "data_folder_in_use" });
    const reader = await openSqliteStorage({ dataDir: folder.path, readOnly: true });
    expect((await reader.sum(whole)).totals.calls).toBe(BigInt(events.length));
    await expect(reader.appendEvents(events)).rejects.toMatchObject({ code: "read_only" });
    await reader.close();
  });

  it("refuses to read a folder without data", async () => {
    const nowhere = openSqliteStorage({ dataDir: join(folder.path, "nothing"), readOnly: true });
    await expect(nowhere).rejects.toMatchObject({ code: "no_data_file" });
    expect(existsSync(join(folder.path, "nothing"))).toBe(false);
  });

  it("says so when the file is of a later program", async () => {
    await storage.close();
    const { user_version: version } = inFile((file) => file.prepare("PRAGMA user_version").get())!;
    inFile((file) => file.exec("PRAGMA user_version = 999"));
    await expect(openSqliteStorage({ dataDir: folder.path })).rejects.toThrow("schema version 999");
    inFile((file) => file.exec(`PRAGMA user_version = ${version}`));
    storage = await openSqliteStorage({ dataDir: folder.path });
  });

  it("makes a file with indexes of events into one with lookups", async () => {
    await storage.appendEvents(events);
    await storage.close();
    inFile((file) =>
      file.exec(`DROP TRIGGER events_gone; DROP TABLE events_of_user; DROP TABLE events_of_session;
        DROP TABLE events_of_tag_set; CREATE INDEX events_user ON events (user, at) WHERE user IS NOT NULL;
        CREATE INDEX events_session ON events (session) WHERE session IS NOT NULL;
        CREATE INDEX events_tag_set ON events (tag_set) WHERE tag_set IS NOT NULL; DROP TABLE records;
        PRAGMA user_version = 1`),
    );
    storage = await openSqliteStorage({ dataDir: folder.path });
    for (const [dimension, valueOf] of [
      ["user", (event: RecordedEvent) => event.user],
      ["session", (event: RecordedEvent) => event.session],
    ] as const) {
      const value = valueOf(events.find((event) => valueOf(event) !== undefined)!)!;
      const filters = [{ dimension, values: [value], patterns: [], exclude: false }];
      const page = await storage.listEvents({ ...whole, filters, limit: 10_000 });
      const expected = events.filter((event) => valueOf(event) === value).map(({ id }) => id);
      expect(page.events.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
    }
  });

  it("says so when the file is no database", async () => {
    await storage.close();
    const other = temporaryFolder();
    writeFileSync(join(other.path, "outlay.sqlite"), "this is not a database, only some text that is long enough");
    await expect(openSqliteStorage({ dataDir: other.path })).rejects.toThrow("not a database");
    other.remove();
    storage = await openSqliteStorage({ dataDir: folder.path });
  });
});

function inFile<T>(work: (file: DatabaseSync) => T): T {
  const file = new DatabaseSync(join(folder.path, "outlay.sqlite"));
  try {
    return work(file);
  } finally {
    file.close();
  }
}

describe("charges, prices, documents, audit", () => {
  it("keep what they are given", async () => {
    const charge = {
      id: "c1",
      occurredAtMs: FIRST_MS,
      kind: "credit",
      amountNanoUsd: -5,
      user: "u'1",
      tags: { a: "b" },
    };
    expect(await storage.appendCharges([charge, charge])).toMatchObject({ accepted: 1, duplicates: [1] });
    expect(await storage.listCharges({ startMs: 0, endMs: FIRST_MS + 1, user: "u'1" })).toEqual([charge]);
    expect(await storage.listCharges({ startMs: 0, endMs: FIRST_MS, kind: "credit" })).toEqual([]);
    const version = {
      id: "v",
      layer: "override",
      provider: "p",
      model: "m",
      startMs: null,
      endMs: null,
      rates: { input: "1" },
      adjustments: [],
    } as const;
    await storage.putPriceVersions([{ ...version, adjustments: [] }]);
    expect(await storage.getPriceVersion("v")).toEqual(version);
    expect(await storage.getPriceVersion("w")).toBeNull();
    await storage.putDocument("settings", { list: [1] });
    expect(await storage.getDocument("settings")).toEqual({ list: [1] });
    await storage.putDocument("settings", null);
    expect(await storage.getDocument("settings")).toBeNull();
    await storage.appendAudit({ atMs: 1, actor: "me", action: "reprice", detail: { n: 1 } });
    await storage.appendAudit({ atMs: 2, actor: "me", action: "expire", detail: null });
    expect((await storage.listAudit({ limit: 1 })).map(({ action }) => action)).toEqual(["expire"]);
  });
});

describe("a check of the sums", () => {
  it("looks at events that were stored a moment ago", async () => {
    await storage.appendEvents(events);
    const verdict = await storage.verifyRollups({ repair: false });
    expect(verdict).toMatchObject({ different: 0, examples: [] });
    expect(verdict.compared).toBeGreaterThan(0);
  });
});

describe("a limited scan", () => {
  it("says that there is too much to read", async () => {
    await storage.appendEvents(events);
    const scan = storage.sum({ ...whole, by: ["trace"], scanLimit: 1_000 });
    await expect(scan).rejects.toMatchObject({ code: "scan_too_large" });
    const { scannedEvents } = await storage.sum({ ...whole, by: ["trace"], scanLimit: 1_500 });
    expect(scannedEvents).toBe(1_500);
  });
});
