import { InvalidInput } from "@outlay/core";
import { SUM_NAMES, type SessionsPage, type SessionsQuestion, type StoredSession } from "../storage.ts";
import { DIMENSION_CODES } from "./cubes.ts";
import type { SqlValue } from "./driver.ts";
import { EVENT_COLUMNS } from "./event-row.ts";
import type { Names } from "./names.ts";
import type { ScanContext } from "./raw-scan.ts";
import {
  PendingSessions,
  readSessionRow,
  recentModels,
  SESSION_COLUMNS,
  type SessionState,
  toStoredSession,
} from "./sessions.ts";
import { readState } from "./state.ts";

export function getSession(context: ScanContext, names: Names, session: string): StoredSession | null {
  const id = names.idOf(DIMENSION_CODES.session, session);
  if (id === null) return null;
  const pending = tail(context, id);
  const row = context.database.prepare(`SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = ?`, BIG).get(id);
  if (row) pending.addStored(readSessionRow(row));
  return pending.sums.size === 0 ? null : outward(pending, 0, names);
}

const BIG = { bigInts: true };

/** Sessions by running totals: the table's, with those of the newest events added where they are not in it yet. */
export function listSessions(context: ScanContext, names: Names, question: SessionsQuestion): SessionsPage {
  const wanted = resolve(names, question);
  if (!wanted) return { sessions: [], nextCursor: null };
  const fresh = tail(context, null);
  const touched: number[] = [];
  for (let slot = 0; slot < fresh.sums.size; slot++) touched.push(fresh.sums.key(slot, 0));
  const { sql, values } = sessionsSql(question, wanted, fewIn(context, question));
  const table = new PendingSessions();
  const isTouched = new Set(touched);
  // Rows of touched sessions are out of date: left out here, and merged below.
  for (const row of context.database.prepare(sql, BIG).iterate(...values)) {
    const stored = readSessionRow(row);
    if (isTouched.has(stored.id)) continue;
    table.addStored(stored);
    if (table.sums.size > question.limit) break;
  }
  const read = context.database.prepare(`SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = ?`, BIG);
  for (const id of touched) {
    const row = read.get(id);
    if (row) fresh.addStored(readSessionRow(row));
  }
  const found = [...candidates(table), ...candidates(fresh).filter((session) => matches(session, question, wanted))]
    .map((session) => ({ ...session, order: orderValue(session, question.order) }))
    .filter((session) => !wanted.after || isAfter(session, wanted.after))
    .toSorted((a, b) => (a.order === b.order ? b.id - a.id : a.order < b.order ? 1 : -1));
  const page = found.slice(0, question.limit);
  const last = page.at(-1);
  return {
    sessions: page.map(({ pending, slot }) => outward(pending, slot, names)),
    nextCursor: found.length > question.limit && last ? `${last.order}.${last.id}` : null,
  };
}

interface Wanted {
  user: number | null;
  agent: number | null;
  project: number | null;
  models: number[] | null;
  after: { order: bigint; id: number } | null;
}

/** The question's names as ids; null when one of them has never been seen. */
function resolve(names: Names, question: SessionsQuestion): Wanted | null {
  const idOf = (code: number, text: string | undefined): number | null | undefined =>
    text === undefined ? null : (names.idOf(code, text) ?? undefined);
  const user = idOf(DIMENSION_CODES.user, question.user);
  const agent = idOf(DIMENSION_CODES.agent, question.agent);
  const project = idOf(DIMENSION_CODES.project, question.project);
  if (user === undefined || agent === undefined || project === undefined) return null;
  const { model } = question;
  const models =
    model === undefined ? null : names.models().flatMap((known) => (known.model === model ? [known.id] : []));
  return { user, agent, project, models, after: question.cursor === undefined ? null : parseCursor(question.cursor) };
}

function parseCursor(cursor: string): { order: bigint; id: number } {
  const match = /^(-?\d+)\.(\d+)$/.exec(cursor);
  if (!match) {
    throw new InvalidInput("invalid_cursor", `cursor "${cursor}" is not one that a page has given`, {
      field: "cursor",
    });
  }
  return { order: BigInt(match[1] as string), id: Number(match[2]) };
}

/** Whether it is cheaper to sort the sessions of the range than to go through all of them in order. */
function fewIn({ database }: ScanContext, { startMs, endMs }: SessionsQuestion): boolean {
  const sql = "SELECT count(*) FROM (SELECT 1 FROM sessions WHERE last_at >= ? AND last_at < ? LIMIT ?)";
  const [count] = database.prepare(sql).get(startMs, endMs, FEW) as [number];
  return count < FEW;
}

const FEW = 5_000;

const ORDER_COLUMNS = { recent: "last_at", cost: "cost", tokens: "tokens", calls: "calls" } as const;

function sessionsSql(question: SessionsQuestion, wanted: Wanted, byTime: boolean): { sql: string; values: SqlValue[] } {
  // "+" keeps SQLite from using an index for the condition.
  const time = byTime || question.order === "recent" ? "last_at" : "+last_at";
  const where: string[] = [`${time} >= ?`, `${time} < ?`];
  const values: SqlValue[] = [question.startMs, question.endMs];
  const condition = (sql: string, ...bound: SqlValue[]): void => {
    where.push(sql);
    values.push(...bound);
  };
  if (wanted.user !== null) condition("user = ?", wanted.user);
  if (wanted.agent !== null) condition("agent = ?", wanted.agent);
  if (wanted.project !== null) condition("project = ?", wanted.project);
  if (wanted.models) {
    const any = wanted.models.map((model) => `instr(models, ',${model}@') > 0`);
    where.push(any.length === 0 ? "FALSE" : `(${any.join(" OR ")})`);
  }
  if (question.minCostNanoUsd !== undefined) condition("cost >= ?", BigInt(question.minCostNanoUsd));
  if (question.maxCostNanoUsd !== undefined) condition("cost <= ?", BigInt(question.maxCostNanoUsd));
  const order = ORDER_COLUMNS[question.order];
  if (wanted.after) condition(`(${order}, id) < (?, ?)`, wanted.after.order, wanted.after.id);
  return {
    sql: `SELECT ${SESSION_COLUMNS} FROM sessions WHERE ${where.join(" AND ")} ORDER BY ${order} DESC, id DESC`,
    values,
  };
}

interface Candidate {
  pending: PendingSessions;
  slot: number;
  id: number;
  state: SessionState;
}

function candidates(pending: PendingSessions): Candidate[] {
  return pending.states.map((state, slot) => ({ pending, slot, id: pending.sums.key(slot, 0), state }));
}

function orderValue({ pending, slot, state }: Candidate, order: SessionsQuestion["order"]): bigint {
  if (order === "recent") return BigInt(state.lastMs);
  const value = (name: (typeof SUM_NAMES)[number]): bigint => pending.sums.value(slot, SUM_NAMES.indexOf(name));
  if (order === "cost") return value("costNanoUsd");
  return order === "calls" ? value("calls") : value("inputTokens") + value("outputTokens");
}

function isAfter(session: { order: bigint; id: number }, after: { order: bigint; id: number }): boolean {
  return session.order < after.order || (session.order === after.order && session.id < after.id);
}

function matches(candidate: Candidate, question: SessionsQuestion, wanted: Wanted): boolean {
  const { state } = candidate;
  const cost = orderValue(candidate, "cost");
  return (
    state.lastMs >= question.startMs &&
    state.lastMs < question.endMs &&
    (wanted.user === null || state.user?.id === wanted.user) &&
    (wanted.agent === null || state.agent?.id === wanted.agent) &&
    (wanted.project === null || state.project?.id === wanted.project) &&
    (wanted.models === null || recentModels(state).some((model) => wanted.models?.includes(model))) &&
    (question.minCostNanoUsd === undefined || cost >= BigInt(question.minCostNanoUsd)) &&
    (question.maxCostNanoUsd === undefined || cost <= BigInt(question.maxCostNanoUsd))
  );
}

/** The sessions of the events behind the watermark, or one of them. */
function tail(context: ScanContext, session: number | null): PendingSessions {
  const { watermark } = readState(context.database);
  const pending = new PendingSessions();
  const one = session === null ? "+session IS NOT NULL" : `+session = ${session}`;
  const sql = `SELECT ${EVENT_COLUMNS.join()} FROM events WHERE seq > ? AND ${one} ORDER BY seq`;
  for (const row of context.database.prepare(sql).iterate(watermark)) pending.add(row);
  return pending;
}

function outward(pending: PendingSessions, slot: number, names: Names): StoredSession {
  const state = pending.states[slot] as SessionState;
  const name = (code: number, said: { id: number } | null): string | undefined =>
    said ? names.textOf(code, said.id) : undefined;
  return toStoredSession(pending.sums, slot, state, {
    session: names.textOf(DIMENSION_CODES.session, pending.sums.key(slot, 0)),
    user: name(DIMENSION_CODES.user, state.user),
    agent: name(DIMENSION_CODES.agent, state.agent),
    project: name(DIMENSION_CODES.project, state.project),
    models: recentModels(state).map((id) => names.model(id).model),
  });
}
