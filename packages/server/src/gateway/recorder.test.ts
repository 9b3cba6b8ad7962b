import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { recordUsage } from "../ledger/record-usage.ts";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import type { WireEvent } from "@outlay/core";
import { openRecorder } from "./recorder.ts";

const now = "2026-11-22T12:00:00Z";
const events = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => call(now, { id: `${prefix}-${i}` }) as WireEvent);

/** A ledger whose store fails as long as it is told to. */
async function openFailing(): Promise<{ ledger: OpenLedger; store: { fails: boolean }; log: string[] }> {
  const ledger = await openLedger(now);
  onTestFinished(() => ledger.close());
  const store = { fails: false };
  const append = ledger.storage.appendEvents.bind(ledger.storage);
  ledger.storage.appendEvents = async (batch) => {
    if (store.fails) throw new Error("disk full");
    return append(batch);
  };
  return { ledger, store, log: [] };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}

const stored = async (ledger: OpenLedger) => (await ledger.storage.stats()).events;

it("stores what is added, in the background", async () => {
  const { ledger } = await openFailing();
  const recorder = openRecorder(ledger, () => {});
  recorder.add(events("a", 2_500));
  await until(async () => (await stored(ledger)) === 2_500);
  await recorder.close();
  expect(ledger.health.unrecorded).toBe(0);
});

it("keeps what a failing store does not take, shows it, and stores it later, once", async () => {
  const { ledger, store, log } = await openFailing();
  const recorder = openRecorder(ledger, (where, error) => log.push(`${where} ${(error as Error).message}`));
  store.fails = true;
  recorder.add(events("a", 3));
  await until(() => ledger.health.unrecorded === 3);
  recorder.add(events("b", 2));
  expect(ledger.health.unrecorded).toBe(5);
  store.fails = false;
  await until(() => ledger.health.unrecorded === 0);
  expect(await stored(ledger)).toBe(5);
  expect(log).toEqual(["gateway recording disk full"]);
  await recorder.close();
});

it("records a call under another id when somebody else's event has its own, and tells which call it was", async () => {
  const { ledger } = await openFailing();
  await recordUsage(ledger, [call(now, { id: "taken", durationMs: 5 }), call(now, { id: "mine", durationMs: 7 })], {
    source: "gateway",
  });
  const over: string[] = [];
  const recorder = openRecorder(
    ledger,
    () => {},
    (id) => over.push(id),
  );
  const occurredAt = Date.parse(now);
  // What was stored, though the answer did not come, is sent again; the other id is that of another call.
  recorder.add([call(now, { id: "mine", occurredAt, durationMs: 7 }) as WireEvent]);
  recorder.add([call(now, { id: "taken", occurredAt, durationMs: 6 }) as WireEvent]);
  await until(async () => (await stored(ledger)) === 3);
  await until(() => over.length === 2);
  await recorder.close();
  expect(over.toSorted()).toEqual(["mine", "taken"]);
  expect(await stored(ledger)).toBe(3);
});

it("keeps a bounded number, and counts what it gives up", async () => {
  const { ledger, store } = await openFailing();
  const recorder = openRecorder(ledger, () => {});
  store.fails = true;
  recorder.add(events("first", 1));
  await until(() => ledger.health.unrecorded === 1);
  for (let i = 0; i < 30; i += 1) recorder.add(events(`more-${i}`, 1_000));
  expect(ledger.health.unrecorded).toBe(30_001);
  store.fails = false;
  await recorder.close();
  expect(await stored(ledger)).toBe(19_001);
  expect(ledger.health.unrecorded).toBe(11_000);
});

it("counts what is not accepted", async () => {
  const { ledger, log } = await openFailing();
  const recorder = openRecorder(ledger, (_, error) => log.push((error as Error).message));
  recorder.add([
    { provider: "test", model: "small", usage: { inputTokens: 1, cacheReadTokens: 2 } },
    ...events("a", 1),
  ]);
  await recorder.close();
  expect(ledger.health.unrecorded).toBe(1);
  expect(await stored(ledger)).toBe(1);
  expect(log[0]).toContain("usage");
});
