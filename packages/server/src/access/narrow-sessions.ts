import { InvalidInput } from "@outlay/core";
import type {
  Filter,
  SessionsPage,
  SessionsQuestion,
  Storage,
  StoredEvent,
  StoredSession,
} from "../storage/storage.ts";

/** As many as the storage remembers of a session. */
const MAX_MODELS = 16;
/** Events read at once. */
const PAGE = 1_000;
const EVER = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

/** A session by what its list is ordered by. */
interface Ranked {
  id: string;
  order: bigint;
}

/** Everybody's storage, and what somebody may see of it. */
interface Storages {
  whole: Storage;
  narrowed: Storage;
}

/**
 * Sessions made of the events in the narrowed storage: running totals are kept of whole sessions only. Of events that have
 * expired nothing is left here.
 */
export function narrowSessions(storagesOf: () => Storages): Pick<Storage, "listSessions" | "getSession"> {
  return {
    listSessions: (question) => listSessions(storagesOf(), question),
    async getSession(id) {
      const [session] = await buildSessions(storagesOf(), [id]);
      return session ?? null;
    },
  };
}

async function listSessions(storages: Storages, question: SessionsQuestion): Promise<SessionsPage> {
  const after = question.cursor === undefined ? null : parseCursor(question.cursor);
  const found: { session: StoredSession; order: bigint }[] = [];
  for await (const group of rankedSessions(storages, question, after)) {
    const ids = group.map(({ id }) => id);
    const sessions = await buildSessions(storages, ids);
    for (const session of sessions) {
      const order = orderOf(session, question.order);
      const isNext = after === null || isBefore(after, { id: session.id, order });
      if (isNext && matches(session, question)) found.push({ session, order });
    }
    if (found.length > question.limit) break;
  }
  found.sort((a, b) => (isBefore({ id: a.session.id, order: a.order }, { id: b.session.id, order: b.order }) ? -1 : 1));
  const page = found.slice(0, question.limit);
  const last = page.at(-1);
  return {
    sessions: page.map(({ session }) => session),
    nextCursor: found.length > question.limit && last !== undefined ? `${last.order}.${last.session.id}` : null,
  };
}

/** Ids of sessions in groups, each after the one before in the order asked, none of them cut where the order is equal. */
function rankedSessions(storages: Storages, question: SessionsQuestion, after: Ranked | null): AsyncIterable<Ranked[]> {
  return question.order === "recent" ? byTime(storages.narrowed, question, after) : bySum(storages, question, after);
}

async function* byTime(
  storage: Storage,
  { startMs, endMs, limit }: SessionsQuestion,
  after: Ranked | null,
): AsyncIterable<Ranked[]> {
  const range = { startMs, endMs: after === null ? endMs : Math.min(endMs, Number(after.order) + 1) };
  const seen = new Set<string>();
  let group: Ranked[] = [];
  for await (const event of newestFirst(storage, range, [HAS_SESSION])) {
    const order = BigInt(event.occurredAtMs);
    if (group.length > limit && group.at(-1)!.order !== order) {
      yield group;
      group = [];
    }
    const id = event.session!;
    if (seen.has(id)) continue;
    seen.add(id);
    group.push({ id, order });
  }
  yield group;
}

async function* bySum(
  { whole, narrowed }: Storages,
  { order, limit }: SessionsQuestion,
  after: Ranked | null,
): AsyncIterable<Ranked[]> {
  const { horizonMs } = await whole.stats();
  const { rows } = await narrowed.sum({ ...EVER, startMs: horizonMs, by: ["session"], filters: [HAS_SESSION] });
  const ranked = rows
    .map(({ key, sums }) => ({ id: key[0]!, order: orderOf({ sums, lastMs: 0 }, order) }))
    .filter((session) => after === null || isBefore(after, session))
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  for (let start = 0; start < ranked.length; start += limit + 1) yield ranked.slice(start, start + limit + 1);
}

/** Each with the part of it that the narrowed storage has; those of which it has nothing are left out. */
async function buildSessions({ whole, narrowed }: Storages, ids: string[]): Promise<StoredSession[]> {
  const states = new Map<string, SessionState>();
  const readState = async (id: string) => {
    const around = await whole.getSession(id);
    if (around === null) return;
    // where the whole session lies, so that no other day is looked at
    const range = { startMs: around.firstMs, endMs: around.lastMs + 1 };
    for await (const event of newestFirst(narrowed, range, [ofSessions([id])])) addOlder(states, event);
  };
  await Promise.all(ids.map(readState));
  if (states.size === 0) return [];
  const { horizonMs } = await whole.stats();
  const filters = [ofSessions([...states.keys()])];
  const { rows } = await narrowed.sum({ ...EVER, startMs: horizonMs, by: ["session"], filters });
  return rows.flatMap(({ key, sums }) => {
    const state = states.get(key[0]!);
    return state === undefined ? [] : [{ ...state, models: [...state.models.values()].toReversed(), sums }];
  });
}

function ofSessions(ids: string[]): Filter {
  return { dimension: "session", values: ids, patterns: [], exclude: false };
}

/** What the newest events of a session said. */
interface SessionState extends Omit<StoredSession, "sums" | "models"> {
  /** Of the latest use first, by provider and model: two providers' model of one name is there twice. */
  models: Map<string, string>;
}

/** Takes in an event that is older than those before: what they said counts. */
function addOlder(states: Map<string, SessionState>, event: StoredEvent): void {
  const { occurredAtMs, user, agent, project, provider, model } = event;
  const id = event.session!;
  let state = states.get(id);
  if (state === undefined) {
    state = { id, firstMs: occurredAtMs, lastMs: occurredAtMs, user, agent, project, models: new Map() };
    states.set(id, state);
  }
  state.firstMs = occurredAtMs;
  state.user ??= user;
  state.agent ??= agent;
  state.project ??= project;
  if (state.models.size < MAX_MODELS) state.models.set(JSON.stringify([provider, model]), model);
}

async function* newestFirst(
  storage: Storage,
  range: { startMs: number; endMs: number },
  filters: Filter[],
): AsyncIterable<StoredEvent> {
  let cursor: string | undefined;
  do {
    const page = await storage.listEvents({
      ...range,
      filters,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.events;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

const HAS_SESSION: Filter = { dimension: "session", values: [null], patterns: [], exclude: true };

function matches({ lastMs, user, agent, project, models, sums }: StoredSession, question: SessionsQuestion): boolean {
  return (
    lastMs >= question.startMs &&
    lastMs < question.endMs &&
    (question.user === undefined || user === question.user) &&
    (question.agent === undefined || agent === question.agent) &&
    (question.project === undefined || project === question.project) &&
    (question.model === undefined || models.includes(question.model)) &&
    (question.minCostNanoUsd === undefined || sums.costNanoUsd >= BigInt(question.minCostNanoUsd)) &&
    (question.maxCostNanoUsd === undefined || sums.costNanoUsd <= BigInt(question.maxCostNanoUsd))
  );
}

function orderOf({ sums, lastMs }: Pick<StoredSession, "sums" | "lastMs">, order: SessionsQuestion["order"]): bigint {
  if (order === "recent") return BigInt(lastMs);
  if (order === "cost") return sums.costNanoUsd;
  return order === "calls" ? sums.calls : sums.inputTokens + sums.outputTokens;
}

/** Lists begin with the most; of those alike, with the greater id. */
function isBefore(a: Ranked, b: Ranked): boolean {
  return a.order > b.order || (a.order === b.order && a.id > b.id);
}

function parseCursor(cursor: string): Ranked {
  const [, order, id] = /^(-?\d+)\.(.*)$/s.exec(cursor) ?? [];
  if (order !== undefined && id !== undefined) return { order: BigInt(order), id };
  throw new InvalidInput("invalid_cursor", `cursor "${cursor}" is not one that a page has given`, {
    field: "cursor",
  });
}
