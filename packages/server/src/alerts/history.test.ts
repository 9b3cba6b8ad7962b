import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import type { HistoryEntry } from "./alert.ts";
import { History } from "./history.ts";

let ledger: OpenLedger;
beforeEach(async () => {
  ledger = await openLedger("2026-11-13T12:00:00Z");
});
afterEach(() => ledger.close());

function entry(number: number): HistoryEntry {
  return {
    id: `alert-${number}`,
    alertId: "alert",
    ruleId: "rule",
    ruleName: "Rule",
    kind: "cost",
    subject: "",
    users: null,
    what: "fired",
    severity: "warning",
    texts: { title: `Entry ${number}`, summary: "", facts: [], link: null },
    limit: null,
    atMs: number,
    muted: false,
    actor: null,
  };
}

/** As if so many had been added. */
async function fill(count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, index) => ({ ...entry(index + 1), number: index + 1 }));
  await ledger.storage.putRecords(
    "alert-history",
    entries.map((body) => ({ id: body.id, atMs: body.atMs, body })),
  );
}

test("numbers go on after a restart; what came after one is told in order", async () => {
  const first = await History.open(ledger.storage);
  for (const number of [1, 2, 3]) await first.add(entry(number));
  const second = await History.open(ledger.storage);
  expect(second.lastNumber).toBe(3);
  await second.add(entry(4));
  expect((await second.after(2))!.map((it) => it.id)).toEqual(["alert-3", "alert-4"]);
  expect(await second.after(4)).toEqual([]);
  // a stream of another data folder
  expect(await second.after(99)).toEqual([]);
});

test("only the newest entries are kept, and a stream that missed too many is told so", async () => {
  await fill(10_600);
  const history = await History.open(ledger.storage);
  const left = await ledger.storage.listRecords("alert-history");
  expect([left.length, left.at(-1)!.id]).toEqual([10_000, "alert-601"]);
  expect(await history.after(9_000)).toBeNull();
  expect(await history.after(9_601)).toHaveLength(999);
});

test("listeners hear of an entry when it is kept", async () => {
  const history = await History.open(ledger.storage);
  const heard: number[] = [];
  const end = history.subscribe((it) => heard.push(it.number));
  await history.add(entry(1));
  end();
  await history.add(entry(2));
  expect(heard).toEqual([1]);
});
