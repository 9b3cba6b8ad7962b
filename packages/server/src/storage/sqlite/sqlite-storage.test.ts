import { DIMENSIONS, type Dimension } from "@outlay/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Filter, RecordedEvent, Storage, StoredEvent, SumQuestion } from "../storage.ts";
import {
  comparable,
  HOSTILE_TEXTS,
  matchesFilter,
  plainSum,
  randomEvents,
  seededRandom,
  temporaryFolder,
  valueOf,
} from "./random-events.fixture.ts";
import { openSqliteStorage } from "./sqlite-storage.ts";

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
const FIRST_MS = Date.UTC(2026, 9, 20);
const LAST_MS = FIRST_MS + 6 * DAY_MS;

describe("a storage with a few thousand random events", () => {
  const folder = temporaryFolder();
  const events = randomEvents(seededRandom(7), 4_000, FIRST_MS, LAST_MS);
  let storage: Storage;

  beforeAll(async () => {
    storage = await openSqliteStorage({ dataDir: folder.path });
    // Some in rollups by the time of the questions, some behind the watermark.
    await storage.appendEvents(events.slice(0, 2_500));
    await storage.close();
    storage = await openSqliteStorage({ dataDir: folder.path });
    for (let i = 2_500; i < events.length; i += 300) await storage.appendEvents(events.slice(i, i + 300));
  });
  afterAll(async () => {
    await storage.close();
    folder.remove();
  });

  const allDimensions: Dimension[] = [...DIMENSIONS, "tag:story", "tag:epic", "tag:never-used"];
  const likely: Dimension[] = [
    "model",
    "provider",
    "user",
    "team",
    "agent",
    "activity",
    "tag:story",
    "status",
    "basis",
  ];
  const dimension = fc.oneof(fc.constantFrom(...likely), fc.constantFrom(...allDimensions));
  const instant = fc.oneof(
    fc.integer({ min: FIRST_MS - DAY_MS, max: LAST_MS + DAY_MS }),
    fc.integer({ min: -4, max: 6 * 96 + 4 }).map((quarter) => FIRST_MS + quarter * QUARTER_MS),
    fc.integer({ min: -1, max: 7 }).map((day) => FIRST_MS + day * DAY_MS),
    fc.constantFrom(0, LAST_MS * 2),
  );

  const filter: fc.Arbitrary<Filter> = dimension.chain((name) => {
    const known = [...new Set(events.map((event) => valueOf(event, name)))];
    return fc.record({
      dimension: fc.constant(name),
      values: fc.array(fc.constantFrom<string | null>(...known, null, "never seen"), { maxLength: 3 }),
      patterns: fc.array(fc.constantFrom("*", "*-1*", "user-*", "c*-s*t", "st-1", "*'*"), { maxLength: 1 }),
      exclude: fc.boolean(),
    });
  });

  const question: fc.Arbitrary<SumQuestion> = fc
    .record({
      edges: fc.tuple(instant, instant),
      cuts: fc.array(fc.integer({ min: 0, max: 6 * 96 }), { maxLength: 6 }),
      by: fc.uniqueArray(dimension, { maxLength: 4 }),
      filters: fc.array(filter, { maxLength: 3 }),
      latency: fc.boolean(),
    })
    .map(({ edges, cuts, by, filters, latency }) => {
      const startMs = Math.min(...edges);
      const endMs = Math.max(...edges);
      const inner = cuts.map((quarter) => FIRST_MS + quarter * QUARTER_MS).filter((at) => at > startMs && at < endMs);
      const bucketStartsMs = [startMs, ...new Set(inner.toSorted((a, b) => a - b))];
      return { startMs, endMs, bucketStartsMs, by, filters, latency };
    });

  it("sums like a plain loop over the events, whatever is asked", async () => {
    await fc.assert(
      fc.asyncProperty(question, async (asked) => {
        const answer = await storage.sum(asked);
        expect(comparable(answer.rows)).toEqual(comparable(plainSum(events, asked)));
        const [total] = plainSum(events, { ...asked, by: [], bucketStartsMs: [asked.startMs] });
        expect(answer.totals.costNanoUsd).toBe(total?.sums.costNanoUsd ?? 0n);
        expect(answer.totals.calls).toBe(total?.sums.calls ?? 0n);
      }),
      { numRuns: 400 },
    );
  });

  it("answers questions about one or two dimensions without reading events, as long as the edges are on hours", async () => {
    // The sums are folded in behind the events.
    const whole: SumQuestion = { startMs: FIRST_MS, endMs: LAST_MS - 3_600_000, by: ["user"], filters: [] };
    await expect.poll(async () => (await storage.sum(whole)).scannedEvents, { timeout: 30_000 }).toBe(0);
    const bucketStartsMs = [FIRST_MS + 3_600_000, FIRST_MS + DAY_MS + 3_600_000];
    const [startMs = 0] = bucketStartsMs;
    for (const by of [[], ["model"], ["user"], ["agent", "model"], ["team", "agent"], ["tag:story"]] as Dimension[][]) {
      const asked = { startMs, endMs: LAST_MS - 3_600_000, bucketStartsMs, by, filters: [] };
      const answer = await storage.sum(asked);
      expect(answer.scannedEvents).toBe(0);
      expect(comparable(answer.rows)).toEqual(comparable(plainSum(events, asked)));
    }
  });

  it("keeps the largest groups and adds up the others", async () => {
    const asked: SumQuestion = { startMs: FIRST_MS, endMs: LAST_MS, by: ["user"], filters: [] };
    const all = await storage.sum(asked);
    const top = await storage.sum({ ...asked, top: { sum: "costNanoUsd", limit: 5 } });
    const costs = all.rows.map(({ sums }) => sums.costNanoUsd).toSorted((a, b) => (a < b ? 1 : -1));
    expect(top.rows.map(({ sums }) => sums.costNanoUsd)).toEqual(costs.slice(0, 5));
    expect(top.groups).toBe(all.rows.length);
    expect(top.others?.costNanoUsd).toBe(costs.slice(5).reduce((a, b) => a + b, 0n));
    expect(top.totals).toEqual(all.totals);
  });

  it("counts distinct users and sessions exactly", async () => {
    const asked = fc.record({
      of: fc.constantFrom("user" as const, "session" as const),
      shape: question,
      plain: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ of, shape, plain }) => {
        const { startMs, endMs, bucketStartsMs } = shape;
        const by = plain ? [] : shape.by.filter((name) => name !== of).slice(0, 2);
        const filters = plain ? [] : shape.filters.slice(0, 1);
        const rows = await storage.countDistinct({
          of,
          startMs,
          endMs,
          bucketStartsMs: bucketStartsMs ?? [],
          by,
          filters,
        });
        const expected = new Map<string, number>();
        for (const row of plainSum(events, { ...shape, by: [...by, of], filters })) {
          const key = [...row.key];
          if (key.pop() === null) continue;
          const name = JSON.stringify([row.bucket, key]);
          expected.set(name, (expected.get(name) ?? 0) + 1);
        }
        expect(new Map(rows.map(({ bucket, key, count }) => [JSON.stringify([bucket, key]), count]))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("gives every event back as it was recorded", async () => {
    for (const event of events.slice(0, 300)) {
      const stored = await storage.getEvent(event.id);
      expect(withoutSeq(stored as StoredEvent)).toEqual(asStored(event));
    }
    expect(await storage.getEvent("not there")).toBeNull();
  });

  it("lists events newest first, page by page, and scans them in order of arrival", async () => {
    await fc.assert(
      fc.asyncProperty(question, async ({ startMs, endMs, filters }) => {
        const matching = events.filter(
          (event) =>
            event.occurredAtMs >= startMs &&
            event.occurredAtMs < endMs &&
            filters.every((one) => matchesFilter(event, one)),
        );
        const listed: StoredEvent[] = [];
        let cursor: string | undefined;
        do {
          const limit = Math.max(50, Math.ceil(matching.length / 3));
          const page = await storage.listEvents({ startMs, endMs, filters, limit, ...(cursor && { cursor }) });
          listed.push(...page.events);
          cursor = page.nextCursor ?? undefined;
        } while (cursor);
        expect(listed.map(({ id }) => id).toSorted()).toEqual(matching.map(({ id }) => id).toSorted());
        const order = listed.map(({ occurredAtMs, seq }) => occurredAtMs * 10_000 + seq);
        expect(order).toEqual(order.toSorted((a, b) => b - a));
        const scanned: string[] = [];
        for await (const page of storage.scanEvents({ startMs, endMs, filters, pageSize: 999 })) {
          scanned.push(...page.map(({ id }) => id));
        }
        expect(scanned).toEqual(matching.map(({ id }) => id));
      }),
      { numRuns: 30 },
    );
  });

  it("keeps running totals of sessions", async () => {
    const sessions = new Map<string, RecordedEvent[]>();
    for (const event of events) {
      if (event.session === undefined) continue;
      sessions.set(event.session, [...(sessions.get(event.session) ?? []), event]);
    }
    const listed = [];
    let cursor: string | undefined;
    do {
      const page = await storage.listSessions({
        startMs: 0,
        endMs: LAST_MS * 2,
        order: "cost",
        limit: 7,
        ...(cursor && { cursor }),
      });
      listed.push(...page.sessions);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(listed.length).toBe(sessions.size);
    const costs = listed.map(({ sums }) => sums.costNanoUsd);
    expect(costs).toEqual(costs.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0)));
    for (const session of listed) {
      const own = sessions.get(session.id) ?? [];
      const [expected] = plainSum(own, { startMs: 0, endMs: LAST_MS * 2, by: [], filters: [] });
      expect(session.sums).toEqual(expected?.sums);
      expect(session.firstMs).toBe(Math.min(...own.map(({ occurredAtMs }) => occurredAtMs)));
      expect(session.lastMs).toBe(Math.max(...own.map(({ occurredAtMs }) => occurredAtMs)));
      expect(await storage.getSession(session.id)).toEqual(session);
    }
    const one = listed.find(({ user }) => user !== undefined);
    const ofUser = await storage.listSessions({
      startMs: 0,
      endMs: LAST_MS * 2,
      user: one?.user ?? "",
      order: "recent",
      limit: 100,
    });
    expect(ofUser.sessions.map(({ id }) => id).toSorted()).toEqual(
      listed
        .filter(({ user }) => user === one?.user)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it("lists values and tag keys", async () => {
    for (const name of allDimensions) {
      const expected = new Set(events.map((event) => valueOf(event, name)).filter((value) => value !== null));
      expect(new Set(await storage.listValues(name, { limit: 100_000 }))).toEqual(
        name === "status" ? new Set(["success", "error"]) : expected,
      );
    }
    expect(await storage.listValues("user", { contains: "DROP", limit: 10 })).toEqual([HOSTILE_TEXTS[0]]);
    expect(await storage.listTagKeys()).toEqual(["epic", "story"]);
  });

  it("changes nothing when batches are sent again", async () => {
    const asked: SumQuestion = { startMs: 0, endMs: LAST_MS * 2, by: ["model", "agent"], filters: [] };
    const before = comparable((await storage.sum(asked)).rows);
    const again = events.slice(1_000, 3_000);
    const result = await storage.appendEvents(again);
    expect(result).toEqual({ accepted: 0, duplicates: again.map((_, index) => index), expired: [], seqs: [] });
    expect(comparable((await storage.sum(asked)).rows)).toEqual(before);
    expect((await storage.stats()).events).toBe(events.length);
  });

  it("finds its rollups equal to its events", async () => {
    const verdict = await storage.verifyRollups({ repair: true });
    expect(verdict.examples).toEqual([]);
    expect(verdict.different).toBe(0);
    expect(verdict.compared).toBeGreaterThan(1_000);
  });
});

function withoutSeq({ seq: _seq, ...event }: StoredEvent): RecordedEvent {
  return event;
}

/** What is not said is absent. */
function asStored(event: RecordedEvent): RecordedEvent {
  const copy = { ...event, usage: { ...event.usage } };
  for (const part of [copy, copy.usage] as Record<string, unknown>[]) {
    for (const name of Object.keys(part)) if (part[name] === undefined) delete part[name];
  }
  return copy;
}

it("keeps the same groups of equal size, whether they are read from sums or from events", async () => {
  const folder = temporaryFolder();
  const event = randomEvents(seededRandom(5), 1, FIRST_MS, LAST_MS)[0] as RecordedEvent;
  // The latest first: as it arrived is not as it happened.
  const events = Array.from({ length: 12 }, (_, index) => ({
    ...event,
    id: `equal-${index}`,
    occurredAtMs: LAST_MS - 1 - index * 3_600_000,
    user: `user-${index % 4}`,
    tags: { story: `st-${index % 3}` },
    costNanoUsd: 1_000,
  }));
  const questions = [["user"], ["user", "tag:story"], ["model", "user", "agent"]].map((by): SumQuestion => {
    return {
      startMs: FIRST_MS,
      endMs: LAST_MS,
      by: by as Dimension[],
      filters: [],
      top: { sum: "costNanoUsd", limit: 2 },
    };
  });
  const keysOf = async (storage: Storage) =>
    Promise.all(questions.map(async (asked) => (await storage.sum(asked)).rows.map(({ key }) => key)));
  const before = await openSqliteStorage({ dataDir: folder.path });
  await before.appendEvents(events);
  const fromEvents = await keysOf(before);
  await before.close();
  const after = await openSqliteStorage({ dataDir: folder.path });
  expect(await keysOf(after)).toEqual(fromEvents);
  await after.close();
  folder.remove();
});
