import { afterEach, expect, it } from "vitest";
import { randomEvents, seededRandom, temporaryFolder } from "./sqlite/random-events.fixture.ts";
import { openSqliteStorage } from "./sqlite/sqlite-storage.ts";
import type { RecordedCharge, RecordedEvent, StoredEvent } from "./storage.ts";
import { watchStorage, type ToldRevision } from "./watch-storage.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 9, 20);
const folder = temporaryFolder();
afterEach(() => folder.remove());

it("tells what was added, by seq, and when sums moved otherwise", async () => {
  const storage = await openSqliteStorage({ dataDir: folder.path });
  const added: { event: RecordedEvent; seq: number }[] = [];
  const charges: RecordedCharge[] = [];
  let moved = 0;
  const watched = watchStorage(storage, {
    added: (events, seqs) => added.push(...events.map((event, index) => ({ event, seq: seqs[index] as number }))),
    addedCharges: (some) => charges.push(...some),
    moved: () => (moved += 1),
  });
  const events = randomEvents(seededRandom(3), 30, START_MS, START_MS + DAY_MS);
  const [first, second] = events as [RecordedEvent, RecordedEvent];

  await watched.appendEvents(events.slice(0, 10));
  await watched.appendEvents(events.slice(5, 30));
  expect(added.map(({ event }) => event.id)).toEqual(events.map(({ id }) => id));
  expect(added.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const question = { startMs: START_MS, endMs: START_MS + DAY_MS, by: [], filters: [] };
  expect((await watched.sum(question)).upToSeq).toBe(30);

  expect(moved).toBe(0);
  await watched.reviseEvents([{ id: first.id, event: { ...first, costNanoUsd: 7 } }]);
  await watched.reviseEvents([{ id: "unknown", event: null }]);
  expect(moved).toBe(1);
  expect((await watched.sum(question)).upToSeq).toBe(31);
  await watched.rerateEvents([{ ...second, seq: 2, costNanoUsd: 9 }]);
  expect(moved).toBe(2);

  const charge = { id: "fee", occurredAtMs: START_MS, kind: "fee", amountNanoUsd: 5 } as RecordedCharge;
  await watched.appendCharges([charge]);
  await watched.appendCharges([charge]);
  expect(charges).toHaveLength(1);
  await watched.close();
});

const costs = ({ before, after, seq }: ToldRevision) => [before.costNanoUsd, after?.costNanoUsd ?? null, seq];

it("tells revisions one by one to who wants them, also several of one event at once", async () => {
  const storage = await openSqliteStorage({ dataDir: folder.path });
  const told: ToldRevision[] = [];
  let moved = 0;
  const watched = watchStorage(storage, {
    added: () => {},
    addedCharges: () => {},
    wantsRevisions: () => true,
    revised: (revisions) => told.push(...revisions),
    moved: () => (moved += 1),
  });
  const [first, second] = randomEvents(seededRandom(4), 2, START_MS, START_MS + DAY_MS) as [
    RecordedEvent,
    RecordedEvent,
  ];
  await watched.appendEvents([first, second]);

  const cost = (costNanoUsd: number) => ({ ...first, basis: "rated" as const, costNanoUsd });
  await Promise.all([
    watched.reviseEvents([
      { id: first.id, event: cost(7) },
      { id: first.id, event: cost(8) },
      { id: "unknown", event: { ...cost(5), id: "unknown" } },
    ]),
    watched.reviseEvents([{ id: first.id, event: cost(9) }]),
    watched.reviseEvents([{ id: first.id, event: null }]),
  ]);
  const [seqBefore] = told.map(({ before }) => (before as StoredEvent).seq);
  expect(told.map(costs)).toEqual([
    [first.costNanoUsd, 7, seqBefore! + 2],
    [7, 8, seqBefore! + 3],
    [8, 9, seqBefore! + 4],
    [9, null, null],
  ]);
  expect(moved).toBe(0);
  await watched.close();
});

const record = (id: string, atMs: number, body: unknown = { id }) => ({ id, atMs, body });

it("keeps records by collection, newest first, each id once", async () => {
  const storage = await openSqliteStorage({ dataDir: folder.path });
  await storage.putRecords("alerts", [record("a", 1), record("b", 3), record("c", 2)]);
  await storage.putRecords("limits", [record("a", 9)]);
  await storage.putRecords("alerts", [record("c", 5, { text: "ünïcødé" })]);
  expect(await storage.listRecords("alerts")).toEqual([
    record("c", 5, { text: "ünïcødé" }),
    record("b", 3),
    record("a", 1),
  ]);
  expect(await storage.listRecords("alerts", { fromMs: 1, toMs: 5, limit: 1 })).toEqual([record("b", 3)]);
  expect(await storage.listRecords("alerts", { ids: ["a", "unknown"] })).toEqual([record("a", 1)]);
  expect(await storage.deleteRecords("alerts", ["a", "b", "unknown"])).toEqual({ deleted: 2 });
  await storage.close();
  const again = await openSqliteStorage({ dataDir: folder.path });
  expect((await again.listRecords("alerts")).map(({ id }) => id)).toEqual(["c"]);
  expect(await again.listRecords("limits")).toHaveLength(1);
  await again.close();
});
