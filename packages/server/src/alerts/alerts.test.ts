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

test("after a restart nobody looks anew before something is recorded", async () => {
  const { id } = await open.alerts.createRule(daily, "test");
  await open.record(costing(1, "2026-11-13T08:00:00Z"));
  await open.alerts.evaluate();
  const looked = open.alerts.lastLook(id);
  expect(looked).not.toBeNull();
  await open.reopen();
  open.ledger.setNow("2026-11-13T09:30:00Z");
  await open.alerts.evaluate();
  expect(open.alerts.lastLook(id)).toEqual(looked);

  await open.record(costing(10, "2026-11-13T09:00:00Z"));
  await open.reopen();
  expect(open.alerts.lastLook(id)).toBeNull();
  await open.alerts.evaluate();
  await open.alerts.settled();
  expect(open.news()).toEqual(["fired warning: Calls have cost $11.00 today"]);
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

test("killed after the message went out and before that was noted: it goes out again, under the same id", async () => {
  await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await open.look();
  // the store as it was just before
  const [alert] = open.alerts.list();
  const { entries } = await page();
  const waiting = [{ entry: { ...entries[0]!, number: undefined }, channelIds: null }];
  await open.ledger.storage.putRecords("alerts", [
    { id: alert!.id, atMs: alert!.openedAtMs, body: { ...alert!, waiting } },
  ]);
  await open.reopen();
  await open.alerts.settled();
  expect(open.sent.map((message) => message.id)).toEqual([open.sent[0]!.id, open.sent[0]!.id]);
  expect((await page()).entries.map((entry) => entry.id)).toEqual([open.sent[0]!.id]);
});

test("killed before anything was noted: the alert fires under the same id as it would have", async () => {
  await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await open.look();
  const [alert] = open.alerts.list();
  await open.ledger.storage.deleteRecords("alerts", [alert!.id]);
  await open.ledger.storage.deleteRecords("alert-history", [open.sent[0]!.id]);
  await open.reopen();
  await open.look();
  expect(new Set(open.sent.map((message) => message.id)).size).toBe(1);
});

test("a rule that is deleted or switched off closes its alerts, and tells nobody", async () => {
  const { id } = await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await open.look();
  await open.alerts.changeRule(id, { enabled: false }, "test");
  expect(open.alerts.list()).toMatchObject([{ isOpen: false, closedBecause: "rule_disabled" }]);
  await open.alerts.changeRule(id, { enabled: true }, "test");
  await open.look();
  expect(open.alerts.list()).toMatchObject([{ isOpen: true }]);
  await open.alerts.removeRule(id, "test");
  expect(open.alerts.list()).toMatchObject([{ isOpen: false, closedBecause: "rule_removed" }]);
  await open.look();
  expect(open.news()).toEqual(["fired warning: Calls have cost $10.00 today"]);
  expect((await open.ledger.storage.listAudit({ limit: 3 })).map((entry) => entry.action)).toEqual([
    "alert_rule_removed",
    "alert_rule_changed",
    "alert_rule_changed",
  ]);
});

test("a silence of one subject leaves the others, and ends by itself", async () => {
  const { id } = await open.alerts.createRule({ ...daily, each: "user" }, "test");
  const until = "2026-11-13T10:00:00Z";
  await open.alerts.silence({ rule: id, subject: "user:ada", until, reason: "known" }, "test");
  await open.record(
    costing(10, "2026-11-13T08:00:00Z", { user: "ada" }),
    costing(10, "2026-11-13T08:00:00Z", { user: "bob" }),
  );
  await open.look();
  expect(open.news()).toEqual(["fired warning: User bob has cost $10.00 today"]);
  await open.reopen();
  await open.look("2026-11-13T10:00:00Z");
  expect(open.news()).toEqual(["fired warning: User ada has cost $10.00 today"]);
  const { id: alert } = open.alerts.list().find(({ subject }) => subject === "user:bob")!;
  const silence = await open.alerts.silence({ alert, until: "2026-11-13T11:00:00Z" }, "test");
  expect(silence).toMatchObject({ ruleId: id, subject: "user:bob" });
  await expect(open.alerts.silence({ alert: "no", until }, "test")).rejects.toMatchObject({ code: "alert_not_found" });
  await expect(open.alerts.silence({ rule: "no", until }, "test")).rejects.toMatchObject({
    code: "alert_rule_not_found",
  });
  await expect(open.alerts.silence({ rule: id, alert, until }, "test")).rejects.toMatchObject({ field: "alert" });
  await expect(open.alerts.silence({ until: "2026-11-13T09:00:00Z" }, "test")).rejects.toMatchObject({
    field: "until",
  });
  await expect(open.alerts.silence({ until, rules: id }, "test")).rejects.toMatchObject({ code: "unknown_field" });
});

test("acknowledging is noted once, and only of what is open", async () => {
  await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await open.look();
  const { id } = open.alerts.list()[0]!;
  await open.alerts.acknowledge(id, "person:ada");
  await open.alerts.acknowledge(id, "person:bob");
  await open.alerts.settled();
  expect((await page()).entries.map(({ what, actor }) => [what, actor])).toEqual([
    ["acknowledged", "person:ada"],
    ["fired", null],
  ]);
  await open.look("2026-11-14T00:00:00Z");
  await expect(open.alerts.acknowledge(id, "person:ada")).rejects.toMatchObject({ code: "alert_not_open" });
  await expect(open.alerts.acknowledge("no", "person:ada")).rejects.toMatchObject({ code: "alert_not_found" });
});

test("the history is read page by page, each entry once, also those of one moment", async () => {
  await open.alerts.createRule({ ...daily, each: "user" }, "test");
  const users = Array.from({ length: 25 }, (_, user) => `user ${user}`);
  await open.record(...users.map((user) => costing(10, "2026-11-13T08:00:00Z", { user })));
  await open.look();
  const seen: string[] = [];
  for (let cursor: string | null = null; ;) {
    const { entries, nextCursor }: Awaited<ReturnType<typeof page>> = await page(10, cursor);
    seen.push(...entries.map((entry) => entry.subject));
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  expect(seen.toSorted()).toEqual(users.map((user) => `user:${user}`).toSorted());
  await expect(page(10, "x")).rejects.toMatchObject({ code: "invalid_cursor" });
});

test("while nothing is recorded, most rules do not look again", async () => {
  const { id } = await open.alerts.createRule(daily, "test");
  await open.alerts.evaluate();
  const first = open.alerts.lastLook(id)!.atMs;
  open.ledger.setNow("2026-11-13T11:00:00Z");
  await open.alerts.evaluate();
  expect(open.alerts.lastLook(id)!.atMs).toBe(first);
  await open.record(costing(1, "2026-11-13T08:00:00Z"));
  await open.alerts.evaluate();
  expect(open.alerts.lastLook(id)!.atMs).toBe(Date.parse("2026-11-13T11:00:00Z"));
});

test("while nothing is recorded, a period ends in time, silences do, and what nobody answers becomes urgent", async () => {
  await open.alerts.createRule(daily, "test");
  await open.alerts.silence({ until: "2026-11-13T09:05:00Z" }, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  const evaluate = async (at: string) => {
    open.ledger.setNow(at);
    await open.alerts.evaluate();
    await open.alerts.settled();
    return open.news();
  };
  expect(await evaluate("2026-11-13T09:01:00Z")).toEqual([]);
  expect(await evaluate("2026-11-13T09:06:00Z")).toEqual(["fired warning: Calls have cost $10.00 today"]);
  expect(await evaluate("2026-11-13T23:59:59Z")).toEqual([]);
  expect(await evaluate("2026-11-14T00:01:00Z")).toEqual(["recovered info: Over: Calls have cost $10.00 today"]);
});

test("a look that fails ends nothing, and says why", async () => {
  const { id } = await open.alerts.createRule(daily, "test");
  await open.record(costing(10, "2026-11-13T08:00:00Z"));
  await open.look();
  const { sum } = open.ledger.storage;
  open.ledger.storage.sum = () => Promise.reject(new Error("the disk is gone"));
  await open.look();
  expect(open.alerts.lastLook(id)).toMatchObject({ failure: "the disk is gone" });
  expect(open.alerts.list()).toMatchObject([{ isOpen: true }]);
  open.ledger.storage.sum = sum;
  await open.look();
  expect(open.alerts.lastLook(id)).toMatchObject({ failure: null });
  expect(open.news()).toHaveLength(1);
});

function page(limit = 100, cursor: string | null = null) {
  return open.alerts.history.page({ limit, cursor, keeps: () => true });
}
