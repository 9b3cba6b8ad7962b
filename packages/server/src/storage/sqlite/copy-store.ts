import { closeSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoreCopy } from "../storage.ts";
import type { Database } from "./driver.ts";

/** What a copy is made of besides the store itself. */
export interface CopyOrder {
  /** A file that does not exist yet. */
  to: string;
  dataDir: string;
  /** Small files that lie inside the copy; those that are not there are left out. */
  files: string[];
  /** Databases of the same folder, and the tables of theirs of which nothing is copied. */
  databases: { name: string; without: string[] }[];
  /** Whatever else the copy has to say of itself. */
  manifest: Record<string, unknown>;
}

/**
 * Copies the store as it is at one instant while others write to it: a reader's snapshot, written page by page into a file of
 * its own, so that memory does not grow with it. Only its owner may read the file. Not inside a transaction.
 */
export function copyStore(database: Database, { to, dataDir, files, databases, manifest }: CopyOrder): StoreCopy {
  closeSync(openSync(to, "wx", 0o600));
  database.exec(`VACUUM INTO ${quoted(to)}`);
  const copy = new DatabaseSync(to);
  try {
    copy.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL");
    const { user_version: schemaVersion } = copy.prepare("PRAGMA user_version").get() as { user_version: number };
    const { events, lastSeq } = copy.prepare("SELECT count(*) AS events, max(seq) AS lastSeq FROM events").get() as {
      events: number;
      lastSeq: number | null;
    };
    copy.exec("CREATE TABLE outlay_backup (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID; BEGIN");
    const put = copy.prepare("INSERT INTO outlay_backup VALUES (?, ?)");
    const parts: string[] = [];
    for (const name of files) {
      const path = join(dataDir, name);
      if (!existsSync(path)) continue;
      put.run(name, readFileSync(path));
      parts.push(name);
    }
    for (const { name, without } of databases) {
      const bytes = copyOf(join(dataDir, name), `${to}.${name}`, without);
      if (bytes === null) continue;
      put.run(name, bytes);
      parts.push(name);
    }
    const facts: StoreCopy = { schemaVersion, events, lastSeq: lastSeq ?? 0, parts };
    put.run("manifest", Buffer.from(JSON.stringify({ ...manifest, ...facts })));
    copy.exec("COMMIT");
    return facts;
  } finally {
    copy.close();
  }
}

function copyOf(path: string, beside: string, without: string[]): Uint8Array | null {
  if (!existsSync(path)) return null;
  const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
  try {
    rmSync(beside, { force: true });
    closeSync(openSync(beside, "wx", 0o600));
    database.exec(`VACUUM INTO ${quoted(beside)}`);
    emptyTables(beside, without);
    return readFileSync(beside);
  } finally {
    database.close();
    rmSync(beside, { force: true });
  }
}

/** Nothing of them stays in the file, not in its free pages either. */
function emptyTables(path: string, tables: string[]): void {
  const database = new DatabaseSync(path);
  try {
    const isThere = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
    for (const table of tables) if (isThere.get(table) !== undefined) database.exec(`DELETE FROM ${table}`);
    database.exec("VACUUM");
  } finally {
    database.close();
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
