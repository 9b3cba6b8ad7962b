import { InvalidInput } from "@outlay/core";
import type { EventsPage, EventsQuestion, ScanQuestion, StoredEvent } from "../storage.ts";
import { Axes, type ResolvedFilter } from "./axes.ts";
import { putUuid } from "./batch-message.ts";
import { chunkBits, cubeOf, DAY_MS } from "./cubes.ts";
import type { SqlRow } from "./driver.ts";
import { EVENT_COLUMNS } from "./event-row.ts";
import type { Names } from "./names.ts";
import { type ScanContext, scanRaw } from "./raw-scan.ts";
import { readState } from "./state.ts";
import { toStoredEvent } from "./stored-event.ts";

export function getEvent(context: ScanContext, names: Names, id: string): StoredEvent | null {
  const uuid = new Uint8Array(16);
  const key = putUuid(id, uuid, 0) ? uuid : id;
  const row = context.database.prepare(`SELECT ${EVENT_COLUMNS.join()} FROM events WHERE id = ?`).get(key);
  return row ? toStoredEvent(row, names) : null;
}

export function getEvents(context: ScanContext, names: Names, ids: string[]): StoredEvent[] {
  return ids.flatMap((id) => getEvent(context, names, id) ?? []);
}

/** One page, newest first. Goes back day by day and leaves out the days on which nothing can match. */
export function listEvents(context: ScanContext, names: Names, question: EventsQuestion): EventsPage {
  const axes = new Axes(names);
  const filters = question.filters.map((filter) => axes.filter(filter));
  const after = question.cursor === undefined ? null : parseCursor(question.cursor);
  const rows: SqlRow[] = [];
  const state = readState(context.database);
  const [newest, oldest] = context.database
    .prepare("SELECT (SELECT max(at) FROM events), (SELECT min(at) FROM events)")
    .get() as [number | null, number | null];
  if (newest === null || oldest === null) return { events: [], nextCursor: null };
  const endMs = Math.min(question.endMs, newest + 1, after ? after.atMs + 1 : Infinity);
  const startMs = Math.max(question.startMs, oldest);
  const mayMatch = dayTest(context, filters, state.watermark);
  const steps = filters.length === 0 ? [[startMs, endMs] as const] : daysBack(startMs, endMs);
  for (const [fromMs, toMs] of steps) {
    if (toMs <= fromMs || !mayMatch(fromMs, toMs)) continue;
    context.checkCancelled();
    scanRaw(context, { fromMs, toMs, filters, columns: [...EVENT_COLUMNS], order: "newest" }, (row, at) => {
      const atMs = row[at.at] as number;
      const seq = row[at.seq] as number;
      if (after && (atMs > after.atMs || (atMs === after.atMs && seq >= after.seq))) return true;
      rows.push(EVENT_COLUMNS.map((name) => row[at[name]] as SqlRow[number]));
      return rows.length <= question.limit;
    });
    if (rows.length > question.limit) break;
  }
  const page = rows.slice(0, question.limit).map((row) => toStoredEvent(row, names));
  const last = page.at(-1);
  return { events: page, nextCursor: rows.length > question.limit && last ? `${last.occurredAtMs}.${last.seq}` : null };
}

function parseCursor(cursor: string): { atMs: number; seq: number } {
  const [atMs, seq] = cursor.split(".").map(Number);
  if (atMs === undefined || seq === undefined || !Number.isSafeInteger(atMs) || !Number.isSafeInteger(seq)) {
    throw new InvalidInput("invalid_cursor", `cursor "${cursor}" is not one that a page has given`, {
      field: "cursor",
    });
  }
  return { atMs, seq };
}

function* daysBack(startMs: number, endMs: number): Iterable<readonly [number, number]> {
  for (let toMs = endMs; toMs > startMs;) {
    const fromMs = Math.max(startMs, Math.floor((toMs - 1) / DAY_MS) * DAY_MS);
    yield [fromMs, toMs];
    toMs = fromMs;
  }
}

/** Whether any event of a UTC day can have the values that the filters name: rollups know, except for the newest. */
function dayTest(
  context: ScanContext,
  filters: ResolvedFilter[],
  watermark: number,
): (fromMs: number, toMs: number) => boolean {
  const known = filters.flatMap(({ axis, ids, exclude }) => {
    const cube = axis.kind === "value" && axis.code !== null ? cubeOf(axis.code) : null;
    if (!cube || exclude || ids.has(0)) return [];
    return [{ code: cube.code, chunks: [...new Set([...ids].map((id) => id >> chunkBits(cube.code)))] }];
  });
  if (known.length === 0) return () => true;
  // "+" keeps SQLite from going through the whole index of times when nothing lies behind the watermark.
  const [behind] = context.database.prepare("SELECT min(+at) FROM events WHERE seq > ?").get(watermark) as [
    number | null,
  ];
  const find = context.database.prepare("SELECT 1 FROM rollups WHERE cube = ? AND span = ? AND chunk = ? LIMIT 1");
  return (fromMs, toMs) =>
    (behind !== null && toMs > behind) ||
    known.every(({ code, chunks }) => chunks.some((chunk) => find.get(code, Math.floor(fromMs / DAY_MS), chunk)));
}

/** A bounded piece of a scan in order of arrival. `next` is where the following one starts; null at the end. */
export interface ScanPiece {
  events: StoredEvent[];
  next: number | null;
}

export function scanPiece(context: ScanContext, names: Names, question: ScanQuestion): ScanPiece {
  const axes = new Axes(names);
  const filters = question.filters.map((filter) => axes.filter(filter));
  const afterSeq = question.afterSeq ?? 0;
  const pageSize = question.pageSize ?? DEFAULT_PAGE;
  const [last] = context.database.prepare("SELECT max(seq) FROM events").get() as [number | null];
  if (last === null || last <= afterSeq) return { events: [], next: null };
  const upToSeq = afterSeq + SEQS_IN_A_PIECE;
  const events: StoredEvent[] = [];
  const { startMs: fromMs, endMs: toMs } = question;
  const columns = [...EVENT_COLUMNS];
  scanRaw(context, { fromMs, toMs, afterSeq, upToSeq, filters, columns, order: "seq", wholeTable: true }, (row, at) => {
    events.push(
      toStoredEvent(
        EVENT_COLUMNS.map((name) => row[at[name]] as SqlRow[number]),
        names,
      ),
    );
    return events.length < pageSize;
  });
  const full = events.length >= pageSize;
  const reached = full ? (events.at(-1)?.seq ?? upToSeq) : upToSeq;
  return { events, next: reached >= last ? null : reached };
}

const DEFAULT_PAGE = 1_000;
/** So many rows take a fraction of a second: other questions come in between. */
const SEQS_IN_A_PIECE = 50_000;
