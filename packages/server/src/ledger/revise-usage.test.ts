import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StoredEvent } from "../storage/storage.ts";
import { ask } from "./ask.ts";
import { getEvent } from "./list-events.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { parseQuestion } from "./question.ts";
import { recordUsage } from "./record-usage.ts";
import { removeUsage, reviseUsage } from "./revise-usage.ts";

const NOW = "2026-11-22T12:00:00Z";
const LARGEST = { source: "otlp", keep: "largest" } as const;
const LATEST = { source: "langfuse", keep: "latest" } as const;
let ledger: OpenLedger;

beforeEach(async () => {
  ledger = await openLedger(NOW);
});
afterEach(() => ledger.close());

async function totals(metrics: string) {
  const question = parseQuestion({ metrics: [metrics], period: ["all"] }, { now: ledger.now(), timeZone: "UTC" });
  return (await ask(ledger, question)).totals;
}

const out = (id: string, outputTokens: number, rest: object = {}) =>
  call(NOW, { id, usage: { inputTokens: 0, outputTokens }, ...rest });

describe("the largest of an id", () => {
  test("stands, whether it comes first or last, and is told to listeners with a seq of its own", async () => {
    const heard: StoredEvent[] = [];
    ledger.live.subscribe((events) => heard.push(...events));
    expect(await reviseUsage(ledger, [out("a", 100)], LARGEST)).toMatchObject({ accepted: 1, revised: 0 });
    expect(await reviseUsage(ledger, [out("a", 300)], LARGEST)).toMatchObject({ accepted: 0, revised: 1, ids: ["a"] });
    expect(await reviseUsage(ledger, [out("a", 200)], LARGEST)).toMatchObject({ duplicates: 1, revised: 0 });
    expect(await reviseUsage(ledger, [out("a", 300, { user: "late" })], LARGEST)).toMatchObject({ duplicates: 1 });
    expect(await totals("cost,calls,outputTokens")).toEqual({ cost: 0.003, calls: 1, outputTokens: 300 });
    expect(heard.map(({ id, seq, usage }) => [id, seq, usage.outputTokens])).toEqual([
      ["a", 1, 100],
      ["a", 2, 300],
    ]);
    expect(await getEvent(ledger, "a")).toMatchObject({ costUsd: 0.003, seq: 2, source: "otlp" });
  });

  test("is never a repetition in a side-chain, however large, where the conversation itself was told", async () => {
    const side = { metadata: { sidechain: true } };
    await reviseUsage(ledger, [out("a", 400, side)], LARGEST);
    expect(await reviseUsage(ledger, [out("a", 301)], LARGEST)).toMatchObject({ revised: 1 });
    expect(await reviseUsage(ledger, [out("a", 500, side)], LARGEST)).toMatchObject({ duplicates: 1, revised: 0 });
    expect(await reviseUsage(ledger, [out("b", 8, side), out("b", 60, side)], LARGEST)).toMatchObject({ revised: 1 });
    expect(await totals("calls,outputTokens")).toEqual({ calls: 2, outputTokens: 361 });
  });

  test("is the one that says its tokens, then the one with the higher reported cost, then with more of other counts", async () => {
    await reviseUsage(ledger, [out("a", 0, { usage: {} })], LARGEST);
    expect(await reviseUsage(ledger, [out("a", 0)], LARGEST)).toMatchObject({ revised: 1 });
    expect(await reviseUsage(ledger, [out("a", 0, { reportedCostUsd: 0 })], LARGEST)).toMatchObject({ revised: 1 });
    expect(await reviseUsage(ledger, [out("a", 0, { reportedCostUsd: 2 })], LARGEST)).toMatchObject({ revised: 1 });
    expect(await reviseUsage(ledger, [out("a", 0, { reportedCostUsd: 1 })], LARGEST)).toMatchObject({ duplicates: 1 });
    const images = { reportedCostUsd: 2, usage: { inputTokens: 0, outputTokens: 0, images: 1 } };
    expect(await reviseUsage(ledger, [out("a", 0, images)], LARGEST)).toMatchObject({ revised: 1 });
    expect(await totals("cost,calls")).toEqual({ cost: 2, calls: 1 });
  });
});

test("a count stands against a larger estimate, and an estimate against nothing", async () => {
  const estimated = (tokens: number) => out("a", tokens, { metadata: { usageEstimated: true } });
  await reviseUsage(ledger, [out("a", 0, { usage: {} })], LARGEST);
  expect(await reviseUsage(ledger, [estimated(500)], LARGEST)).toMatchObject({ revised: 1 });
  expect(await reviseUsage(ledger, [out("a", 100)], LARGEST)).toMatchObject({ revised: 1 });
  expect(await reviseUsage(ledger, [estimated(900)], LARGEST)).toMatchObject({ revised: 0, duplicates: 1 });
  expect(await totals("outputTokens,estimatedCalls")).toEqual({ outputTokens: 100, estimatedCalls: 0 });
});

describe("the latest of an id", () => {
  test("stands even when it is smaller, and a repeat of it changes nothing", async () => {
    await reviseUsage(ledger, [out("a", 100)], LATEST);
    const last = out("a", 10, { user: "u", tags: { b: "1", a: "2" }, durationMs: 1.23456, metadata: { deep: [1] } });
    expect(await reviseUsage(ledger, [last], LATEST)).toMatchObject({ revised: 1 });
    expect(await reviseUsage(ledger, [last], LATEST)).toMatchObject({ revised: 0, duplicates: 1 });
    expect(await totals("cost,calls,users")).toEqual({ cost: 0.0001, calls: 1, users: 1 });
  });

  test("of an event that came through another door takes its place too", async () => {
    await recordUsage(ledger, [out("a", 100)]);
    expect(await reviseUsage(ledger, [out("a", 50)], LATEST)).toMatchObject({ revised: 1 });
    expect(await totals("outputTokens,calls")).toEqual({ outputTokens: 50, calls: 1 });
  });
});

describe("a batch", () => {
  test("with several revisions of one id counts each, and keeps the right one", async () => {
    const batch = [out("a", 1), out("a", 3), out("a", 2), out("b", 5), "nothing", out("a", 3)];
    const answer = await reviseUsage(ledger, batch, LARGEST);
    expect(answer).toMatchObject({ accepted: 2, revised: 1, duplicates: 2, ids: ["a", "a", "a", "b", "a"] });
    expect(answer.rejected.map(({ index }) => index)).toEqual([4]);
    expect(await totals("outputTokens,calls")).toEqual({ outputTokens: 8, calls: 2 });
    const latest = await reviseUsage(ledger, batch, { ...LARGEST, keep: "latest" });
    expect(latest).toMatchObject({ accepted: 0, revised: 0, duplicates: 5 });
    expect(await reviseUsage(ledger, [out("a", 9), out("a", 1)], LATEST)).toMatchObject({ revised: 2 });
    expect(await totals("outputTokens,calls")).toEqual({ outputTokens: 6, calls: 2 });
  });

  test("from before the horizon is refused, from recording as from revising", async () => {
    await recordUsage(ledger, [out("old", 1, { occurredAt: "2026-01-05T00:00:00Z" })]);
    await ledger.storage.expireEvents(Date.parse("2026-02-01T00:00:00Z"));
    const batch = [
      out("x", -1),
      out("old", 5, { occurredAt: "2026-01-05T00:00:00Z" }),
      out("new", 1),
      out("old", 6, { occurredAt: "2026-01-05T00:00:00Z" }),
    ];
    const revised = await reviseUsage(ledger, batch, LARGEST);
    expect(revised).toMatchObject({ accepted: 1, duplicates: 0, revised: 0, ids: ["new"] });
    expect(revised.rejected.map(({ index, code }) => [index, code])).toEqual([
      [0, "out_of_range"],
      [1, "event_expired"],
      [3, "event_expired"],
    ]);
    const recorded = await recordUsage(ledger, batch);
    expect(recorded).toMatchObject({ accepted: 0, duplicates: 1, ids: ["new"] });
    expect(recorded.rejected.map(({ index, field }) => [index, field])).toEqual([
      [0, "usage.outputTokens"],
      [1, "occurredAt"],
      [3, "occurredAt"],
    ]);
    // A stored event does not move to before the horizon either.
    const moved = await reviseUsage(ledger, [out("new", 9, { occurredAt: "2026-01-05T00:00:00Z" })], LARGEST);
    expect(moved).toMatchObject({ revised: 0, duplicates: 0, rejected: [{ code: "event_expired" }] });
    expect(await totals("outputTokens,calls")).toEqual({ outputTokens: 2, calls: 2 });
  });
});

test("removing takes events out of every sum and leaves the rest alone", async () => {
  await recordUsage(ledger, [out("a", 1, { session: "s" }), out("b", 2, { session: "s" })]);
  expect(await removeUsage(ledger, ["a", "nobody", "a"])).toEqual({ removed: 1 });
  expect(await totals("outputTokens,calls,sessions")).toEqual({ outputTokens: 2, calls: 1, sessions: 1 });
  await removeUsage(ledger, ["b"]);
  expect(await totals("calls,sessions")).toEqual({ calls: 0, sessions: 0 });
  const ids = Array.from({ length: 5_001 }, () => "a");
  await expect(removeUsage(ledger, ids)).rejects.toMatchObject({ code: "batch_too_large", field: "ids" });
});

test("batches that arrive together leave the largest of each id, once, in any order", async () => {
  const batches = fc.array(
    fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 1_000 })), { minLength: 1, maxLength: 8 }),
    { minLength: 2, maxLength: 6 },
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(batches, async (sent) => {
      round++;
      const named = sent.map((batch) => batch.map(([n, tokens]) => out(`${round}-${n}`, tokens)));
      const answers = await Promise.all(named.map((batch) => reviseUsage(ledger, batch, LARGEST)));
      const largest = new Map<string, number>();
      for (const { id, usage } of named.flat() as { id: string; usage: { outputTokens: number } }[]) {
        largest.set(id, Math.max(largest.get(id) ?? 0, usage.outputTokens));
      }
      const stored = await ledger.storage.getEvents([...largest.keys()]);
      expect(new Map(stored.map(({ id, usage }) => [id, usage.outputTokens]))).toEqual(largest);
      const sum = (name: "accepted" | "duplicates" | "revised") => answers.reduce((n, answer) => n + answer[name], 0);
      expect(sum("accepted")).toBe(largest.size);
      expect(sum("accepted") + sum("duplicates") + sum("revised")).toBe(sent.flat().length);
    }),
    { numRuns: 30 },
  );
  expect((await ledger.storage.verifyRollups({ repair: false })).examples).toEqual([]);
});
