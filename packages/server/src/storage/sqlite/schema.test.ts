import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { openDatabase, type Database } from "./driver.ts";
import { PackedRowReader, PackedRowWriter } from "./packed-row.ts";
import { randomEvents, seededRandom, temporaryFolder } from "./random-events.fixture.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

const folder = temporaryFolder();
afterEach(() => folder.remove());

it("puts the models of files of before together, and their sums stay what the events add up to", async () => {
  const day = Date.UTC(2026, 9, 20);
  const storage = await openSqliteStorage({ dataDir: folder.path });
  await storage.appendEvents(randomEvents(seededRandom(11), 3_000, day, day + 4 * 86_400_000));
  await storage.close();
  const rowsOfBefore = takeBackToVersion2(join(folder.path, "outlay.sqlite"));
  expect(rowsOfBefore).toBeGreaterThan(20);

  const opened = await openSqliteStorage({ dataDir: folder.path });
  try {
    const { different, compared, examples } = await opened.verifyRollups({ repair: false });
    expect(examples).toEqual([]);
    expect(different).toBe(0);
    expect(compared).toBeGreaterThan(100);
  } finally {
    await opened.close();
  }
});

/** Rows of 64 values with one model each, as they were before; the number of these rows. */
function takeBackToVersion2(path: string): number {
  const database = openDatabase(path, { readOnly: false, cacheKb: 2_000 });
  let rows = 0;
  for (const code of codesWithModels(database)) rows += separateModels(database, code);
  database.exec("DROP TABLE records; PRAGMA user_version = 2");
  database.close();
  return rows;
}

function codesWithModels(database: Database): number[] {
  const codes = database.prepare("SELECT DISTINCT cube FROM rollups").all() as [number][];
  return codes.map(([code]) => code).filter((code) => code % 8 === 4);
}

function separateModels(database: Database, code: number): number {
  const reader = new PackedRowReader();
  const entries = new Map<string, { value: number; sums: Float64Array; carries: Float64Array | null }[]>();
  const stored = database.prepare("SELECT span, chunk, model, sums FROM rollups WHERE cube = ?").all(code);
  for (const [span, chunk, models, sums] of stored as [number, number, number, Uint8Array][]) {
    reader.open(sums);
    while (reader.next()) {
      const value = chunk * 16 + (reader.key >> 3);
      const key = [span, value >> 6, models * 8 + (reader.key & 7)].join();
      const carries = reader.hasCarries ? reader.carries.slice() : null;
      entries.set(key, [...(entries.get(key) ?? []), { value: value & 63, sums: reader.values.slice(), carries }]);
    }
  }
  const insert = database.prepare("INSERT INTO rollups (cube, span, chunk, model, sums) VALUES (?, ?, ?, ?, ?)");
  const writer = new PackedRowWriter();
  for (const [key, list] of entries) {
    writer.start();
    const sorted = list.toSorted((a, b) => a.value - b.value);
    for (const { value, sums, carries } of sorted) writer.append(value, sums, carries);
    insert.run(code - 2, ...key.split(",").map(Number), writer.finish());
  }
  database.prepare("DELETE FROM rollups WHERE cube = ?").run(code);
  return entries.size;
}
