import { cubeWithCode, DAY_MS, grainOf, spanMs } from "./cubes.ts";
import type { Database, SqlRow } from "./driver.ts";
import { EVENT_COLUMNS } from "./event-row.ts";
import { SEQS_OF_SESSION } from "./event-lookup.ts";
import type { EventWriter } from "./event-writer.ts";
import { PendingSums } from "./pending-sums.ts";
import { mergeRows, type RollupRow } from "./rollups.ts";
import { PendingSessions, readSessionRow, SESSION_COLUMNS, sessionRowValues, sessionRowText } from "./sessions.ts";
import { readState } from "./state.ts";
import type { TagMember } from "./dictionary.ts";

/** What a check of one piece found. */
export interface Comparison {
  compared: number;
  different: number;
  examples: string[];
}

/** The UTC days whose rollups can be recomputed: those with raw events, as numbers since 1970. */
export function daysToVerify(database: Database): number[] {
  const { firstMs, lastMs, horizonMs } = readState(database);
  if (firstMs === null || lastMs === null) return [];
  const days: number[] = [];
  const last = Math.floor(lastMs / DAY_MS);
  for (let day = Math.floor(Math.max(firstMs, horizonMs) / DAY_MS); day <= last; day++) days.push(day);
  return days;
}

/** Compares every rollup row of a day with what its events add up to. */
export function compareDay(database: Database, membersOf: (tagSet: number) => TagMember[], day: number): Comparison {
  return compareRows(storedRows(database, day), expectedRows(database, membersOf, day), () => {});
}

/** The same, and makes the rows what they should be. */
export function repairDay(writer: EventWriter, day: number): Comparison {
  return writer.transaction(() => {
    writer.flush();
    const { database, dictionary } = writer;
    const remove = database.prepare("DELETE FROM rollups WHERE cube = ? AND span = ? AND chunk = ? AND model = ?");
    const put = database.prepare(
      "INSERT OR REPLACE INTO rollups (cube, span, chunk, model, sums, latency) VALUES (?, ?, ?, ?, ?, ?)",
    );
    return compareRows(
      storedRows(database, day),
      expectedRows(database, dictionary.membersOf, day),
      ({ cube, span, chunk, model }, expected) => {
        if (expected) put.run(cube, span, chunk, model, expected.sums, expected.latency);
        else remove.run(cube, span, chunk, model);
      },
    );
  });
}

function compareRows(
  stored: Map<string, RollupRow>,
  expected: Map<string, RollupRow>,
  onDifference: (row: RollupRow, expected: RollupRow | undefined) => void,
): Comparison {
  const result: Comparison = { compared: 0, different: 0, examples: [] };
  for (const key of new Set([...stored.keys(), ...expected.keys()])) {
    result.compared++;
    const is = stored.get(key);
    const should = expected.get(key);
    if (is && should && sameBytes(is.sums, should.sums) && sameBytes(is.latency, should.latency)) continue;
    result.different++;
    const what = !is ? "is missing" : !should ? "should not be there" : "differs from its events";
    if (result.examples.length < MAX_EXAMPLES) result.examples.push(`rollup row ${key} ${what}`);
    onDifference((is ?? should) as RollupRow, should);
  }
  return result;
}

const MAX_EXAMPLES = 10;

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

function expectedRows(
  database: Database,
  membersOf: (tagSet: number) => TagMember[],
  day: number,
): Map<string, RollupRow> {
  const { watermark } = readState(database);
  const pending = new PendingSums(membersOf);
  const events = database.prepare(`SELECT ${EVENT_COLUMNS.join()} FROM events WHERE at >= ? AND at < ? AND +seq <= ?`);
  for (const row of events.iterate(day * DAY_MS, (day + 1) * DAY_MS, watermark)) pending.add(row, 1);
  const rows = new Map<string, RollupRow>();
  mergeRows(
    pending,
    () => undefined,
    (row) => {
      const { sums, latency } = row;
      if (sums || latency)
        rows.set(rowKey(row), { ...row, sums: sums && sums.slice(), latency: latency && latency.slice() });
    },
  );
  return rows;
}

function storedRows(database: Database, day: number): Map<string, RollupRow> {
  const rows = new Map<string, RollupRow>();
  const nextCube = database.prepare("SELECT min(cube) FROM rollups WHERE cube > ?");
  const ofCube = database.prepare(
    "SELECT cube, span, chunk, model, sums, latency FROM rollups WHERE cube = ? AND span >= ? AND span < ?",
  );
  let [cube] = nextCube.get(-1) as [number | null];
  while (cube !== null) {
    const length = spanMs(grainOf(cube));
    for (const row of ofCube.iterate(cube, (day * DAY_MS) / length, ((day + 1) * DAY_MS) / length)) {
      const stored = toRollupRow(row);
      rows.set(rowKey(stored), stored);
    }
    [cube] = nextCube.get(cube) as [number | null];
  }
  return rows;
}

function toRollupRow([cube, span, chunk, model, sums, latency]: SqlRow): RollupRow {
  return {
    cube: cube as number,
    span: span as number,
    chunk: chunk as number,
    model: model as number,
    sums: sums as Uint8Array | null,
    latency: latency as Uint8Array | null,
  };
}

function rowKey({ cube, span, chunk, model }: RollupRow): string {
  const dimension = cubeWithCode(cube)?.dimension ?? "all";
  return `cube ${cube} (dimension ${dimension}), span ${span}, chunk ${chunk}, model ${model}`;
}

/** A piece of the sessions, in the order of their ids; `next` is null after the last. */
export function compareSessions(
  database: Database,
  afterId: number,
  onDifference: (expected: PendingSessions, id: number) => void = () => {},
): Comparison & { next: number | null } {
  const { watermark, horizonMs } = readState(database);
  const result: Comparison & { next: number | null } = { compared: 0, different: 0, examples: [], next: null };
  const sessions = database
    .prepare(`SELECT ${SESSION_COLUMNS} FROM sessions WHERE id > ? ORDER BY id LIMIT ?`, { bigInts: true })
    .all(afterId, SESSIONS_IN_A_PIECE);
  const events = database.prepare(
    `SELECT ${EVENT_COLUMNS.join()} FROM events WHERE seq IN (${SEQS_OF_SESSION}) AND +seq <= ? ORDER BY seq`,
  );
  for (const row of sessions) {
    const { id, state } = readSessionRow(row);
    result.next = id;
    // What came before the horizon cannot be added up again.
    if (state.firstMs < horizonMs) continue;
    result.compared++;
    const expected = new PendingSessions();
    for (const event of events.iterate(id, watermark)) expected.add(event);
    if (expected.sums.size === 1 && sessionRowText(row) === sessionRowText(sessionRowValues(expected, 0))) continue;
    result.different++;
    if (result.examples.length < MAX_EXAMPLES) result.examples.push(`session ${id} differs from its events`);
    onDifference(expected, id);
  }
  if (sessions.length < SESSIONS_IN_A_PIECE) result.next = null;
  return result;
}

const SESSIONS_IN_A_PIECE = 2_000;

export function repairSessions(writer: EventWriter, afterId: number): Comparison & { next: number | null } {
  return writer.transaction(() => {
    writer.flush();
    return compareSessions(writer.database, afterId, (expected, id) => writer.replaceSession(expected, id));
  });
}
