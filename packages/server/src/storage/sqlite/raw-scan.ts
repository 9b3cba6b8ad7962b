import { InvalidInput } from "@outlay/core";
import type { ResolvedFilter } from "./axes.ts";
import { putHex } from "./batch-message.ts";
import type { Database, SqlRow, SqlValue } from "./driver.ts";
import { EVENT_LOOKUPS } from "./event-lookup.ts";
import { DIMENSION_COLUMNS, type EventColumn } from "./event-row.ts";

/** What every question of one reading transaction shares. */
export interface ScanContext {
  database: Database;
  /** Throws when the asker has gone away. */
  checkCancelled(): void;
  horizonMs: number;
  /** Sums and lookups cover the events up to this seq. */
  watermark: number;
}

export interface RawScan {
  fromMs: number;
  toMs: number;
  /** Excluded. */
  afterSeq?: number;
  /** Included. */
  upToSeq?: number;
  filters: ResolvedFilter[];
  columns: EventColumn[];
  order?: "seq" | "newest";
  /** Reads by the order of arrival instead of an index: better for most of the table. Implied by `afterSeq`. */
  wholeTable?: boolean;
}

export type ColumnPositions = Record<EventColumn, number>;

/** Hands each matching raw event to `onRow`, which may return false to stop. Returns how many were handed on. */
export function scanRaw(
  context: ScanContext,
  scan: RawScan,
  onRow: (row: SqlRow, at: ColumnPositions) => boolean | void,
): number {
  const { sql, values, at } = scanSql(scan, context.watermark);
  let count = 0;
  for (const row of context.database.prepare(sql).iterate(...values)) {
    if (++count % ROWS_BETWEEN_CHECKS === 0) context.checkCancelled();
    if (!accepts(scan.filters, row, at)) continue;
    if (onRow(row, at) === false) break;
  }
  return count;
}

/** Raw events before the horizon are gone: an answer that needs them cannot be exact. */
export function requireRaw(context: ScanContext, fromMs: number): void {
  if (fromMs >= context.horizonMs) return;
  const horizon = new Date(context.horizonMs).toISOString();
  throw new InvalidInput(
    "raw_events_expired",
    `this question needs the single events since ${new Date(Math.max(fromMs, MIN_DATE_MS)).toISOString()}, ` +
      `but those before ${horizon} have expired; ask for whole days in UTC, fewer dimensions, or a later start`,
    { field: "from" },
  );
}

const MIN_DATE_MS = 0;
const ROWS_BETWEEN_CHECKS = 4_096;

function accepts(filters: ResolvedFilter[], row: SqlRow, at: ColumnPositions): boolean {
  for (let i = 0; i < filters.length; i++) {
    const { axis, accepts: keeps } = filters[i] as ResolvedFilter;
    if (!keeps(axis.valueOf(row, at))) return false;
  }
  return true;
}

function scanSql(scan: RawScan, watermark: number): { sql: string; values: SqlValue[]; at: ColumnPositions } {
  const columns = [...new Set(["seq", "at", ...scan.columns, ...scan.filters.flatMap(({ axis }) => axis.columns)])];
  const at = {} as ColumnPositions;
  columns.forEach((name, index) => (at[name as EventColumn] = index));
  const where: string[] = [];
  const values: SqlValue[] = [];
  const condition = (sql: string, ...bound: SqlValue[]): void => {
    where.push(sql);
    values.push(...bound);
  };
  // "+" keeps SQLite from using an index for the condition.
  const bySeq = scan.wholeTable || scan.order === "seq" || scan.afterSeq !== undefined;
  const lookup = bySeq ? null : lookupSql(scan);
  const time = bySeq || lookup !== null ? "+at" : "at";
  if (scan.fromMs > -Infinity) condition(`${time} >= ?`, scan.fromMs);
  if (scan.toMs < Infinity) condition(`${time} < ?`, scan.toMs);
  if (lookup !== null) {
    // What the lookups do not know yet is read by its seq.
    const hasTail = scan.upToSeq === undefined || scan.upToSeq > watermark;
    const known = `seq IN (${lookup.sql})`;
    if (hasTail) condition(`(${known} OR seq > ?)`, ...lookup.values, watermark);
    else condition(known, ...lookup.values);
  }
  const seq = bySeq ? "seq" : "+seq";
  if (scan.afterSeq !== undefined) condition(`${seq} > ?`, scan.afterSeq);
  if (scan.upToSeq !== undefined) condition(`${seq} <= ?`, scan.upToSeq);
  for (const filter of scan.filters) {
    const sql = filterSql(filter);
    if (sql) where.push(sql);
  }
  const order = scan.order === undefined ? "" : ` ORDER BY ${lookup === null ? ORDERS[scan.order] : UNINDEXED_NEWEST}`;
  const clause = where.length > 0 ? ` WHERE ${where.join(" AND ")}` : "";
  return { sql: `SELECT ${columns.join()} FROM events${clause}${order}`, values, at };
}

/** Selects the seqs of the events that the narrowest of the filters can be looked up with; null when none can. */
function lookupSql({ filters, fromMs, toMs }: RawScan): { sql: string; values: SqlValue[] } | null {
  const found = filters.flatMap(({ axis, ids, exclude }) => {
    if (exclude || ids.has(0) || ids.size > MAX_LISTED) return [];
    const list = [...ids].join();
    if (axis.dimension === "session") return [{ ...EVENT_LOOKUPS.session, rank: 0, list }];
    if (axis.dimension === "user") return [{ ...EVENT_LOOKUPS.user, rank: 1, list }];
    if (!axis.dimension.startsWith("tag:") || axis.code === null) return [];
    return [{ ...EVENT_LOOKUPS.tagSet, rank: 2, list: tagSetsSql(axis.code, list) }];
  });
  const [best] = found.toSorted((a, b) => a.rank - b.rank);
  if (!best) return null;
  const { table, key, list, hasTime } = best;
  const sql = `SELECT seq FROM ${table} WHERE ${key} IN (${list})`;
  if (!hasTime) return { sql, values: [] };
  return { sql: `${sql} AND at >= ? AND at < ?`, values: [Math.max(fromMs, MIN_MS), Math.min(toMs, MAX_MS)] };
}

/** As it is stored, written so that nothing in it can be anything but a value. */
function traceSql(trace: string): string {
  const bytes = new Uint8Array(16);
  if (putHex(trace, bytes, 0, 16)) return `x'${trace}'`;
  return `CAST(x'${Buffer.from(trace.toWellFormed()).toString("hex")}' AS TEXT)`;
}

function tagSetsSql(code: number, list: string): string {
  return `SELECT tag_set FROM tag_set_members WHERE dimension = ${code} AND value IN (${list})`;
}

/** The part of a filter that SQLite can check; the rest is checked row by row. Ids are integers of our own. */
function filterSql({ axis, ids, exclude, traces }: ResolvedFilter): string | null {
  if (ids.size > MAX_LISTED) return null;
  // Not in an index, which would cost every event; but what SQLite passes over, nobody has to decode.
  if (traces !== undefined) return `trace IN (${traces.map(traceSql).join()})`;
  const list = [...ids].filter((id) => id !== 0).join();
  if (axis.kind === "trace") return null;
  if (axis.kind === "model" || axis.kind === "provider") return `model ${exclude ? "NOT " : ""}IN (${list})`;
  if (axis.dimension === "basis") return `flags >> 7 ${exclude ? "NOT " : ""}IN (${[...ids].join()})`;
  if (axis.dimension === "status") return `1 - (flags & 1) ${exclude ? "NOT " : ""}IN (${[...ids].join()})`;
  if (axis.dimension.startsWith("tag:")) {
    if (exclude || ids.has(0) || axis.code === null) return null;
    return `tag_set IN (${tagSetsSql(axis.code, list)})`;
  }
  const known = DIMENSION_COLUMNS.find(({ code }) => code === axis.code);
  if (!known) return null;
  const { column } = known;
  if (exclude) return ids.has(0) ? `(${column} IS NOT NULL AND ${column} NOT IN (${list}))` : null;
  return ids.has(0) ? `(${column} IS NULL OR ${column} IN (${list}))` : `${column} IN (${list})`;
}

const ORDERS = { seq: "seq", newest: "at DESC, seq DESC" };
const UNINDEXED_NEWEST = "+at DESC, +seq DESC";
const MAX_LISTED = 500;
/** The years 0 and 10,000: no event lies outside. */
const MIN_MS = -62_167_219_200_000;
const MAX_MS = 253_402_300_800_000;
