import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startServer, type RunningServer } from "./start-server.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Group {
  cost: number | null;
  tokens: number;
  requests: number;
}

let server: RunningServer;
let dataDir: string;

/** Costs are the provider's own, so that every figure here can be added up by hand. */
function call(id: string, ageMs: number, costUsd: number, more: Record<string, unknown> = {}) {
  return {
    id,
    occurredAt: new Date(Date.now() - ageMs).toISOString(),
    provider: "openai",
    model: "gpt-4o",
    usage: { inputTokens: 100, outputTokens: 10 },
    reportedCostUsd: costUsd,
    durationMs: 1_000,
    user: "ann",
    agent: "dexter",
    activity: "planning.propose",
    session: "s-1",
    tags: { story: "st-1" },
    ...more,
  };
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-addresses-"));
  server = await startServer({ dataDir, env: { OUTLAY_TIMEZONE: "UTC" } });
  await post("/api/v1/events", {
    events: [
      call("a", 0, 0.25),
      call("b", 0, 0.5, { user: "ben", agent: "scout", model: "gpt-4o-mini", activity: "review.check" }),
      call("c", 0, 0.125, { provider: "anthropic", model: "claude-sonnet-4-5", success: false, errorType: "timeout" }),
      call("d", 2 * DAY_MS, 1, { session: "s-2", tags: { story: "st-2" }, operation: "image", usage: { images: 2 } }),
      call("e", 20 * DAY_MS, 4, { session: "s-3", durationMs: 3_000 }),
      call("f", 200 * DAY_MS, 8, { session: "s-4" }),
      call("g", 0, 0, { model: "nobody-knows", reportedCostUsd: null, agent: null, activity: null, tags: null }),
    ],
  });
  await post("/api/v1/charges", {
    charges: [
      { kind: "payment_fee", fee: { paymentAmountUsd: 20, percent: 2.9, fixedUsd: 0.3 }, user: "ann" },
      { kind: "subscription", amountUsd: 17, description: "Claude Pro", provider: "anthropic" },
    ],
  });
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function send(method: string, path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(server.url + path, { method, headers, body: JSON.stringify(body) });
}

async function post(path: string, body: unknown): Promise<void> {
  const answer = await send("POST", path, body);
  expect(answer.status, await answer.clone().text()).toBe(200);
}

async function get<T = Record<string, never>>(path: string): Promise<T> {
  const answer = await fetch(server.url + path);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as T;
}

async function refusedField(path: string): Promise<string | undefined> {
  const answer = await fetch(server.url + path);
  expect(answer.status, path).toBe(400);
  return ((await answer.json()) as { field?: string }).field;
}

const dateOf = (ageMs: number) => new Date(Date.now() - ageMs).toISOString().slice(0, 10);

describe("A, the unified dashboard", () => {
  it("has all sources in one object", async () => {
    expect(await get("/api/dev/ai-costs/unified?period=7d")).toMatchObject({
      period: { name: "7d" },
      totalCost: 18.875,
      apiUsage: {
        totalCost: 1.875,
        totalRequests: 5,
        byProvider: [
          { provider: "openai", cost: 1.75, requests: 4 },
          { provider: "anthropic", cost: 0.125, requests: 1 },
        ],
      },
      subscriptions: [{ name: "Claude Pro", provider: "anthropic", cost: 17 }],
      budget: null,
      successRate: 80,
      quality: { successfulRequests: 4, failedRequests: 1, avgResponseTime: 1_000, unpricedRequests: 1 },
    });
    expect(await get("/api/dev/ai-costs/unified")).toMatchObject({ period: { name: "30d" }, totalCost: 22.875 });
  });

  it("tells fees of subscriptions and the value of what they cover apart", async () => {
    const plan = { plan: "claude-pro", start: dateOf(3 * DAY_MS), covers: { providers: ["anthropic"] } };
    const added = await send("POST", "/api/v1/subscriptions", plan);
    const { id } = (await added.json()) as { id: string };
    const answer = await get<{ totalCost: number; subscriptions: { name: string; cost: number }[] }>(
      "/api/dev/ai-costs/unified?period=7d",
    );
    expect(answer).toMatchObject({
      apiUsage: { totalCost: 1.75, byProvider: [{ provider: "openai", cost: 1.75, requests: 4 }] },
      subscriptions: [
        { name: "Claude Pro", monthlyCost: 20, value: 0.125 },
        { name: "Claude Pro", cost: 17, monthlyCost: null, value: null },
      ],
    });
    expect(answer.totalCost).toBeCloseTo(1.75 + 17 + answer.subscriptions[0]!.cost, 9);
    expect((await send("DELETE", `/api/v1/subscriptions/${id}`, undefined)).status).toBe(200);
  });

  it("refuses another period by name", async () => {
    expect(await refusedField("/api/dev/ai-costs/unified?period=5d")).toBe("period");
  });
});

describe("B, the agent platform", () => {
  it("sums a period by model, agent and day", async () => {
    const { success, data } = await get<{
      success: boolean;
      data: {
        costByModel: Record<string, Group>;
        costByAgent: Record<string, Group>;
        dailyBreakdown: (Group & { date: string })[];
      };
    }>("/api/cost-tracking?period=week");
    expect(success).toBe(true);
    expect(data).toMatchObject({
      totalCost: 1.875,
      totalTokens: 440,
      totalRequests: 5,
      successfulRequests: 4,
      failedRequests: 1,
      avgResponseTime: 1_000,
    });
    expect(data.costByModel).toEqual({
      "gpt-4o": { cost: 1.25, tokens: 110, requests: 2 },
      "gpt-4o-mini": { cost: 0.5, tokens: 110, requests: 1 },
      "claude-sonnet-4-5": { cost: 0.125, tokens: 110, requests: 1 },
      "nobody-knows": { cost: null, tokens: 110, requests: 1 },
    });
    expect(data.costByAgent).toMatchObject({ scout: { cost: 0.5 }, dexter: { cost: 1.375, requests: 3 } });
    expect(data.dailyBreakdown).toHaveLength(7);
    expect(data.dailyBreakdown.at(-3)).toMatchObject({ date: dateOf(2 * DAY_MS), cost: 1, requests: 1 });
  });

  it("takes dates whose last day is included", async () => {
    const day = dateOf(2 * DAY_MS);
    expect(await get(`/api/cost-tracking?startDate=${day}&endDate=${day}`)).toMatchObject({
      data: { totalCost: 1, totalRequests: 1 },
    });
    expect(await get("/api/cost-tracking?period=all")).toMatchObject({ data: { totalCost: 13.875, totalRequests: 7 } });
  });

  it("compares weeks", async () => {
    expect(await get("/api/cost-tracking/trends")).toMatchObject({
      success: true,
      data: { last7Days: { totalCost: 1.875 }, last30Days: { totalCost: 5.875 }, trend: "up" },
    });
  });

  it("lists the newest records", async () => {
    const { data } = await get<{ data: { id: string }[] }>("/api/cost-tracking/recent?limit=5");
    expect(data).toHaveLength(5);
    expect(data.at(-1)?.id).toBe("d");
    expect(await refusedField("/api/cost-tracking/recent?limit=0")).toBe("limit");
  });

  it("sums one agent, and an unknown one to nothing", async () => {
    expect(await get("/api/cost-tracking/agents/scout")).toMatchObject({ data: { totalCost: 0.5, totalRequests: 1 } });
    expect(await get("/api/cost-tracking/agents/nobody")).toMatchObject({ data: { totalRequests: 0, totalTokens: 0 } });
  });
});

describe("C, the product platform", () => {
  it("sums by type, payment fees included", async () => {
    expect(await get("/api/admin/costs?view=summary&days=30")).toMatchObject({
      total: 6.755,
      byType: {
        language: { cost: 4.875, operations: 5 },
        image: { cost: 1, operations: 1 },
        payment_fee: { cost: 0.88, operations: 1 },
      },
      byProvider: { openai: { cost: 5.75 }, anthropic: { cost: 0.125 } },
      byModel: { "gpt-4o-mini": { cost: 0.5, operations: 1 } },
    });
    expect(await get("/api/admin/costs?userId=ben")).toMatchObject({
      total: 0.5,
      byType: { payment_fee: { cost: 0 } },
    });
  });

  it("lists days, users and the projection", async () => {
    const { days } = await get<{ days: { date: string; cost: number }[] }>("/api/admin/costs?view=daily&days=3");
    expect(days.map(({ date }) => date)).toEqual([dateOf(2 * DAY_MS), dateOf(DAY_MS), dateOf(0)]);
    expect(days.map(({ cost }) => cost)).toEqual([1, 0, 0.875]);
    expect(await get("/api/admin/costs?view=top-users&limit=1")).toMatchObject({
      users: [{ userId: "ann", cost: 5.375, operations: 5 }],
    });
    expect(await get("/api/admin/costs?view=projection")).toMatchObject({
      view: "projection",
      trend: expect.stringMatching(/^(increasing|decreasing|stable)$/),
    });
    expect(await refusedField("/api/admin/costs?view=nothing")).toBe("view");
    expect(await refusedField("/api/admin/costs?days=none")).toBe("days");
    expect(await refusedField("/api/admin/costs?startDate=yesterday")).toBe("startDate");
  });
});

describe("D, the development cockpit", () => {
  const base = "/api/admin/cockpit/ai-usage";

  it("sums with cents and dollars", async () => {
    expect(await get(`${base}/summary?period=week`)).toMatchObject({
      totals: {
        calls: 5,
        inputTokens: 400,
        outputTokens: 40,
        totalTokens: 440,
        costCents: 187.5,
        costDollars: expect.stringMatching(/^1\.8[78]$/),
        avgDurationMs: 1_000,
        errorCount: 1,
        errorRate: "20.0",
      },
      byProvider: [
        { provider: "openai", calls: 4, costCents: 175, costDollars: "1.75" },
        { provider: "anthropic", calls: 1, costCents: 12.5 },
      ],
      byActivity: [
        { activity: "planning.propose", model: "gpt-4o", calls: 2, costCents: 125 },
        { activity: "review.check", model: "gpt-4o-mini", calls: 1, costCents: 50 },
        { activity: "planning.propose", model: "claude-sonnet-4-5", calls: 1, costCents: 12.5 },
      ],
      topConsumers: [
        { storyId: "st-2", calls: 1, costCents: 100, costDollars: "1.00" },
        { storyId: "st-1", calls: 3, costCents: 87.5 },
      ],
    });
    const { byCategory } = await get<{ byCategory: object[] }>(`${base}/summary?period=week`);
    expect(byCategory).toContainEqual({
      category: "planning",
      calls: 3,
      totalTokens: 220,
      costCents: 137.5,
      costDollars: "1.38",
    });
    expect(await get(`${base}/summary?period=custom&from=${dateOf(2 * DAY_MS)}&to=${dateOf(DAY_MS)}`)).toMatchObject({
      totals: { calls: 1, costCents: 100 },
    });
    expect(await refusedField(`${base}/summary?period=custom`)).toBe("from");
  });

  it("draws a line by day and by hour", async () => {
    const daily = await get<{ points: { date: string }[] }>(`${base}/timeline?period=month&granularity=daily`);
    expect(daily.points).toHaveLength(30);
    expect(daily.points.at(-1)).toMatchObject({ date: dateOf(0), calls: 4 });
    const hourly = await get<{ points: { hour: string; calls: number }[] }>(`${base}/timeline?granularity=hourly`);
    expect(hourly.points.length).toBe(7 * 24);
    expect(hourly.points.reduce((sum, { calls }) => sum + calls, 0)).toBe(5);
  });

  it("lists calls by offset", async () => {
    const all = await get<{ logs: { id: string }[]; total: number }>(`${base}/details`);
    expect(all.total).toBe(7);
    const part = await get<{ logs: { id: string }[] }>(`${base}/details?limit=2&offset=3`);
    expect(part.logs.map(({ id }) => id)).toEqual(all.logs.slice(3, 5).map(({ id }) => id));
    expect(await get(`${base}/details?activity=review.check&provider=openai`)).toMatchObject({
      total: 1,
      logs: [{ id: "b", activity: "review.check", category: "review", costCents: 50, totalTokens: 110, success: true }],
    });
    expect(await refusedField(`${base}/details?offset=-1`)).toBe("offset");
  });

  it("shows one story by phase and by agent", async () => {
    const story = await get<{ logs: object[] }>(`${base}/by-story/st-1`);
    expect(story).toMatchObject({
      storyId: "st-1",
      totals: { calls: 5, costCents: 1_287.5, costDollars: expect.any(String) },
      byPhase: { planning: { calls: 4, costCents: 1_237.5 }, review: { calls: 1, tokens: 110, costCents: 50 } },
      byAgent: { "review.check|gpt-4o-mini": { calls: 1, costCents: 50, model: "gpt-4o-mini" } },
    });
    expect(story.logs).toHaveLength(5);
    expect(await get(`${base}/by-story/none`)).toMatchObject({ totals: { calls: 0, totalTokens: 0 }, logs: [] });
  });
});

describe("E, the chat application", () => {
  it("shows a user's own figures", async () => {
    expect(await get("/api/analytics/user?userId=ann")).toMatchObject({
      totalSessions: 4,
      totalCost: 13.375,
      totalMessages: 6,
      mostUsedModels: [{ model: "gpt-4o", calls: 4, cost: 13.25 }, {}, {}],
    });
  });

  it("shows everybody's to an administrator", async () => {
    expect(await get("/api/analytics/admin")).toMatchObject({
      totalCost: 13.875,
      totalUsers: 2,
      costPerUser: [
        { userId: "ann", cost: 13.375, messages: 6 },
        { userId: "ben", cost: 0.5, messages: 1 },
      ],
      topModels: [{ model: "gpt-4o" }, { model: "gpt-4o-mini" }, {}, {}],
      trends: { trend: "up" },
    });
  });

  it("exports", async () => {
    const csv = await (await fetch(`${server.url}/api/analytics/export?format=csv&model=gpt-4o`)).text();
    expect(csv.trim().split(/\r?\n/)).toHaveLength(5);
    const today = dateOf(0);
    const answer = await fetch(`${server.url}/api/analytics/export?format=json&from=${today}&to=${today}`);
    expect(JSON.stringify(await answer.json())).toContain('"id":"a"');
    expect(await refusedField("/api/analytics/export?format=xls")).toBe("format");
  });

  it("checks limits with the defaults of a person, until they are changed", async () => {
    const before = await get<{ limits: { period: string; resetsAt: string | null }[] }>(
      "/api/analytics/check-limit?userId=ben&sessionId=s-1",
    );
    expect(before).toMatchObject({
      allowed: false,
      warning: true,
      limits: [
        { period: "day", limit: 1, used: 0.5, percentage: 50 },
        { period: "week", limit: 5, used: 0.5, percentage: 10 },
        { period: "month", limit: 20, used: 0.5, percentage: 2.5 },
        { period: "session", limit: 0.5, used: 0.875, percentage: 175, resetsAt: null },
      ],
    });
    const [day, week, month] = before.limits.map(({ resetsAt }) => Date.parse(resetsAt ?? ""));
    expect(day).toBe(Date.parse(dateOf(-DAY_MS)));
    expect(new Date(week!).getUTCDay()).toBe(1);
    expect(new Date(month!).getUTCDate()).toBe(1);

    const changed = await send("PATCH", "/api/analytics/limits", { dailyLimit: 0.6, weeklyLimit: null });
    expect(await changed.json()).toEqual({
      dailyLimit: 0.6,
      weeklyLimit: null,
      monthlyLimit: 20,
      sessionLimit: 0.5,
      emailAlerts: true,
    });
    expect(await get("/api/analytics/check-limit?userId=ben")).toMatchObject({
      allowed: true,
      warning: true,
      limits: [{ period: "day", limit: 0.6, percentage: 83.33 }, { period: "month" }],
    });
    const bad = await send("PATCH", "/api/analytics/limits", { dailyLimit: -1 });
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({ field: "dailyLimit" });
    const unknown = await send("PATCH", "/api/analytics/limits", { yearlyLimit: 1 });
    expect(await unknown.json()).toMatchObject({ status: 400, field: "yearlyLimit" });
    expect(await refusedField("/api/analytics/check-limit?tz=Mars/Olympus")).toBe("tz");
  });
});
