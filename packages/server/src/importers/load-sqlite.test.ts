import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LoadedPart, Position } from "./importer.ts";
import { databaseFile, loadSqlite, type DatabaseFormat } from "./load-sqlite.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outlay-sqlite-"));
  // characters that mean something in an address
  path = join(folder, "a #1?%20.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const format: DatabaseFormat = {
  needs: { message: ["id", "data"] },
  *read(rows, known) {
    let seen = (known as number | undefined) ?? 0;
    for (const page of rows.pages("message", ["id", "data"])) {
      seen += page.length;
      yield { readings: page.map(({ id }) => ({ leftOut: String(id) })), state: seen };
    }
  },
};

async function read(from: Position = { offsetBytes: 0, line: 1 }): Promise<LoadedPart[]> {
  const parts: LoadedPart[] = [];
  for await (const part of loadSqlite(await databaseFile(path, folder), from, format)) parts.push(part);
  return parts;
}

const idsOf = (parts: LoadedPart[]) =>
  parts.flatMap(({ lines }) => lines.map(({ reading }) => Object.values(reading)[0] as string));

function create(journal: "WAL" | "DELETE", count = 3): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = ${journal}; CREATE TABLE message (id TEXT PRIMARY KEY, data TEXT)`);
  const insert = database.prepare("INSERT INTO message VALUES (?, '{}')");
  database.exec("BEGIN");
  for (let index = 0; index < count; index++) insert.run(`m${index}`);
  database.exec("COMMIT");
  return database;
}

test("reads what a running tool has written so far, and makes no file", async () => {
  const database = create("WAL");
  const before = readdirSync(folder).toSorted();
  expect(before).toHaveLength(3);
  expect(idsOf(await read())).toEqual(["m0", "m1", "m2"]);
  const { sizeBytes } = await databaseFile(path, folder);
  database.exec("INSERT INTO message VALUES ('m3', '{}')");
  expect((await databaseFile(path, folder)).sizeBytes).toBeGreaterThan(sizeBytes);
  expect(idsOf(await read())).toEqual(["m0", "m1", "m2", "m3"]);
  expect(readdirSync(folder).toSorted()).toEqual(before);
  database.close();
});

test.each(["WAL", "DELETE"] as const)("reads one that nobody has open (%s), and makes no file", async (journal) => {
  create(journal, 1_000).close();
  const parts = await read({ offsetBytes: 0, line: 1, state: 5 });
  expect(idsOf(parts)).toHaveLength(1_000);
  expect(Math.max(...parts.map(({ lines }) => lines.length))).toBe(200);
  expect(parts.at(-1)!.position).toEqual({
    offsetBytes: (await databaseFile(path, folder)).sizeBytes,
    line: 1,
    state: 1_005,
  });
  expect(readdirSync(folder)).toEqual(["a #1?%20.db"]);
});

test("what a crash left in the write-ahead log counts too, and makes no file", async () => {
  const database = create("WAL");
  const left = join(folder, "left.db");
  copyFileSync(path, left);
  copyFileSync(`${path}-wal`, `${left}-wal`);
  database.close();
  rmSync(path);
  path = left;
  expect(idsOf(await read())).toEqual(["m0", "m1", "m2"]);
  expect(readdirSync(folder).toSorted()).toEqual(["left.db", "left.db-wal"]);
});

test("a locked one is left for the next time", async () => {
  const database = create("DELETE");
  database.exec("BEGIN EXCLUSIVE");
  await expect(read()).rejects.toMatchObject({
    syscall: "open",
    message: "the database is locked by another program; the next import reads it",
  });
  database.exec("ROLLBACK");
  expect(idsOf(await read())).toHaveLength(3);
  database.close();
});

test("no database, no table, no column, a damaged page: says so", async () => {
  writeFileSync(path, "notes");
  expect(idsOf(await read())).toEqual(["not a SQLite database"]);
  rmSync(path);
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE other (id TEXT)");
  expect(idsOf(await read())).toEqual(["there is no table message"]);
  database.exec("CREATE TABLE message (id TEXT, content TEXT)");
  expect(idsOf(await read())).toEqual(["the table message has no column data"]);
  database.close();
  rmSync(path);
  create("DELETE", 2_000).close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, bytes.length / 2));
  const parts = await read({ offsetBytes: 0, line: 1, state: 7 });
  expect(idsOf(parts).length).toBeGreaterThan(1);
  expect(idsOf(parts).at(-1)).toBe("damaged database: database disk image is malformed");
  expect(parts.at(-1)!.position.state).toBe(7);
});
