import { afterEach, beforeEach, expect, test } from "vitest";
import { call } from "../ledger/open-ledger.fixture.ts";
import { openTestAlerts, type OpenAlerts } from "./open-alerts.fixture.ts";

let open: OpenAlerts;
beforeEach(async () => {
  open = await openTestAlerts("2026-11-13T09:00:00Z");
});
afterEach(() => open.close());

/** A call that costs so many dollars. */
function costing(usd: number, occurredAt: string, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return call(occurredAt, { usage: { inputTokens: 0, outputTokens: usd * 100_000 }, ...rest });
}

const daily = { kind: "cost", name: "A dear day", amountUsd: 10 };

test("an alert fires once in its period, however often is looked, and again in the next", async () => {
  await open.alerts.createRule(daily, "test");
  await open.record(costing(9, "2026-11-13T08:00:00Z"));
  await open.look();
  expect(open.news()).toEqual([]);
  await open.record(costing(1, "2026-11-13T08:30:00Z"));
  await open.look();
  await open.look("2026-11-13T15:00:00Z");
  expect(open.news()).toEqual(["fired warning: Calls have cost $10.00 today"]);

  await open.look("2026-11-14T00:00:00Z");
  expect(open.news()).toEqual(["recovered info: Over: Calls have cost $10.00 today"]);
  await open.record(costing(11, "2026-11-14T00:00:00Z"));
  await open.look();
  expect(open.news()).toEqual(["fired warning: Calls have cost $11.00 today"]);
});

test("what becomes much more is told again, each urgency once", async () => {
  await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await open.look();
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await open.look();
  await open.record(costing(80, "2026-11-13T08:00:00Z"));
  await open.look();
  await open.record(costing(80, "2026-11-13T08:00:00Z"));
  await open.look();
  expect(open.news()).toEqual([
    "fired warning: Calls have cost $10.00 today",
    "escalated critical: Calls have cost $20.00 today",
    "escalated emergency: Calls have cost $100.00 today",
  ]);
});

test("looks that overlap tell once", async () => {
  await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await Promise.all([open.look(), open.look(), open.alerts.evaluate(), open.look()]);
  expect(open.news()).toHaveLength(1);
});

test("a restart neither forgets nor repeats", async () => {
  await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await open.look();
  await open.reopen();
  await open.look();
  expect(open.news()).toHaveLength(1);
  expect(open.alerts.list()).toMatchObject([{ isOpen: true, told: "warning" }]);
});

test("what the channels could not take goes out later, under the same id", async () => {
  await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  open.failing = new Error("the store is full");
  await open.look();
  expect(open.sent).toEqual([]);
  expect(open.failures).not.toEqual([]);
  const [waiting] = open.alerts.list()[0]!.waiting;
  await open.reopen();
  open.failing = null;
  await open.look();
  expect(open.sent.map((message) => message.id)).toEqual([waiting!.entry.id]);
  expect(open.alerts.list()[0]!.waiting).toEqual([]);
  const { entries } = await open.alerts.history.page({ limit: 10, cursor: null, keeps: () => true });
  expect(entries).toHaveLength(1);
});
