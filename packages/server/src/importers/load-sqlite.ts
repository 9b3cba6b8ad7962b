import { copyFile, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import type { JsonValue, LineReading, LoadedPart, LogFile, Position } from "./importer.ts";

/** How the database of one tool is read. */
export interface DatabaseFormat {
  /** Tables and their columns without which nothing can be read. */
  needs: Record<string, readonly string[]>;
  /**
   * What the rows say, a page at a time; with what has to be known when the database has changed. Rows that are not told
   * again need not be read then.
   */
  read(rows: DatabaseRows, known: JsonValue | undefined): Generator<DatabasePage>;
}

export interface DatabasePage {
  readings: LineReading[];
  /** What is known behind this page; without it, what was known before is kept. */
  state?: JsonValue;
}

export type Row = Record<string, unknown>;

/** Questions to a database that somebody else writes. */
export interface DatabaseRows {
  has(table: string, column: string): boolean;
  /** The few rows of a small question. Whole numbers beyond 2^53 are bigints. */
  all(sql: string, ...values: SQLInputValue[]): Row[];
  /**
   * The rows of a table in the order they were added, some at a time, so that memory stays small and nobody who writes is
   * kept waiting. `sql` is what stands after WHERE.
   */
  pages(table: string, columns: readonly string[], where?: { sql: string; values: SQLInputValue[] }): Generator<Row[]>;
}

/** Rows in memory at a time. */
const PAGE_ROWS = 200;
/** How long somebody who writes is waited for. */
const WAIT_FOR_LOCK_MS = 1_000;

/** A database as it is now: what was written since lies in the file `-wal` beside it until it is taken over. */
export async function databaseFile(path: string, folder: string): Promise<LogFile> {
  const own = await stat(path);
  const log = await statIfThere(`${path}-wal`);
  return {
    path,
    folder,
    sizeBytes: own.size + (log?.size ?? 0),
    modifiedMs: Math.floor(Math.max(own.mtimeMs, log?.mtimeMs ?? 0)),
  };
}

/**
 * Reads a SQLite database of a tool, which may be running. Nothing is written, and no file made beside it. What is no
 * database, lacks a table or column, or is damaged, is named, and what can be read of it is. Rejects when it is locked for
 * longer than a second: the next import reads it.
 */
export async function* loadSqlite(
  file: LogFile,
  from: Position,
  format: DatabaseFormat,
): AsyncGenerator<LoadedPart, void, undefined> {
  let state = from.state;
  const part = (readings: LineReading[], offsetBytes: number): LoadedPart => ({
    lines: readings.map((reading) => ({ line: null, reading })),
    position: { offsetBytes, line: 1, ...(state === undefined ? {} : { state }) },
  });
  const opened = await openForReading(file.path);
  if (typeof opened === "string") {
    yield part([{ problem: opened }], file.sizeBytes);
    return;
  }
  try {
    const lacking = lackingIn(opened.rows, format.needs);
    if (lacking === null) {
      for (const page of format.read(opened.rows, from.state)) {
        state = page.state ?? state;
        yield part(page.readings, 0);
      }
    }
    yield part(lacking === null ? [] : [{ problem: lacking }], file.sizeBytes);
  } catch (error) {
    if (!isOfSqlite(error)) throw error;
    if (isLocked(error)) throw lockedError(file.path);
    // not as far as this state says
    state = from.state;
    yield part([{ problem: `damaged database: ${error.errstr}` }], file.sizeBytes);
  } finally {
    await opened.close();
  }
}

interface OpenDatabase {
  rows: DatabaseRows;
  close(): Promise<void>;
}

/** Or why it is not opened. */
async function openForReading(path: string): Promise<OpenDatabase | string> {
  const header = await headerOf(path);
  if (header === null) return "not a SQLite database";
  const place = await placeToOpen(path, header);
  try {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(place.url, { readOnly: true, timeout: WAIT_FOR_LOCK_MS, allowExtension: false });
    const close = async () => {
      database.close();
      await place.remove();
    };
    return { rows: rowsOf(database), close };
  } catch (error) {
    await place.remove();
    if (!isOfSqlite(error)) throw error;
    if (isLocked(error)) throw lockedError(path);
    return `the database cannot be opened: ${error.errstr}`;
  }
}

const HEADER_BYTES = 20;
const MAGIC = "SQLite format 3\0";

async function headerOf(path: string): Promise<Buffer | null> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return bytesRead === HEADER_BYTES && buffer.toString("latin1", 0, MAGIC.length) === MAGIC ? buffer : null;
  } finally {
    await file.close();
  }
}

interface OpenPlace {
  url: URL;
  remove(): Promise<void>;
}

/**
 * Where SQLite may open it without making files: with a write-ahead log it wants to write an index (`-shm`) even to read.
 * Where the index is there, somebody has the database open, and it is shared. Without a log the file alone is whole. A
 * log without its index was left by a crash: both are copied.
 */
async function placeToOpen(path: string, header: Buffer): Promise<OpenPlace> {
  const url = pathToFileURL(path);
  const here = { url, remove: async () => {} };
  const hasLog = header[18] === 2 || header[19] === 2;
  if (!hasLog || (await statIfThere(`${path}-shm`)) !== null) return here;
  if (((await statIfThere(`${path}-wal`))?.size ?? 0) === 0) {
    url.searchParams.set("immutable", "1");
    return here;
  }
  const folder = await mkdtemp(join(tmpdir(), "outlay-import-"));
  const copy = join(folder, "copy.db");
  await copyFile(path, copy);
  await copyFile(`${path}-wal`, `${copy}-wal`);
  return { url: pathToFileURL(copy), remove: () => rm(folder, { recursive: true, force: true }) };
}

function rowsOf(database: DatabaseSync): DatabaseRows {
  const prepared = new Map<string, StatementSync>();
  const all = (sql: string, ...values: SQLInputValue[]): Row[] => {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statement.setReadBigInts(true);
      prepared.set(sql, statement);
    }
    return statement.all(...values).map(withNumbers);
  };
  return {
    has: (table, column) => all("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column).length > 0,
    all,
    *pages(table, columns, where = { sql: "TRUE", values: [] }) {
      const names = columns.map(quoted).join(", ");
      const sql = `SELECT ${names}, rowid AS "the rowid" FROM ${quoted(table)}
        WHERE rowid > ? AND (${where.sql}) ORDER BY rowid LIMIT ${PAGE_ROWS}`;
      let last: SQLInputValue = Number.MIN_SAFE_INTEGER;
      for (;;) {
        const page = all(sql, last, ...where.values);
        if (page.length > 0) yield page;
        if (page.length < PAGE_ROWS) return;
        last = page.at(-1)!["the rowid"] as SQLInputValue;
      }
    },
  };
}

function withNumbers(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asNumber(value)]));
}

function asNumber(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What of the tables and columns is not there. */
function lackingIn(rows: DatabaseRows, needs: DatabaseFormat["needs"]): string | null {
  for (const [table, columns] of Object.entries(needs)) {
    if (rows.all("SELECT 1 FROM sqlite_schema WHERE name = ?", table).length === 0) return `there is no table ${table}`;
    const missing = columns.filter((column) => !rows.has(table, column));
    if (missing.length > 0) return `the table ${table} has no column ${missing.join(", ")}`;
  }
  return null;
}

interface SqliteError extends Error {
  errcode: number;
  errstr: string;
}

function isOfSqlite(error: unknown): error is SqliteError {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === "ERR_SQLITE_ERROR";
}

const [SQLITE_BUSY, SQLITE_LOCKED] = [5, 6];

function isLocked({ errcode }: SqliteError): boolean {
  return [SQLITE_BUSY, SQLITE_LOCKED].includes(errcode & 0xff);
}

/** As the file system would say that a file cannot be opened now. */
function lockedError(path: string): NodeJS.ErrnoException {
  const message = "the database is locked by another program; the next import reads it";
  return Object.assign(new Error(message), { code: "EBUSY", syscall: "open", path });
}

async function statIfThere(path: string): Promise<{ size: number; mtimeMs: number } | null> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
