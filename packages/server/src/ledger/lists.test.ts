import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entity } from "./entity.ts";
import { listCharges } from "./list-charges.ts";
import { getSession, listSessions } from "./list-sessions.ts";
import { listValues } from "./list-values.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { recordCharges } from "./record-charges.ts";
import { recordUsage } from "./record-usage.ts";
import { expireEvents, verifyRollups } from "./retention.ts";
import { summary } from "./summary.ts";

let ledger: OpenLedger;

beforeAll(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  await recordUsage(ledger, [
    call("2026-11-20T10:00:00Z", {
      id: "a-1",
      session: "a",
      user: "u-1",
      agent: "dexter",
      activity: "planning.propose",
    }),
    call("2026-11-20T10:05:00Z", { id: "a-2", session: "a", user: "u-1", model: "large", activity: "coding.edit" }),
    call("2026-11-21T10:00:00Z", {
      id: "b-1",
      session: "b",
      user: "u-2",
      usage: { outputTokens: 5_000 },
      tags: { story: "st-1" },
    }),
    call("2026-11-21T11:00:00Z", {
      id: "c-1",
      session: "c",
      model: "unheard-of",
      usage: { inputTokens: 9_000 },
      success: false,
    }),
  ]);
});
afterAll(() => ledger.close());

async function sessionNames(params: Record<string, string[]>): Promise<string[]> {
  return (await listSessions(ledger, params)).sessions.map((session) => session.session);
}

describe("sessions", () => {
  test.each([
    ["recent", ["c", "b", "a"]],
    ["cost", ["b", "a", "c"]],
    ["tokens", ["c", "b", "a"]],
    ["calls", ["a", "c", "b"]],
  ])("by %s", async (order, expected) => {
    const { sessions } = await listSessions(ledger, { order: [order] });
    if (order === "calls") expect(sessions[0]!.session).toBe(expected[0]);
    else expect(sessions.map((session) => session.session)).toEqual(expected);
  });

  test("with their totals, and no cost where no call has a price", async () => {
    const { sessions } = await listSessions(ledger, { order: ["recent"] });
    expect(sessions[2]).toMatchObject({
      session: "a",
      calls: 2,
      cost: 0.002,
      costPerCall: 0.001,
      user: "u-1",
      models: ["small", "large"],
    });
    expect(sessions[0]).toMatchObject({
      session: "c",
      calls: 1,
      errors: 1,
      cost: null,
      costPerCall: null,
      unpricedCalls: 1,
    });
  });

  test("filtered by model, user and cost", async () => {
    expect(await sessionNames({ model: ["large"] })).toEqual(["a"]);
    expect(await sessionNames({ user: ["u-2"] })).toEqual(["b"]);
    expect(await sessionNames({ minCost: ["0.003"] })).toEqual(["b"]);
    expect(await sessionNames({ maxCost: ["0.003"], minCost: ["0.001"] })).toEqual(["a"]);
  });

  test("one of them, with its calls", async () => {
    const { session, byModel, byCategory, events } = await getSession(ledger, "a", {});
    expect(session.cost).toBe(0.002);
    expect(byModel.map((row) => [row["model"], row["cost"]])).toEqual([
      ["large", 0.001],
      ["small", 0.001],
    ]);
    expect(byCategory.map((row) => row["category"])).toEqual(["coding", "planning"]);
    expect(events.map((event) => event.id)).toEqual(["a-2", "a-1"]);
  });

  test("bad parameters", async () => {
    await expect(getSession(ledger, "none", {})).rejects.toMatchObject({ code: "session_not_found", status: 404 });
    await expect(listSessions(ledger, { order: ["size"] })).rejects.toMatchObject({
      code: "unknown_order",
      field: "order",
    });
    await expect(listSessions(ledger, { minCost: ["-1"] })).rejects.toMatchObject({
      code: "out_of_range",
      field: "minCost",
    });
    await expect(listSessions(ledger, { minCost: ["x"] })).rejects.toMatchObject({
      code: "invalid_amount",
      field: "minCost",
    });
  });
});

describe("an entity", () => {
  test("a user", async () => {
    const answer = await entity(ledger, { dimension: "user", value: "u-1" }, {});
    expect(answer.query.filters).toEqual(["user:u-1"]);
    expect(answer.totals).toMatchObject({ cost: 0.002, calls: 2 });
    expect(answer.byCategory.map((row) => row["category"])).toEqual(["coding", "planning"]);
    expect(answer.daily.find((row) => row["day"] === "2026-11-20")).toMatchObject({ calls: 2 });
    expect(answer.events.map((event) => event.id)).toEqual(["a-2", "a-1"]);
  });

  test("a value of a tag", async () => {
    expect((await entity(ledger, { dimension: "tag:story", value: "st-1" }, {})).totals.cost).toBe(0.05);
  });

  test("one that was never seen has zeros", async () => {
    const answer = await entity(ledger, { dimension: "user", value: "nobody*" }, {});
    expect(answer.totals).toMatchObject({ cost: 0, calls: 0, costPerCall: null });
    expect(answer.events).toEqual([]);
  });
});

describe("charges", () => {
  test("have sums of their own, with revenue apart, and are never inside the cost", async () => {
    const before = await summary(ledger, {});
    const answer = await recordCharges(ledger, [
      { id: "f", kind: "payment_fee", fee: { paymentAmountUsd: 49.99, percent: 2.9, fixedUsd: 0.3 }, user: "u-1" },
      { id: "c", kind: "credit", amountUsd: 0.5 },
      { id: "r", kind: "revenue", amountUsd: 100 },
      { id: "f", kind: "payment_fee", amountUsd: 1 },
      { kind: "bribe", amountUsd: 1 },
    ]);
    expect(answer).toMatchObject({
      accepted: 3,
      duplicates: 1,
      rejected: [{ index: 4, field: "kind", code: "unknown_kind" }],
    });
    const listed = await listCharges(ledger, {});
    expect(listed).toMatchObject({
      totalUsd: 1.24971,
      byKind: { payment_fee: 1.74971, credit: -0.5 },
      revenueUsd: 100,
    });
    expect(listed.charges).toHaveLength(3);
    expect((await listCharges(ledger, { user: ["u-1"] })).charges.map((charge) => charge.id)).toEqual(["f"]);
    const after = await summary(ledger, {});
    expect(after.totals).toEqual(before.totals);
    expect(after.charges.totalUsd).toBe(1.24971);
  });

  test("bad parameters", async () => {
    await expect(listCharges(ledger, { kind: ["bribe"] })).rejects.toMatchObject({
      code: "unknown_kind",
      field: "kind",
    });
  });
});

test("values for a picker", async () => {
  expect((await listValues(ledger, { dimension: ["model"], contains: ["mal"] })).values).toEqual(["small"]);
  expect((await listValues(ledger, { dimension: ["tag:story"] })).values).toEqual(["st-1"]);
  await expect(listValues(ledger, {})).rejects.toMatchObject({ code: "missing_parameter", field: "dimension" });
});

test("events expire, totals and sessions stay", async () => {
  const before = await summary(ledger, {});
  const { deleted, horizon } = await expireEvents(ledger, { olderThanDays: 1 });
  expect([deleted, horizon]).toEqual([2, "2026-11-21T00:00:00.000Z"]);
  expect((await summary(ledger, {})).totals).toEqual(before.totals);
  const { session, byModel, events } = await getSession(ledger, "a", {});
  expect([session.cost, byModel, events]).toEqual([0.002, [], []]);
  expect(await verifyRollups(ledger, { repair: false })).toMatchObject({ different: 0 });
  await expect(expireEvents(ledger, { olderThanDays: 0 })).rejects.toMatchObject({ field: "olderThanDays" });
});
