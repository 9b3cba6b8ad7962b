import { DatabaseSync } from "node:sqlite";

export type SqlValue = number | bigint | string | Uint8Array | null;
export type SqlRow = SqlValue[];

/** A prepared statement. Rows are arrays in the order of the selected columns. */
export interface Statement {
  run(...values: SqlValue[]): { changes: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
  iterate(...values: SqlValue[]): Iterable<SqlRow>;
}

/** The part of a SQLite driver that Outlay needs, so that the driver can be exchanged. */
export interface Database {
  exec(sql: string): void;
  /** Statements are kept by their text; integers beyond 2^53 throw unless read as `bigInts`. */
  prepare(sql: string, options?: { bigInts?: boolean }): Statement;
  close(): void;
}

/** Opens a SQLite file with Node's own driver. */
export function openDatabase(path: string, options: { readOnly: boolean; cacheKb: number }): Database {
  const database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 10_000 });
  database.exec(`PRAGMA cache_size = -${options.cacheKb}; PRAGMA temp_store = MEMORY`);
  const statements = new Map<string, Statement>();
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql, { bigInts = false } = {}) {
      const key = bigInts ? `big ${sql}` : sql;
      const known = statements.get(key);
      if (known) return known;
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      if (bigInts) statement.setReadBigInts(true);
      const typed = statement as unknown as Statement;
      if (statements.size > MAX_STATEMENTS) statements.clear();
      statements.set(key, typed);
      return typed;
    },
    close: () => database.close(),
  };
}

/** A statement was undone because a value is there already or must not be; the transaction goes on. */
export function isConstraintError(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  // the lowest byte of SQLite's result codes is the kind of error
  return typeof errcode === "number" && (errcode & 0xff) === SQLITE_CONSTRAINT;
}

const SQLITE_CONSTRAINT = 19;

/** Scans make statements of their own text; more than this are not worth the memory. */
const MAX_STATEMENTS = 200;

/** Runs the work in one transaction; an error undoes all of it. */
export function inTransaction<T>(database: Database, work: () => T, kind: "IMMEDIATE" | "DEFERRED" = "IMMEDIATE"): T {
  database.exec(`BEGIN ${kind}`);
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Undoes the transaction. */
export function rollBack(database: Database): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}
