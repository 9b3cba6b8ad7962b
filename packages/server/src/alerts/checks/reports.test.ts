import { afterEach, expect, test } from "vitest";
import { billed, counted, reportAccount } from "../../reconciliation/reported-account.fixture.ts";
import { openTestAlerts, type OpenAlerts } from "../open-alerts.fixture.ts";

let open: OpenAlerts;
afterEach(() => open.close());

function gpt(date: number, millions: number): Record<string, unknown> {
  const occurredAt = `2026-11-${String(date).padStart(2, "0")}T12:00:00Z`;
  return { provider: "openai", model: "gpt-4o", occurredAt, usage: { inputTokens: millions * 1_000_000 } };
}

test("what a provider bills beyond what was recorded is told once, and that it agrees again; so is a connection that fails", async () => {
  open = await openTestAlerts("2026-11-22T12:00:00Z");
  const { storage } = open.ledger;
  await open.alerts.createRule({ kind: "reconciliation", name: "bills", days: 14, percent: 5, minimumUsd: 2 }, "test");
  await open.alerts.createRule({ kind: "syncFailing", name: "sync", hours: 12 }, "test");
  await open.look();
  expect(open.news()).toEqual([]);

  await open.record(gpt(10, 20), gpt(12, 1));
  // a tax is as it should be; 2.50 dollars of 52.50 are within five percent
  await reportAccount(storage, {
    10: { counted: [counted(20)], billed: [billed(50), { provider: "openai", money: "tax", costNanoUsd: 9.5e9 }] },
    12: { counted: [counted(2)], billed: [billed(5)] },
  });
  await open.look();
  expect(open.news()).toEqual([]);
  // the last three days are not settled yet
  await reportAccount(storage, { 12: { counted: [counted(3)], billed: [billed(7.5)] }, 20: { billed: [billed(900)] } });
  await open.look();
  await open.look("2026-11-22T18:00:00Z");
  expect(open.news()).toEqual(["fired warning: openai bills $5.00 more than was recorded"]);
  expect(open.sent.at(-1)!.facts).toContainEqual({
    label: "calls that the provider counted and nobody recorded here",
    value: "$5.00",
  });
  expect(open.sent.at(-1)!.link).toContain("/reconciliation?from=2026-11-05&to=2026-11-19&provider=openai");
  await open.record(gpt(12, 2));
  await open.look("2026-11-22T19:00:00Z");
  expect(open.news()).toEqual(["recovered info: Over: openai bills $5.00 more than was recorded"]);

  const problem = { code: "sync_key_refused", message: "OpenAI answered 401", atMs: 0 };
  const state = { problem, failures: 3, goodAtMs: Date.parse("2026-11-22T07:30:00Z"), series: {} };
  await storage.putRecords("sync", [
    {
      id: "one",
      atMs: 0,
      body: { id: "one", provider: "openai", name: "OpenAI", enabled: true, recorded: [], createdAtMs: 0 },
    },
  ]);
  await storage.putRecords("sync-states", [{ id: "one", atMs: 0, body: state }]);
  await open.look("2026-11-22T19:15:00Z");
  expect(open.news()).toEqual([]);
  await open.look("2026-11-22T19:30:00Z");
  expect(open.news()).toEqual(["fired warning: OpenAI cannot be asked what was used"]);
  await storage.putRecords("sync-states", [{ id: "one", atMs: 0, body: { ...state, problem: null, failures: 0 } }]);
  await open.look("2026-11-22T20:00:00Z");
  expect(open.news()).toEqual(["recovered info: Over: OpenAI cannot be asked what was used"]);
});
