import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { get, postJson, record } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

/** Limits as they are met over HTTP: made, asked, raised, explained, tried out. Each test has users and projects of its own. */

interface Limit {
  id: string;
  name: string;
  filters: string[];
  amountUsd: number;
}
interface State {
  limitId: string;
  value: string | null;
  amountUsd: number;
  spentUsd: number;
  leasedUsd: number;
  resetsAt: string | null;
}
interface Leased {
  allowed: boolean;
  lease: { id: string; eventId: string; leasedUsd: number };
  refusal: { id: string; code: string; message: string; limit: State; wantedUsd: number };
  warnings: State[];
}

const path = "/api/v1/limits";
const DAY_MS = 86_400_000;

let dataDir: string;
let server: RunningServer;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-limits-"));
  server = await start();
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const start = () => startServer({ dataDir, env: { OUTLAY_TIMEZONE: "UTC" } });

async function send<T>(method: string, address: string, body?: unknown): Promise<{ status: number; body: T }> {
  const answer = await fetch(server.url + address, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

async function make(wanted: Record<string, unknown>): Promise<Limit> {
  const { status, body } = await send<Limit>("POST", path, { name: "made", amountUsd: 1, period: "day", ...wanted });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** What the provider says it charged stands for the cost, so that amounts are round. */
const spend = (costUsd: number, rest: Record<string, unknown>) =>
  record(server.url, [{ provider: "openai", model: "gpt-5", reportedCostUsd: costUsd, ...rest }]);

const lease = async (call: Record<string, unknown>) =>
  (await send<Leased>("POST", `${path}/lease`, { provider: "openai", model: "gpt-5", mostUsd: 0.25, ...call })).body;

async function stateOf({ id }: Limit, value?: string): Promise<State> {
  const question = value === undefined ? "" : `?value=${value}`;
  const { states } = await get<{ states: State[] }>(server.url, `${path}/${id}/states${question}`);
  expect(states).toHaveLength(1);
  return states[0]!;
}

describe("making limits", () => {
  it("refuses what it does not know by its name, and changes only what is named", async () => {
    for (const [field, wanted] of [
      ["budget_limit", { budget_limit: 5 }],
      ["period.zone", { period: { unit: "day", zone: "UTC" } }],
      ["enforcement.onExceed", { enforcement: { onExceed: "block" } }],
      ["amountUsd", { amountUsd: "much" }],
      ["filters", { filters: ["usr:ann"] }],
    ] as const) {
      const refused = await send<{ field: string; detail: string }>("POST", path, {
        name: "refused",
        amountUsd: 1,
        period: "day",
        ...wanted,
      });
      expect(refused).toMatchObject({ status: 400, body: { field } });
    }
    const { limits } = await get<{ limits: Limit[] }>(server.url, path);
    expect(limits.filter(({ name }) => name === "refused")).toEqual([]);

    const made = await make({ name: "kept", filters: ["project:kept", "model:gpt-*"], thresholdsPercent: [50, 90] });
    const changed = await send<Limit>("PATCH", `${path}/${made.id}`, { amountUsd: 2.5 });
    expect(changed.body).toEqual({ ...made, amountUsd: 2.5, updatedAt: expect.any(String) });
    expect(await send("PATCH", `${path}/${made.id}`, { amount: 3 })).toMatchObject({
      status: 400,
      body: { field: "amount" },
    });
    expect((await send("DELETE", `${path}/${made.id}`)).status).toBe(200);
    expect(await send("GET", `${path}/${made.id}`)).toMatchObject({ status: 404, body: { code: "limit_not_found" } });
  });

  it("answers with what can be sent to make the same again", async () => {
    const wanted = {
      name: "all of it",
      kind: "limit",
      filters: ["!model:o*", "team:", "tag:plan:gold\\*"],
      each: "tag:customer",
      amountUsd: 12.345678901,
      period: { unit: "week", rolling: false, timeZone: "Asia/Kolkata" },
      startsAt: "2026-01-01T00:00:00.000Z",
      carryOver: true,
      thresholdsPercent: [33.3, 100],
      enforcement: {
        atLimit: "block",
        strict: true,
        throttle: { fromPercent: 70, callsPerMinute: 30 },
        swap: { fromPercent: 90, models: { "gpt-5": "gpt-5-mini" } },
        whenStreamRunsOut: "finish",
        unpriced: { standInUsdPerMillionTokens: 2.5 },
      },
    };
    const first = await make(wanted);
    expect(first).toMatchObject(wanted);
    const {
      id: _id,
      createdAt: _createdAt,
      updatedAt: _updatedAt,
      ...terms
    } = first as Limit & Record<string, unknown>;
    expect(await make(terms)).toMatchObject(terms);
  });
});

describe("asking before a call", () => {
  it("sets aside, settles with the event, and says no when there is no room", async () => {
    const limit = await make({ filters: ["project:asked"], amountUsd: 1 });
    await spend(0.4, { project: "asked" });
    const first = await lease({ eventId: "asked-1", project: "asked" });
    const second = await lease({ eventId: "asked-2", project: "asked" });
    expect([first.lease, second.lease]).toMatchObject([{ leasedUsd: 0.25 }, { leasedUsd: 0.25 }]);
    expect(await stateOf(limit)).toMatchObject({ spentUsd: 0.4, leasedUsd: 0.5, amountUsd: 1 });

    const { allowed, refusal } = await lease({ project: "asked" });
    expect(allowed).toBe(false);
    expect(refusal).toMatchObject({
      code: "limit_exceeded",
      wantedUsd: 0.25,
      limit: { limitId: limit.id, scope: "project asked, a day", spentUsd: 0.4, leasedUsd: 0.5 },
    });
    expect(refusal.message).toContain(
      '"made" (project asked, a day) has no room for this call: $0.4 of $1 spent, $0.5 set aside',
    );
    expect(refusal.message).toContain(refusal.limit.resetsAt);

    await spend(0.1, { id: "asked-1", project: "asked" });
    expect(await stateOf(limit)).toMatchObject({ spentUsd: 0.5, leasedUsd: 0.25 });
    const settled = await send("POST", `${path}/leases/${second.lease.id}/settle`, {
      provider: "openai",
      model: "gpt-5",
      reportedCostUsd: 0.05,
      project: "asked",
    });
    expect(settled).toMatchObject({ status: 200, body: { accepted: 1, ids: ["asked-2"] } });
    expect(await stateOf(limit)).toMatchObject({ spentUsd: 0.55, leasedUsd: 0 });
    expect((await lease({ project: "asked" })).allowed).toBe(true);
  });

  it("settles as whose the key says the call is, as recording it does", async () => {
    const limit = await make({ each: "user", filters: ["project:keyed"], amountUsd: 1 });
    const made = await send<{ token: string }>("POST", "/api/v1/keys", {
      name: "kim's",
      scopes: ["gateway"],
      attribution: { user: "kim", project: "keyed", tags: { plan: "gold" } },
    });
    const { lease: asked } = await lease({ eventId: "keyed-1", project: "keyed", user: "kim" });
    const answer = await fetch(`${server.url}${path}/leases/${asked.id}/settle`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${made.body.token}` },
      body: JSON.stringify({ provider: "openai", model: "gpt-5", reportedCostUsd: 0.1, tags: { step: "one" } }),
    });
    expect(answer.status).toBe(200);
    expect(await get(server.url, "/api/v1/events/keyed-1")).toMatchObject({
      user: "kim",
      project: "keyed",
      credential: "kim's",
      tags: { plan: "gold", step: "one" },
    });
    expect(await stateOf(limit, "kim")).toMatchObject({ spentUsd: 0.1, leasedUsd: 0 });
  });

  it("renews, raises and releases by id", async () => {
    const limit = await make({ filters: ["project:leased"], amountUsd: 1 });
    const { lease: made } = await lease({ project: "leased" });
    const address = `${path}/leases/${made.id}`;
    expect(await send("POST", `${address}/renew`, { raiseToUsd: 0.9 })).toMatchObject({
      body: { raised: true, leasedUsd: 0.9 },
    });
    expect(await send("POST", `${address}/renew`, { raiseToUsd: 1.1 })).toMatchObject({
      body: { raised: false, leasedUsd: 0.9 },
    });
    expect(await stateOf(limit)).toMatchObject({ leasedUsd: 0.9 });
    expect((await send("POST", `${address}/release`, {})).status).toBe(200);
    expect(await stateOf(limit)).toMatchObject({ leasedUsd: 0 });
    for (const what of ["renew", "release", "settle"]) {
      expect(await send("POST", `${address}/${what}`, {})).toMatchObject({
        status: 404,
        body: { code: "lease_not_found" },
      });
    }
  });

  it("checks without setting anything aside, and takes nothing that it does not know", async () => {
    const limit = await make({ each: "user", filters: ["project:checked"], amountUsd: 0.3 });
    const call = {
      provider: "openai",
      model: "gpt-5",
      project: "checked",
      user: "ann",
      usage: { inputTokens: 1_000, outputTokens: 100 },
    };
    // 1,000 tokens at 1.25 and 100 at 10 dollars for a million.
    expect((await send("POST", `${path}/check`, call)).body).toEqual({
      allowed: true,
      swappedModel: null,
      warnings: [],
      wantedUsd: 0.00225,
    });
    expect(await stateOf(limit, "ann")).toMatchObject({ leasedUsd: 0 });
    await spend(0.3, { project: "checked", user: "ann" });
    expect((await send("POST", `${path}/check`, call)).body).toMatchObject({
      allowed: false,
      refusal: { limit: { value: "ann" } },
    });
    expect((await send("POST", `${path}/check`, { ...call, user: "ben" })).body).toMatchObject({ allowed: true });
    for (const wrong of [{ max_tokens: 5 }, { usage: { tokens: 5 } }, { mostUsd: -1 }]) {
      expect((await send("POST", `${path}/check`, { ...call, ...wrong })).status).toBe(400);
    }
  });

  it("warns above a threshold, and lets free models and others' calls pass", async () => {
    await make({ filters: ["project:warned"], amountUsd: 1 });
    await spend(0.85, { project: "warned" });
    expect((await lease({ project: "warned", mostUsd: 0.1 })).warnings).toMatchObject([
      { spentUsd: 0.85, amountUsd: 1 },
    ]);
    await spend(0.15, { project: "warned" });
    expect((await lease({ project: "warned" })).allowed).toBe(false);
    expect((await lease({ project: "warned", mostUsd: 0 })).allowed).toBe(true);
    expect((await lease({ project: "another" })).allowed).toBe(true);
  });

  it("keeps what was spent and set aside through a restart", async () => {
    const limit = await make({ filters: ["project:restarted"], amountUsd: 1 });
    await spend(0.5, { project: "restarted" });
    const { lease: open } = await lease({ eventId: "restarted-1", project: "restarted" });
    await server.kill();
    server = await start();
    expect(await stateOf(limit)).toMatchObject({ spentUsd: 0.5, leasedUsd: 0.25 });
    expect((await lease({ project: "restarted", mostUsd: 0.3 })).allowed).toBe(false);
    await spend(0.2, { id: open.eventId, project: "restarted" });
    expect(await stateOf(limit)).toMatchObject({ spentUsd: 0.7, leasedUsd: 0 });
  });
});

describe("what a call would meet", () => {
  it("is told for what is known of it, with what is set aside for others", async () => {
    const each = await make({ name: "met each", each: "user", filters: ["project:met"], amountUsd: 0.5 });
    const gold = await make({ name: "met gold", filters: ["project:met", "tag:plan:gold"], amountUsd: 5 });
    await spend(0.3, { project: "met", user: "ann", tags: { plan: "gold" } });
    await lease({ eventId: "met-1", project: "met", user: "ann", mostUsd: 0.1 });
    const met = async (...filters: string[]) => {
      const question = new URLSearchParams(filters.map((filter): [string, string] => ["filter", filter]));
      const { states } = await get<{ states: State[] }>(server.url, `${path}/applying?${question}`);
      return states.filter(({ limitId }) => [each.id, gold.id].includes(limitId));
    };
    expect(await met("project:met", "user:ann")).toMatchObject([
      { limitId: each.id, value: "ann", spentUsd: 0.3, leasedUsd: 0.1 },
    ]);
    expect(await met("project:met", "user:ben", "tag:plan:gold")).toMatchObject([
      { limitId: each.id, value: "ben", spentUsd: 0 },
      { limitId: gold.id, value: null, spentUsd: 0.3, leasedUsd: 0 },
    ]);
    expect(await met("user:ann")).toEqual([]);
    for (const several of ["user:*", "!user:ann"]) {
      expect(await send("GET", `${path}/applying?filter=${several}`)).toMatchObject({
        status: 400,
        body: { field: "filter" },
      });
    }
    const { leases } = await get<{ leases: object[] }>(server.url, `${path}/leases`);
    expect(leases).toContainEqual(expect.objectContaining({ eventId: "met-1", leasedUsd: 0.1, limitIds: [each.id] }));
  });
});

describe("raising for a time", () => {
  it("takes a reason and an end, holds for one, and is in the audit trail", async () => {
    const limit = await make({ name: "raised", each: "user", filters: ["project:raised"], amountUsd: 0.2 });
    expect((await lease({ project: "raised", user: "ann" })).allowed).toBe(false);
    const until = new Date(Date.now() + DAY_MS).toISOString();
    const wanted = { value: "ann", amountUsd: 2, reason: "migration week", until };
    for (const missing of ["reason", "until"]) {
      const refused = await send("POST", `${path}/${limit.id}/overrides`, { ...wanted, [missing]: undefined });
      expect(refused).toMatchObject({ status: 400, body: { field: missing } });
    }
    const { body: override } = await send<{ id: string }>("POST", `${path}/${limit.id}/overrides`, wanted);
    expect(override).toMatchObject({ limitId: limit.id, value: "ann", amountUsd: 2, reason: "migration week", until });
    expect((await lease({ project: "raised", user: "ann", eventId: "raised-1" })).allowed).toBe(true);
    expect((await lease({ project: "raised", user: "ben" })).allowed).toBe(false);
    expect(await stateOf(limit, "ann")).toMatchObject({ amountUsd: 2 });

    const { overrides } = await get<{ overrides: object[] }>(server.url, "/api/v1/limit-overrides");
    expect(overrides).toContainEqual(override);
    expect((await send("DELETE", `/api/v1/limit-overrides/${override.id}`)).status).toBe(200);
    expect(await stateOf(limit, "ann")).toMatchObject({ amountUsd: 0.2 });
    const { entries } = await get<{ entries: { action: string; detail: unknown }[] }>(server.url, "/api/v1/audit");
    expect(JSON.stringify(entries)).toContain("migration week");
  });
});

describe("explaining a refusal", () => {
  it("lists what had filled the limit: users, models, dearest calls, charges and open leases", async () => {
    const limit = await make({ filters: ["project:explained"], amountUsd: 1 });
    for (let index = 0; index < 12; index++) {
      await spend(0.01 * index, {
        id: `explained-${index}`,
        project: "explained",
        user: index < 6 ? "ann" : "ben",
        credential: "ci",
      });
    }
    await spend(5, { project: "another", user: "eve" });
    await postJson(`${server.url}/api/v1/charges`, { kind: "payment_fee", amountUsd: 0.05, project: "explained" });
    await lease({ eventId: "explained-running", project: "explained", mostUsd: 0.25 });
    const { refusal } = await lease({ eventId: "explained-no", project: "explained", user: "cid", mostUsd: 0.2 });

    const why = await get<Record<string, never>>(server.url, `${path}/refusals/${refusal.id}`);
    expect(why).toMatchObject({
      id: refusal.id,
      code: "limit_exceeded",
      call: { eventId: "explained-no", model: "gpt-5", dimensions: { user: "cid", project: "explained" } },
      limit: { limitId: limit.id, spentUsd: 0.71, leasedUsd: 0.25 },
      wantedUsd: 0.2,
      spentNowUsd: 0.71,
      top: {
        users: [
          { value: "ben", calls: 6, costUsd: 0.51 },
          { value: "ann", calls: 6, costUsd: 0.15 },
        ],
        models: [{ value: "gpt-5", calls: 12, costUsd: 0.66 }],
        keys: [{ value: "ci", calls: 12 }],
      },
      allEventsRead: true,
      charges: [{ kind: "payment_fee", amountUsd: 0.05 }],
      leases: [{ eventId: "explained-running", leasedUsd: 0.25 }],
    });
    const { events, links } = why as unknown as { events: { id: string }[]; links: { events: string } };
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => `explained-${11 - index}`));
    const linked = await get<{ events: object[] }>(server.url, links.events);
    expect(linked.events).toHaveLength(12);
    expect(await send("GET", `${path}/refusals/nothing`)).toMatchObject({
      status: 404,
      body: { code: "refusal_not_found" },
    });
  });
});

describe("a key that stands for a user", () => {
  it("sees the limits of that user and what is spent of them, and nobody else's", async () => {
    const each = await make({ name: "each", each: "user", filters: ["project:seen"], amountUsd: 0.5 });
    const all = await make({ name: "all", filters: ["project:seen"], amountUsd: 5 });
    await spend(0.3, { project: "seen", user: "ann" });
    await spend(0.4, { project: "seen", user: "ben" });
    const refusals = await Promise.all(
      ["ann", "ben"].map(async (user) => (await lease({ project: "seen", user, mostUsd: 0.3 })).refusal.id),
    );
    const made = await send<{ token: string }>("POST", "/api/v1/keys", {
      name: "ann's",
      scopes: ["read"],
      attribution: { user: "ann" },
    });
    const headers = { authorization: `Bearer ${made.body.token}` };
    const read = async (address: string, init: RequestInit = {}) => {
      const answer = await fetch(server.url + address, { headers, ...init });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const seen = (await read(path)).body as { limits: { name: string }[] };
    expect(seen.limits.map(({ name }) => name)).toContain("each");
    expect(seen.limits.map(({ name }) => name)).not.toContain("all");
    expect((await read(`${path}/${each.id}/states`)).body).toMatchObject({ states: [{ value: "ann", spentUsd: 0.3 }] });
    expect((await read(`${path}/${each.id}/states?value=ben`)).body).toEqual({ states: [] });
    const report = (await read(`${path}/${each.id}/report`)).body;
    expect(report).toMatchObject({ values: [{ state: { value: "ann" } }] });
    expect(JSON.stringify(report)).not.toContain("ben");
    expect((await read(`${path}/${each.id}/report?value=ben`)).body).toMatchObject({ standing: null });
    for (const address of [`${path}/${all.id}`, `${path}/${all.id}/states`, `${path}/${all.id}/report`]) {
      expect(await read(address)).toMatchObject({ status: 404, body: { code: "limit_not_found" } });
    }
    const listed = (await read(`${path}/refusals?limitId=${each.id}`)).body as {
      refusals: { id: string }[];
      total: number;
    };
    expect(listed).toMatchObject({
      total: 1,
      byLimit: { [each.id]: 1 },
      refusals: [{ id: refusals[0], call: { dimensions: { user: "ann" } } }],
    });
    const everybodys = await get<{ refusals: { id: string }[] }>(server.url, `${path}/refusals?limitId=${each.id}`);
    expect(everybodys.refusals.map(({ id }) => id)).toEqual(refusals.toReversed());
    expect(await read(`${path}/refusals/${refusals[0]}`)).toMatchObject({ status: 200, body: { spentNowUsd: 0.3 } });
    expect(await read(`${path}/refusals/${refusals[1]}`)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    expect((await read(path, { method: "POST", body: "{}" })).status).toBe(403);
    expect((await read(`${path}/lease`, { method: "POST", body: "{}" })).status).toBe(403);
  });
});

describe("trying a limit out", () => {
  it("says what it would have done, of one that is there as of one that is not", async () => {
    await spend(0.6, { project: "tried", user: "ann" });
    await spend(0.6, { project: "tried", user: "ann" });
    await spend(0.6, { project: "tried", user: "ben" });
    const limit = { name: "tried", each: "user", filters: ["project:tried"], amountUsd: 1, period: "day" };
    const answer = await send("POST", `${path}/replay`, { limit, days: 7 });
    expect(answer.body).toMatchObject({
      calls: 3,
      costUsd: 1.8,
      refusedCalls: 1,
      savedUsd: 0.6,
      hit: { user: [{ value: "ann", calls: 1, costUsd: 0.6 }] },
      hitValueCount: 1,
      complete: true,
    });
    const { id } = await make({ ...limit, kind: "limit", amountUsd: 0.5 });
    expect((await send("POST", `${path}/replay`, { limitId: id })).body).toMatchObject({
      refusedCalls: 3,
      savedUsd: 1.8,
    });
    for (const wrong of [{}, { limit, limitId: id }, { limitId: "nothing" }, { limit: { ...limit, each: "usr" } }]) {
      expect((await send("POST", `${path}/replay`, wrong)).status).toBeGreaterThanOrEqual(400);
    }
    expect(await send("POST", `${path}/replay`, { limit: { ...limit, amount: 1 } })).toMatchObject({
      body: { field: "limit.amount" },
    });
  });
});

describe("budgets", () => {
  it("stand against their amount over all sources and charges, against time, and against their past", async () => {
    const { body: budget } = await send<Limit>("POST", "/api/v1/budgets", {
      name: "research",
      filters: ["team:research"],
      amountUsd: 4,
      period: "month",
    });
    expect(budget).toMatchObject({ kind: "budget", enforcement: null, thresholdsPercent: [70, 90, 100] });
    await spend(0.5, { team: "research", source: "gateway" });
    await spend(0.25, { team: "research", source: "claude-code" });
    await postJson(`${server.url}/api/v1/charges`, { kind: "one_off", amountUsd: 0.25, team: "research" });
    await postJson(`${server.url}/api/v1/charges`, { kind: "revenue", amountUsd: 100, team: "research" });
    const monthAgo = new Date();
    monthAgo.setUTCDate(0);
    await spend(2, { team: "research", occurredAt: monthAgo.toISOString() });

    const report = await get<{
      standing: { usedPercent: number; elapsedPercent: number; pace: number };
      projection: { endUsd: number; method: string };
      history: { spentUsd: number; usedPercent: number; end: string }[];
      period: { end: string };
    }>(server.url, `/api/v1/budgets/${budget.id}?periods=3`);
    const { standing, projection, history, period } = report;
    expect(standing.usedPercent).toBe(25);
    expect(standing.elapsedPercent).toBeGreaterThan(0);
    expect(standing.pace).toBeCloseTo(25 / standing.elapsedPercent, 1);
    expect(projection.endUsd).toBeGreaterThanOrEqual(1);
    // Nothing was recorded in the month before.
    expect(history.map(({ spentUsd, usedPercent }) => [spentUsd, usedPercent])).toEqual([
      [2, 50],
      [1, 25],
    ]);
    expect(history.at(-1)?.end).toBe(period.end);

    const { budgets } = await get<{ budgets: { limit: Limit }[] }>(server.url, "/api/v1/budgets");
    expect(budgets.map(({ limit }) => limit.name)).toContain("research");
    for (const wrong of [{ kind: "limit" }, { atLimit: "block" }]) {
      const body = { name: "no budget", amountUsd: 1, period: "day", ...wrong };
      expect((await send("POST", "/api/v1/budgets", body)).status).toBe(400);
    }
  });

  it("of each value tell how each stands, and of one when it is named", async () => {
    const { id } = await make({
      kind: "budget",
      name: "each",
      each: "customer",
      filters: ["project:each"],
      amountUsd: 2,
    });
    await spend(1, { project: "each", customer: "acme" });
    await spend(0.5, { project: "each", customer: "zoo" });
    await spend(9, { project: "each" });
    const all = await get<{ values: { state: State; usedPercent: number }[] }>(server.url, `/api/v1/budgets/${id}`);
    expect(all).toMatchObject({ standing: null, projection: null });
    expect(all.values.map(({ state, usedPercent }) => [state.value, usedPercent])).toEqual([
      ["acme", 50],
      ["zoo", 25],
    ]);
    const one = await get(server.url, `/api/v1/budgets/${id}?value=zoo&periods=1`);
    expect(one).toMatchObject({ standing: { usedPercent: 25 }, history: [{ spentUsd: 0.5 }], values: [] });
  });
});

describe("limits for each person", () => {
  it("are proposals until they are made, then real limits, changed from either address", async () => {
    const personal = `${path}/personal`;
    const proposed = { dailyLimit: 1, weeklyLimit: 5, monthlyLimit: 20, sessionLimit: 0.5, emailAlerts: true };
    expect(await get(server.url, personal)).toEqual({ ...proposed, made: false, limits: [] });
    expect((await lease({ user: "zed", session: "s-1", mostUsd: 3 })).allowed).toBe(true);

    const made = await send<{ limits: Limit[] }>("POST", personal, { weeklyLimit: null });
    expect(made.body).toMatchObject({ ...proposed, weeklyLimit: null, made: true });
    expect(made.body.limits.map(({ name, amountUsd }) => [name, amountUsd])).toEqual([
      ["Each user, a day", 1],
      ["Each user, a month", 20],
      ["Each session", 0.5],
    ]);
    // Twice at once makes nothing twice.
    await Promise.all([
      send("POST", personal, { dailyLimit: 2 }),
      send("PATCH", "/api/analytics/limits", { sessionLimit: 0.75 }),
    ]);
    const after = await get<{ limits: Limit[] }>(server.url, personal);
    expect(after.limits.map(({ amountUsd }) => amountUsd)).toEqual([2, 20, 0.75]);

    await spend(0.5, { user: "zed", session: "s-2" });
    const refused = await lease({ user: "zed", session: "s-2", mostUsd: 0.3 });
    expect(refused).toMatchObject({ allowed: false, refusal: { limit: { name: "Each session", value: "s-2" } } });
    expect((await lease({ user: "zed", session: "s-3", mostUsd: 0.3 })).allowed).toBe(true);
    expect(await get(server.url, "/api/analytics/check-limit?userId=zed&sessionId=s-2")).toMatchObject({
      allowed: true,
      warning: false,
      limits: [
        { period: "day", limit: 2, used: 0.5, percentage: 25 },
        { period: "month", limit: 20, used: 0.5, percentage: 2.5 },
        { period: "session", limit: 0.75, used: 0.5, percentage: 66.67, resetsAt: null },
      ],
    });
    // An administrator's override is what counts, here too.
    const until = new Date(Date.now() + DAY_MS).toISOString();
    const daily = after.limits[0]!.id;
    await send("POST", `${path}/${daily}/overrides`, { value: "zed", amountUsd: 10, reason: "asked nicely", until });
    expect(await get(server.url, "/api/analytics/check-limit?userId=zed")).toMatchObject({
      limits: [{ limit: 10, percentage: 5 }, {}],
    });
    await send("POST", personal, { dailyLimit: null, monthlyLimit: null, sessionLimit: null });
    expect((await get<{ limits: Limit[] }>(server.url, personal)).limits).toEqual([]);
  });
});
