import type { Dimension } from "@outlay/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  comparable,
  HOSTILE_TEXTS,
  randomEvents,
  seededRandom,
  temporaryFolder,
} from "../storage/sqlite/random-events.fixture.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type {
  Filter,
  RecordedCharge,
  RecordedEvent,
  SessionsQuestion,
  Storage,
  StoredEvent,
} from "../storage/storage.ts";
import { narrowStorage } from "./narrow-storage.ts";

// What somebody sees of everybody's store is what a store would say that holds only what is theirs.

const DAY_MS = 86_400_000;
const startMs = Date.UTC(2026, 9, 25);
const days = 9;
const endMs = startMs + days * DAY_MS;
const ever = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
const users = ["user-0", "user-1", "user-2", "user-3", "*", "nobody's"];
/** Everybody's, and one of each scope with only what is theirs. */
let whole: Storage;
let events: RecordedEvent[];
const scopes = [["user-0"], ["user-1", "user-3"], ["*"], ["nobody's"], []];
let pairs: { scope: string[]; narrowed: Storage; own: Storage }[];

beforeAll(async () => {
  events = eventsOfSeveral();
  whole = await storeOf(events, charges());
  pairs = await Promise.all(
    scopes.map(async (scope) => {
      const isTheirs = ({ user }: { user?: string | undefined }) => user !== undefined && scope.includes(user);
      const own = await storeOf(events.filter(isTheirs), charges().filter(isTheirs));
      return { scope, own, narrowed: narrowStorage(whole, scope) };
    }),
  );
}, 60_000);
const cleanups: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

async function storeOf(all: RecordedEvent[], charged: RecordedCharge[]): Promise<Storage> {
  const folder = temporaryFolder();
  const storage = await openSqliteStorage({ dataDir: folder.path });
  cleanups.push(() => storage.close().then(folder.remove));
  for (let at = 0; at < all.length; at += 300) await storage.appendEvents(all.slice(at, at + 300));
  await storage.appendCharges(charged);
  return storage;
}

/** Sessions are shared, so that each has a part of them; no two events occur at the same instant. */
function eventsOfSeveral(): RecordedEvent[] {
  const random = seededRandom(11);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  return randomEvents(random, 1_800, startMs, endMs).map((event, index) => ({
    ...event,
    occurredAtMs: event.occurredAtMs - (event.occurredAtMs % 2_000) + index,
    user: random() < 0.1 ? undefined : pick([...users.slice(0, 5), ...HOSTILE_TEXTS]),
    session: random() < 0.2 ? undefined : `session-${Math.floor(random() * 40)}`,
  }));
}

function charges(): RecordedCharge[] {
  return Array.from({ length: 60 }, (_, index) => ({
    id: `charge-${index}`,
    occurredAtMs: startMs + index * 3_600_000,
    kind: index % 2 === 0 ? "payment_fee" : "one_off",
    amountNanoUsd: index * 1_000,
    ...(index % 7 === 0 ? {} : { user: users[index % 5]! }),
  }));
}

const anyPair = fc.nat({ max: scopes.length - 1 }).map((index) => () => pairs[index]!);
const anyRange = fc
  .tuple(fc.integer({ min: -1, max: days * 96 }), fc.integer({ min: 1, max: days * 96 }))
  .map(([from, length]) => ({ startMs: startMs + from * 900_000, endMs: startMs + (from + length) * 900_000 }));
const anyDimension = fc.constantFrom<Dimension>(
  "user",
  "model",
  "provider",
  "session",
  "agent",
  "project",
  "status",
  "tag:story",
  "tag:epic",
  "category",
);
const anyFilter: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    dimension: fc.constant<Dimension>("user"),
    values: fc.subarray<string | null>([...users, null]),
    patterns: fc.subarray(["user-*", "*"]),
    exclude: fc.boolean(),
  }),
  fc.record({
    dimension: anyDimension,
    values: fc.subarray<string | null>(["gpt-5", "session-3", "agent-1", "project-0", "st-1", "error", null]),
    patterns: fc.subarray(["claude-*", "st-*"]),
    exclude: fc.boolean(),
  }),
);
const anyFilters = fc.array(anyFilter, { maxLength: 2 });
const runs = { numRuns: 60 };

/** `seq` counts everybody's events. */
const withoutSeq = (event: StoredEvent) => ({ ...event, seq: 0 });

describe("what somebody sees is what a store with only theirs would say", () => {
  it("in sums, also split by time", async () => {
    const question = fc.record({
      pair: anyPair,
      range: anyRange,
      by: fc.uniqueArray(anyDimension, { maxLength: 2 }),
      filters: anyFilters,
      split: fc.boolean(),
      latency: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(question, async ({ pair, range, by, filters, split, latency }) => {
        const { narrowed, own } = pair();
        const middle = range.startMs + Math.floor((range.endMs - range.startMs) / 1_800_000) * 900_000;
        const buckets = split && middle > range.startMs ? { bucketStartsMs: [range.startMs, middle] } : {};
        const asked = { ...range, by, filters, latency, ...buckets };
        const [seen, theirs] = await Promise.all([narrowed.sum(asked), own.sum(asked)]);
        expect(comparable(seen.rows)).toEqual(comparable(theirs.rows));
        expect(comparable([{ bucket: 0, key: [], sums: seen.totals }])).toEqual(
          comparable([{ bucket: 0, key: [], sums: theirs.totals }]),
        );
        expect(seen.groups).toBe(theirs.groups);
      }),
      { numRuns: 30 },
    );
  });

  it("in distinct counts", async () => {
    const question = fc.record({
      pair: anyPair,
      range: anyRange,
      of: fc.constantFrom("user" as const, "session" as const),
      by: fc.uniqueArray(anyDimension, { maxLength: 1 }),
      filters: anyFilters,
    });
    await fc.assert(
      fc.asyncProperty(question, async ({ pair, range, ...asked }) => {
        const { narrowed, own } = pair();
        const of = async (storage: Storage) =>
          (await storage.countDistinct({ ...range, ...asked })).map((row) => JSON.stringify(row)).toSorted();
        expect(await of(narrowed)).toEqual(await of(own));
      }),
      runs,
    );
  });

  it("in lists and scans of events", async () => {
    await fc.assert(
      fc.asyncProperty(anyPair, anyRange, anyFilters, async (pair, range, filters) => {
        const { narrowed, own } = pair();
        const listed = async (storage: Storage) => {
          const found: StoredEvent[] = [];
          let cursor: string | undefined;
          do {
            const page = await storage.listEvents({ ...range, filters, limit: 50, ...(cursor && { cursor }) });
            found.push(...page.events);
            cursor = page.nextCursor ?? undefined;
          } while (cursor !== undefined);
          return found.map(withoutSeq);
        };
        const scanned = async (storage: Storage) => {
          const found: StoredEvent[] = [];
          for await (const page of storage.scanEvents({ ...range, filters, pageSize: 100 })) found.push(...page);
          return found.map(withoutSeq);
        };
        expect(await listed(narrowed)).toEqual(await listed(own));
        expect(await scanned(narrowed)).toEqual(await scanned(own));
      }),
      runs,
    );
  });

  it("for single events, by one id or by many", async () => {
    const ids = events.map(({ id }) => id);
    for (const { narrowed, own } of pairs) {
      const of = async (storage: Storage) =>
        (await storage.getEvents(ids)).map(withoutSeq).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      expect(await of(narrowed)).toEqual(await of(own));
      for (const id of ids.slice(0, 40)) {
        expect((await narrowed.getEvent(id))?.id).toBe((await own.getEvent(id))?.id);
      }
    }
  });

  it("in sessions: each has only their own part", async () => {
    const question = fc.record({
      order: fc.constantFrom<SessionsQuestion["order"]>("recent", "cost", "tokens", "calls"),
      narrowing: fc.constantFrom<Partial<SessionsQuestion>>(
        {},
        { user: "user-1" },
        { agent: "agent-1" },
        { project: "project-0" },
        { model: "gpt-5" },
        { minCostNanoUsd: 10 ** 9 },
        { maxCostNanoUsd: 10 ** 9 },
      ),
      limit: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(anyPair, anyRange, question, async (pair, range, { order, narrowing, limit }) => {
        const { narrowed, own } = pair();
        const [seen, theirs] = await Promise.all(
          [narrowed, own].map((storage) => allSessions(storage, { ...range, ...narrowing, order, limit })),
        );
        // what is alike in what it is ordered by may stand in any order
        const byId = (sessions: typeof seen) => sessions!.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        expect(byId(seen)).toEqual(byId(theirs));
        expect(seen!.map((session) => rank(session, order))).toEqual(theirs!.map((session) => rank(session, order)));
      }),
      runs,
    );
  });

  it("in one session, and one that is not theirs does not exist", async () => {
    for (const { narrowed, own } of pairs) {
      for (let number = 0; number < 41; number++) {
        const id = `session-${number}`;
        expect(await narrowed.getSession(id)).toEqual(await own.getSession(id));
      }
    }
  });

  it("in values for pickers, and in the keys of tags", async () => {
    const dimensions: Dimension[] = [
      "user",
      "model",
      "provider",
      "session",
      "agent",
      "team",
      "credential",
      "tag:story",
      "tag:epic",
    ];
    for (const { narrowed, own } of pairs) {
      const ofOwn = async (dimension: Dimension) => (await own.listValues(dimension, { limit: 1_000 })).toSorted();
      for (const dimension of dimensions) {
        const seen = await narrowed.listValues(dimension, { limit: 1_000 });
        expect(seen.toSorted(), dimension).toEqual(await ofOwn(dimension));
        expect(await narrowed.listValues(dimension, { limit: 2 })).toEqual(seen.slice(0, 2));
      }
      expect(await narrowed.listTagKeys()).toEqual(await own.listTagKeys());
      expect(await narrowed.listValues("status", { limit: 10 })).toEqual(await own.listValues("status", { limit: 10 }));
    }
  });

  it("in charges", async () => {
    for (const { narrowed, own } of pairs) {
      for (const narrowing of [{}, { user: "user-1" }, { kind: "one_off" }, { limit: 5 }]) {
        const asked = { ...ever, ...narrowing };
        expect(await narrowed.listCharges(asked)).toEqual(await own.listCharges(asked));
      }
    }
  });

  it("in how much there is", async () => {
    for (const { narrowed, own } of pairs) {
      const { sizeBytes: _, ...seen } = await narrowed.stats();
      const { sizeBytes: __, ...theirs } = await own.stats();
      expect(seen).toEqual(theirs);
    }
  });
});

async function allSessions(storage: Storage, question: SessionsQuestion) {
  const found = [];
  let cursor: string | undefined;
  do {
    const page = await storage.listSessions({ ...question, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.sessions);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

function rank({ sums, lastMs }: { sums: Record<string, unknown>; lastMs: number }, order: SessionsQuestion["order"]) {
  if (order === "recent") return lastMs;
  if (order === "cost") return sums["costNanoUsd"];
  return order === "calls" ? sums["calls"] : (sums["inputTokens"] as bigint) + (sums["outputTokens"] as bigint);
}
