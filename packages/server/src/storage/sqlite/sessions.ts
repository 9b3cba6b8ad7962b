import { SUM_NAMES, type Sums, type StoredSession } from "../storage.ts";
import type { Database, SqlValue } from "./driver.ts";
import { SEQS_OF_SESSION } from "./event-lookup.ts";
import { COL, EVENT_COLUMNS, type EventRow, measuresOf, newMeasures } from "./event-row.ts";
import { PackedRowReader, PackedRowWriter } from "./packed-row.ts";
import { SumTable } from "./sum-table.ts";

/** What is known of one session apart from its sums. A text id with the instant of the event that said it. */
export interface SessionState {
  firstMs: number;
  lastMs: number;
  user: Said | null;
  agent: Said | null;
  project: Said | null;
  /** By model: its latest use. */
  models: Map<number, number>;
}

export interface Said {
  id: number;
  atMs: number;
}

/** Most models remembered of one session. */
const MAX_MODELS = 16;

/** Sessions touched by events that are not in the table `sessions` yet. */
export class PendingSessions {
  /** Keyed by session id. */
  readonly sums = new SumTable();
  readonly states: SessionState[] = [];
  #measures = newMeasures();

  add(row: EventRow): void {
    const session = row[COL.session] as number | null;
    if (session === null) return;
    const slot = this.sums.slot(session, 0, 0, 0);
    this.sums.add(slot, measuresOf(row, COL, this.#measures), 1);
    const atMs = row[COL.at] as number;
    const state = (this.states[slot] ??= emptyState(atMs));
    state.firstMs = Math.min(state.firstMs, atMs);
    state.lastMs = Math.max(state.lastMs, atMs);
    state.user = later(state.user, row[COL.user], atMs);
    state.agent = later(state.agent, row[COL.agent], atMs);
    state.project = later(state.project, row[COL.project], atMs);
    const model = row[COL.model] as number;
    state.models.set(model, Math.max(state.models.get(model) ?? 0, atMs));
  }

  /** Adds to the sums alone: what else is known of a session does not depend on ratings. */
  addSums(row: EventRow, sign: 1 | -1): void {
    const session = row[COL.session] as number | null;
    if (session === null) return;
    this.sums.add(this.sums.slot(session, 0, 0, 0), measuresOf(row, COL, this.#measures), sign);
  }

  /** A session as the file knows it, under the pending events. */
  addStored(stored: StoredSessionRow): void {
    const slot = this.sums.slot(stored.id, 0, 0, 0);
    addSessionSums(stored.sums, this.sums, slot);
    const state = this.states[slot];
    this.states[slot] = state ? mergeStates(stored.state, state) : stored.state;
  }
}

function emptyState(atMs: number): SessionState {
  return { firstMs: atMs, lastMs: atMs, user: null, agent: null, project: null, models: new Map() };
}

/** The later of two; at the same instant the one that arrived later. */
function later(said: Said | null, id: SqlValue | undefined, atMs: number): Said | null {
  return typeof id === "number" && (said === null || atMs >= said.atMs) ? { id, atMs } : said;
}

function mergeStates(older: SessionState, newer: SessionState): SessionState {
  const models = new Map(older.models);
  for (const [model, atMs] of newer.models) models.set(model, Math.max(models.get(model) ?? 0, atMs));
  return {
    firstMs: Math.min(older.firstMs, newer.firstMs),
    lastMs: Math.max(older.lastMs, newer.lastMs),
    user: newer.user ? later(older.user, newer.user.id, newer.user.atMs) : older.user,
    agent: newer.agent ? later(older.agent, newer.agent.id, newer.agent.atMs) : older.agent,
    project: newer.project ? later(older.project, newer.project.id, newer.project.atMs) : older.project,
    models,
  };
}

/** A row of the table `sessions`. */
export interface StoredSessionRow {
  id: number;
  sums: Uint8Array;
  state: SessionState;
}

export const SESSION_COLUMNS =
  "id, sums, first_at, last_at, user, user_at, agent, agent_at, project, project_at, models, calls, cost, tokens";

export function readSessionRow(row: SqlValue[]): StoredSessionRow {
  const said = (index: number): Said | null =>
    row[index] === null ? null : { id: Number(row[index]), atMs: Number(row[index + 1]) };
  const models = new Map<number, number>();
  for (const part of (row[10] as string).split(",")) {
    const [model, atMs] = part.split("@");
    if (model) models.set(Number(model), Number(atMs));
  }
  return {
    id: Number(row[0]),
    sums: row[1] as Uint8Array,
    state: {
      firstMs: Number(row[2]),
      lastMs: Number(row[3]),
      user: said(4),
      agent: said(6),
      project: said(8),
      models,
    },
  };
}

/** Adds pending sessions to the file, inside the caller's transaction. */
export function writeSessions(database: Database, pending: PendingSessions): void {
  const read = database.prepare(`SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = ?`, { bigInts: true });
  for (let slot = 0; slot < pending.sums.size; slot++) {
    const found = read.get(pending.sums.key(slot, 0));
    if (found) pending.addStored(readSessionRow(found));
    putSession(database, pending, slot);
  }
}

/** Writes one session as it is, in place of what is there. */
export function putSession(database: Database, sessions: PendingSessions, slot: number): void {
  database
    .prepare(
      `INSERT INTO sessions (${SESSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
      first_at = excluded.first_at, last_at = excluded.last_at, calls = excluded.calls, cost = excluded.cost,
      tokens = excluded.tokens, sums = excluded.sums, user = excluded.user, user_at = excluded.user_at,
      agent = excluded.agent, agent_at = excluded.agent_at, project = excluded.project,
      project_at = excluded.project_at, models = excluded.models`,
    )
    .run(...sessionRowValues(sessions, slot));
}

/**
 * Makes a session what its events up to the watermark say, after one of them changed in more than its numbers or went;
 * its sums are right already. Without events it goes. Of events that have expired it keeps what they alone can have said.
 */
export function rebuildSession(database: Database, id: number, horizonMs: number): void {
  const found = database.prepare(`SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = ?`, { bigInts: true }).get(id);
  if (!found) return;
  const stored = readSessionRow(found);
  const rebuilt = new PendingSessions();
  const events = database.prepare(
    `SELECT ${EVENT_COLUMNS.join()} FROM events WHERE seq IN (${SEQS_OF_SESSION}) AND +at >= ? ORDER BY seq`,
  );
  for (const event of events.iterate(id, horizonMs)) rebuilt.add(event);
  if (stored.state.firstMs < horizonMs) {
    const [state] = rebuilt.states;
    const kept = new PendingSessions();
    kept.sums.slot(id, 0, 0, 0);
    if (state) kept.states[0] = state;
    kept.addStored({ ...stored, state: expiredPart(stored.state, horizonMs) });
    putSession(database, kept, 0);
  } else if (rebuilt.sums.size > 0) putSession(database, rebuilt, 0);
  else database.prepare("DELETE FROM sessions WHERE id = ?").run(id);
}

/** What a session knows from before the horizon. When its last event there was is known only to lie before it. */
function expiredPart(state: SessionState, horizonMs: number): SessionState {
  const old = (said: Said | null): Said | null => (said !== null && said.atMs < horizonMs ? said : null);
  return {
    firstMs: state.firstMs,
    lastMs: Math.min(state.lastMs, horizonMs - 1),
    user: old(state.user),
    agent: old(state.agent),
    project: old(state.project),
    models: new Map([...state.models].filter(([, atMs]) => atMs < horizonMs)),
  };
}

/** A session's row, in the order of SESSION_COLUMNS. */
export function sessionRowValues({ sums, states }: PendingSessions, slot: number): SqlValue[] {
  const state = states[slot] as SessionState;
  return [
    sums.key(slot, 0),
    packSessionSums(sums, slot),
    state.firstMs,
    state.lastMs,
    state.user?.id ?? null,
    state.user?.atMs ?? null,
    state.agent?.id ?? null,
    state.agent?.atMs ?? null,
    state.project?.id ?? null,
    state.project?.atMs ?? null,
    modelsText(state.models),
    sortable(sums.value(slot, CALLS)),
    sortable(sums.value(slot, COST)),
    sortable(sums.value(slot, INPUT) + sums.value(slot, OUTPUT)),
  ];
}

/** Equal texts: equal rows. */
export function sessionRowText(values: SqlValue[]): string {
  return values.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value)).join("|");
}

/** "id@instant," each, most recent last: `,5@` finds sessions that used model 5. */
function modelsText(models: Map<number, number>): string {
  return `,${byLastUse(models)
    .map(([id, atMs]) => `${id}@${atMs}`)
    .join()},`;
}

export const recentModels = (state: SessionState): number[] => byLastUse(state.models).map(([id]) => id);

/** The last ones, in an order that does not depend on the order in which they were added. */
function byLastUse(models: Map<number, number>): [id: number, atMs: number][] {
  return [...models].toSorted(([id, atMs], [otherId, otherMs]) => atMs - otherMs || id - otherId).slice(-MAX_MODELS);
}

const CALLS = SUM_NAMES.indexOf("calls");
const COST = SUM_NAMES.indexOf("costNanoUsd");
const INPUT = SUM_NAMES.indexOf("inputTokens");
const OUTPUT = SUM_NAMES.indexOf("outputTokens");

/** The columns that sessions are ordered by hold 64 bits; the exact sums are in `sums`. */
function sortable(sum: bigint): bigint {
  return sum > MAX_INT64 ? MAX_INT64 : sum;
}

const MAX_INT64 = 2n ** 63n - 1n;

const writer = new PackedRowWriter();
const reader = new PackedRowReader();

function packSessionSums(sums: SumTable, slot: number): Uint8Array {
  const width = sums.width;
  writer.start();
  writer.append(
    0,
    sums.sums.subarray(slot * width, (slot + 1) * width),
    sums.carries ? sums.carries.subarray(slot * width, (slot + 1) * width) : null,
  );
  return writer.finish() ?? new Uint8Array(0);
}

function addSessionSums(packed: Uint8Array, table: SumTable, slot: number): void {
  reader.open(packed);
  while (reader.next()) {
    table.add(slot, reader.values, 1);
    if (reader.hasCarries) table.addCarries(slot, reader.carries, 1);
  }
}

/** The outward form of one session of a table. */
export function toStoredSession(
  sums: SumTable,
  slot: number,
  state: SessionState,
  names: {
    session: string;
    user?: string | undefined;
    agent?: string | undefined;
    project?: string | undefined;
    models: string[];
  },
): StoredSession {
  const all: Omit<Sums, "latency"> = sums.toSums(slot);
  const { session, ...others } = names;
  return { id: session, firstMs: state.firstMs, lastMs: state.lastMs, sums: all, ...others };
}
