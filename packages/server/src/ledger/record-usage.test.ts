import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StoredEvent } from "../storage/storage.ts";
import { ask } from "./ask.ts";
import { getEvent, listEvents } from "./list-events.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { parseQuestion } from "./question.ts";
import { recordUsage } from "./record-usage.ts";

const NOW = "2026-11-22T12:00:00Z";
let ledger: OpenLedger;

beforeEach(async () => {
  ledger = await openLedger(NOW);
});
afterEach(() => ledger.close());

async function totals(metrics: string) {
  const question = parseQuestion({ metrics: [metrics], period: ["all"] }, { now: ledger.now(), timeZone: "UTC" });
  return (await ask(ledger, question)).totals;
}

describe("one event", () => {
  test("is rated, kept and explained", async () => {
    const { ids } = await recordUsage(ledger, [
      call("2026-11-22T11:00:00Z", { usage: { inputTokens: 1_000, cacheReadTokens: 900, outputTokens: 50 } }),
    ]);
    const event = await getEvent(ledger, ids[0]!);
    // 100 at 1 USD, 900 at 0.10 USD, 50 at 10 USD for a million.
    expect(event).toMatchObject({ costUsd: 0.00069, basis: "rated", cacheSavingsUsd: 0.00081, source: "api", seq: 1 });
    expect(event.lines.map((line) => [line.meter, line.quantity, line.costUsd])).toEqual([
      ["input", 100, "0.0001"],
      ["cacheRead", 900, "0.00009"],
      ["output", 50, "0.0005"],
    ]);
    expect(event.price).toMatchObject({ id: event.priceId, provider: "test", model: "small" });
  });

  test("gets a time-ordered id when it has none, and keeps its own", async () => {
    const { ids } = await recordUsage(ledger, [call(NOW), call(NOW), call(NOW, { id: "mine" })]);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids[0]! < ids[1]!).toBe(true);
    expect(ids[2]).toBe("mine");
  });

  test("says which door it came through", async () => {
    await recordUsage(ledger, [call(NOW, { id: "a" }), call(NOW, { id: "b", source: "sdk" })], { source: "gateway" });
    expect((await getEvent(ledger, "a")).source).toBe("gateway");
    expect((await getEvent(ledger, "b")).source).toBe("sdk");
  });

  test("of an unknown model is unpriced: its tokens count, its cost is not known, and never 0", async () => {
    await recordUsage(ledger, [call(NOW, { id: "a", provider: "nobody", model: "unheard-of" })]);
    expect(await getEvent(ledger, "a")).toMatchObject({ basis: "unpriced", costUsd: null, lines: [], price: null });
    expect(await totals("cost,calls,tokens,unpricedCalls,unpricedTokens,costPerCall")).toEqual({
      cost: null,
      calls: 1,
      tokens: 100,
      unpricedCalls: 1,
      unpricedTokens: 100,
      costPerCall: null,
    });
  });

  test("says which counted meters its price has no rate for", async () => {
    await recordUsage(ledger, [
      call(NOW, { id: "a", usage: { outputTokens: 100, searches: 2 } }),
      call(NOW, { id: "b" }),
    ]);
    const { costUsd, approximate, note } = await getEvent(ledger, "a");
    expect({ costUsd, approximate }).toEqual({ costUsd: 0.001, approximate: true });
    expect(note).toBe("The price has no rate for searches; the rest is priced");
    expect((await getEvent(ledger, "b")).note).toBe(null);
  });

  test("with a reported cost counts that, with ours beside it", async () => {
    await recordUsage(ledger, [call(NOW, { id: "a", reportedCostUsd: 0.25 })]);
    expect(await getEvent(ledger, "a")).toMatchObject({
      basis: "reported",
      costUsd: 0.25,
      reportedCostUsd: 0.25,
      computedCostUsd: 0.001,
    });
  });

  test("from the application's own cache costs nothing and says what it avoided", async () => {
    await recordUsage(ledger, [call(NOW, { cacheHit: true }), call(NOW)]);
    expect(await totals("cost,calls,avoidedCost")).toEqual({ cost: 0.001, calls: 2, avoidedCost: 0.001 });
  });

  test("with tokens that were counted by us says estimated", async () => {
    await recordUsage(ledger, [call(NOW, { id: "a", metadata: { usageEstimated: true } })]);
    expect((await getEvent(ledger, "a")).basis).toBe("estimated");
    expect((await totals("estimatedCalls")).estimatedCalls).toBe(1);
  });
});

describe("a batch", () => {
  test("keeps its good events when others are bad, and says what is wrong with each", async () => {
    const answer = await recordUsage(ledger, [
      call(NOW, { id: "good-1" }),
      call(NOW, { id: "bad-1", usage: { inputTokens: -1 } }),
      "not an event",
      call(NOW, { id: "bad-2", usage: { inputTokens: 1, cacheReadTokens: 2 }, colour: "red" }),
      call("9999-12-31T00:00:00Z", { id: "bad-3" }),
      call(NOW, { id: "bad-4", usage: { inputTokens: 1e12, outputTokens: 1e12 } }),
      call(NOW, { id: "good-2", user: "'; DROP TABLE events; --", agent: '=cmd|" /C calc"!A0' }),
    ]);
    expect(answer).toMatchObject({ accepted: 2, duplicates: 0, ids: ["good-1", "good-2"] });
    expect(answer.rejected.map(({ index, id, field, code }) => [index, id, field, code])).toEqual([
      [1, "bad-1", "usage.inputTokens", "out_of_range"],
      [2, undefined, "event", "wrong_type"],
      [3, "bad-2", "usage.cacheReadTokens", "usage_part_exceeds_whole"],
      [4, "bad-3", "occurredAt", "time_out_of_range"],
      [5, "bad-4", "usage", "cost_too_large"],
    ]);
    expect(answer.rejected[2]!.more).toEqual([
      { field: "colour", code: "unknown_field", reason: "colour is not a known field" },
    ]);
    expect(await getEvent(ledger, "good-2")).toMatchObject({
      user: "'; DROP TABLE events; --",
      agent: '=cmd|" /C calc"!A0',
    });
    expect((await totals("calls")).calls).toBe(2);
  });

  test("sent three times counts once", async () => {
    const batch = Array.from({ length: 600 }, (_, index) => call(NOW, { id: `e-${index}`, session: `s-${index % 7}` }));
    const first = await recordUsage(ledger, batch);
    const again = await recordUsage(ledger, batch);
    const partly = await recordUsage(ledger, [...batch.slice(0, 10), call(NOW, { id: "new" }), batch[0]!]);
    expect(first).toMatchObject({ accepted: 600, duplicates: 0 });
    expect(again).toMatchObject({ accepted: 0, duplicates: 600 });
    expect(again.ids).toEqual(first.ids);
    expect(partly).toMatchObject({ accepted: 1, duplicates: 11 });
    expect(await totals("cost,calls,sessions")).toEqual({ cost: 0.601, calls: 601, sessions: 7 });
  });

  test("tells listeners about what was accepted, with its place in the order of arrival", async () => {
    const heard: StoredEvent[] = [];
    ledger.live.subscribe(() => {
      throw new Error("a listener of its own");
    });
    const stop = ledger.live.subscribe((events) => heard.push(...events));
    await recordUsage(ledger, [call(NOW, { id: "a" }), call(NOW, { id: "a" }), call(NOW, { id: "b" })]);
    stop();
    await recordUsage(ledger, [call(NOW, { id: "c" })]);
    expect(heard.map((event) => [event.id, event.seq])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("that is too large is refused as a whole", async () => {
    const batch = Array.from({ length: 5_001 }, () => call(NOW));
    await expect(recordUsage(ledger, batch)).rejects.toMatchObject({ code: "batch_too_large", field: "events" });
    expect((await totals("calls")).calls).toBe(0);
  });

  test("is not reported as recorded when the store fails", async () => {
    const heard: StoredEvent[] = [];
    ledger.live.subscribe((events) => heard.push(...events));
    await ledger.storage.close();
    await expect(recordUsage(ledger, [call(NOW)])).rejects.toThrow();
    expect(heard).toEqual([]);
  });
});

test("three attempts of one operation are three calls and two retries", async () => {
  await recordUsage(ledger, [
    call(NOW, { attempt: 1, success: false, errorType: "rate_limit", usage: {}, trace: "t-1" }),
    call(NOW, { attempt: 2, success: false, errorType: "rate_limit", usage: {}, trace: "t-1" }),
    call(NOW, { attempt: 3, trace: "t-1" }),
  ]);
  expect(await totals("cost,calls,retries,errors,errorRate")).toEqual({
    cost: 0.001,
    calls: 3,
    retries: 2,
    errors: 2,
    errorRate: 2 / 3,
  });
});

test("recent calls come newest first, page by page, through any filter", async () => {
  const hours = Array.from({ length: 10 }, (_, hour) =>
    call(`2026-11-20T0${hour}:00:00Z`, { id: `e-${hour}`, user: hour % 2 === 0 ? "even" : "odd" }),
  );
  await recordUsage(ledger, hours);
  const first = await listEvents(ledger, { filter: ["user:even"], limit: ["3"] });
  expect(first.events.map((event) => event.id)).toEqual(["e-8", "e-6", "e-4"]);
  const second = await listEvents(ledger, { filter: ["user:even"], limit: ["3"], cursor: [first.nextCursor!] });
  expect(second.events.map((event) => event.id)).toEqual(["e-2", "e-0"]);
  expect(second.nextCursor).toBeNull();
});

test("an event that does not exist is a 404", async () => {
  await expect(getEvent(ledger, "nothing")).rejects.toMatchObject({ code: "event_not_found", status: 404 });
});
