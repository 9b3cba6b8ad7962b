import type { WireEvent } from "@outlay/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { reviseUsage } from "./revise-usage.ts";

let ledger: OpenLedger;
beforeEach(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
});
afterEach(() => ledger.close());

const reached = (inputTokens: number, day: number, more: Partial<WireEvent> = {}): WireEvent => ({
  id: "droid:s1",
  occurredAt: `2026-11-${String(day).padStart(2, "0")}T10:00:00.000Z`,
  provider: "anthropic",
  model: "claude-sonnet-4-5",
  source: "droid",
  session: "s1",
  usage: { inputTokens, outputTokens: inputTokens / 10 },
  metadata: { cumulative: true },
  ...more,
});

const money = (day: number, usd: number) =>
  reached(day * 100, day, { reportedCostUsd: usd, metadata: { cumulative: true, toolCostUsd: usd } });

async function tell(...events: unknown[]) {
  const { accepted, duplicates, revised, rejected } = await reviseUsage(ledger, events, { keep: "largest" });
  return { accepted, duplicates, revised, rejected: rejected.length };
}

async function stored() {
  return (await ledger.storage.listEvents({ startMs: 0, endMs: ledger.now(), filters: [], limit: 9 })).events;
}

async function booked(): Promise<[day: number, inputTokens: number | undefined][]> {
  return (await stored())
    .map((event): [number, number | undefined] => [new Date(event.occurredAtMs).getUTCDate(), event.usage.inputTokens])
    .toSorted((a, b) => a[0] - b[0]);
}

test("recorded is what each total adds, on the day that it was told; older copies and repeats add nothing", async () => {
  expect(await tell(reached(100, 1))).toEqual({ accepted: 1, duplicates: 0, revised: 0, rejected: 0 });
  expect(await tell(reached(250, 2))).toEqual({ accepted: 1, duplicates: 0, revised: 0, rejected: 0 });
  expect(await tell(reached(250, 3), reached(100, 3))).toEqual({ accepted: 0, duplicates: 2, revised: 0, rejected: 0 });
  expect(await tell(reached(400, 4), reached(500, 5))).toMatchObject({ accepted: 2 });
  expect(await booked()).toEqual([
    [1, 100],
    [2, 150],
    [4, 150],
    [5, 100],
  ]);
  const second = (await stored()).find(({ occurredAtMs }) => new Date(occurredAtMs).getUTCDate() === 2);
  expect(second).toMatchObject({ metadata: { since: "2026-11-01T10:00:00.000Z" } });
});

test("an import that ended before its totals were kept tells them again, and they replace themselves", async () => {
  await tell(reached(100, 1));
  const failing = { ...ledger.storage, putRecords: () => Promise.reject(new Error("the disk is full")) };
  const proxy = new Proxy(ledger.storage, {
    get: (target, name) => {
      const value: unknown = name === "putRecords" ? failing.putRecords : Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  await expect(reviseUsage({ ...ledger, storage: proxy }, [reached(250, 2)], { keep: "largest" })).rejects.toThrow(
    "full",
  );
  expect(await tell(reached(300, 3))).toEqual({ accepted: 0, duplicates: 0, revised: 1, rejected: 0 });
  expect(await booked()).toEqual([
    [1, 100],
    [3, 200],
  ]);
});

test("at once, two machines add it once; what is refused is not reached; another source is another session", async () => {
  await Promise.all([tell(reached(100, 1)), tell(reached(100, 1)), tell(reached(250, 2))]);
  expect(await booked()).toEqual([
    [1, 100],
    [2, 150],
  ]);
  expect(await tell(reached(400, 3, { model: "" }))).toMatchObject({ accepted: 0, rejected: 1 });
  expect(await tell(reached(400, 4))).toMatchObject({ accepted: 1 });
  expect(await tell(reached(100, 5, { source: "goose", id: "goose:s1" }))).toMatchObject({ accepted: 1 });
  expect((await booked()).map(([, count]) => count)).toEqual([100, 150, 150, 100]);
});

test("money that was told grows as the counts do", async () => {
  await tell(money(1, 0.1), money(2, 0.3));
  const events = await stored();
  expect(events.map(({ reportedNanoUsd }) => Number(reportedNanoUsd)).toSorted()).toEqual([100_000_000, 200_000_000]);
  expect(events.map(({ metadata }) => metadata?.["toolCostUsd"]).toSorted()).toEqual([0.1, 0.2]);
});
