import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { encodeBatch } from "./batch-message.ts";
import { type Database, openDatabase } from "./driver.ts";
import { EventWriter } from "./event-writer.ts";
import { randomEvents, seededRandom, temporaryFolder } from "./random-events.fixture.ts";
import { migrate } from "./schema.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

const START_MS = Date.UTC(2026, 9, 20);
const END_MS = START_MS + 86_400_000;

let folder: ReturnType<typeof temporaryFolder>;
let random: () => number;
beforeEach(() => {
  folder = temporaryFolder();
  random = seededRandom(11);
});
afterEach(() => folder.remove());

const batch = (count: number) => randomEvents(random, count, START_MS, END_MS);

/** How many events somebody else sees in the file. */
function committedEvents(): number {
  const database = openDatabase(join(folder.path, "outlay.sqlite"), { readOnly: true, cacheKb: 1_000 });
  const [count] = database.prepare("SELECT count(*) FROM events").get() as [number];
  database.close();
  return count;
}

it("an import's batches are committed with what is written behind them, and when it closes", async () => {
  const storage = await openSqliteStorage({ dataDir: folder.path, isImport: true });
  await storage.appendEvents(batch(100));
  await storage.appendEvents(batch(100));
  expect(committedEvents()).toBe(0);
  await storage.putRecords("how far", [{ id: "a file", atMs: 1, body: {} }]);
  expect(committedEvents()).toBe(200);
  await storage.appendEvents(batch(50));
  await storage.close();
  expect(committedEvents()).toBe(250);
});

it("an import commits by itself before its transaction grows without end", async () => {
  const storage = await openSqliteStorage({ dataDir: folder.path, isImport: true });
  for (let at = 0; at < 13; at++) await storage.appendEvents(batch(1_000));
  expect(committedEvents()).toBe(12_000);
  await storage.close();
});

it("whoever is told of a repeat can read what is there already", async () => {
  const storage = await openSqliteStorage({ dataDir: folder.path, isImport: true });
  const events = batch(20);
  await storage.appendEvents(events);
  const { accepted, duplicates } = await storage.appendEvents([...batch(1), ...events]);
  expect([accepted, duplicates.length]).toEqual([1, 20]);
  expect(await storage.getEvents(events.map(({ id }) => id))).toHaveLength(20);
  await storage.close();
});

it("a batch that fails takes those that it joined with it, and the same can be appended again", async () => {
  const database = openDatabase(join(folder.path, "outlay.sqlite"), { readOnly: false, cacheKb: 2_000 });
  database.exec("PRAGMA journal_mode = WAL");
  migrate(database);
  const writer = new EventWriter(database);
  const [first, second] = [encodeBatch(batch(30)), encodeBatch(batch(30))];
  const failing = () => {
    writer.append(second);
    throw new Error("as asked");
  };
  writer.join(() => writer.append(first));
  expect(() => writer.join(failing)).toThrow("as asked");
  expect(countIn(database)).toBe(0);
  writer.join(() => writer.append(first));
  writer.join(() => writer.append(second));
  writer.commit();
  expect(writer.pendingEvents).toBe(60);
  writer.transaction(() => writer.flush());
  database.close();
  const storage = await openSqliteStorage({ dataDir: folder.path });
  expect((await storage.verifyRollups({ repair: false })).examples).toEqual([]);
  expect((await storage.stats()).events).toBe(60);
  await storage.close();
});

function countIn(database: Database): unknown {
  return database.prepare("SELECT count(*) FROM events").get()?.[0];
}
