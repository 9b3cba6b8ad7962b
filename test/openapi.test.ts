import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { someEvents } from "./some-events.ts";
import { startServer, type RunningServer } from "./start-server.ts";

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  parameters?: { name: string; in: "query" | "path"; description?: string }[];
  requestBody?: { content: { "application/json": { schema: object; example: unknown } } };
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}

interface ApiDocument {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
}

/** Questions that each GET operation is asked beside the plain one. */
const QUESTIONS: Record<string, string[]> = {
  "/api/v1/query": [
    "by=model,day&metrics=cost,calls,tokens,p95DurationMs,errorRate,sessions,users&limit=2&compare=previous",
    "by=hour&period=today&tz=Asia/Kolkata",
    "by=tag:story&filter=user:user-1*&filter=!model:gpt-4o&order=calls",
    "from=2026-01-01&to=2026-01-02",
  ],
  "/api/v1/summary": ["include=byUser,byTag:story&compare=previous&period=7d"],
  "/api/v1/timeseries": ["by=model&unit=week&limit=2&metrics=cost,calls&compare=previous&period=90d"],
  "/api/v1/insights/changes": ["by=agent&limit=2&period=7d&compare=previous", "by=tag:story&filter=model:gpt-*"],
  "/api/v1/insights/margin": ["by=user&limit=2&period=90d", "by=tag:plan", "filter=user:user-1"],
  "/api/v1/insights/elsewhere": ["models=openai/gpt-4o-mini,nobody/nothing&period=90d", "filter=user:user-1"],
  "/api/v1/insights/quality": ["by=agent&limit=2&period=90d", "by=tag:story&filter=model:gpt-*"],
  "/api/v1/insights/variants": ["dimension=model&a=gpt-4o&b=gpt-4o-mini&period=90d", "a=one&b=other"],
  "/api/v1/blocks": ["period=all&hours=3&tokenLimit=max&filter=user:user-1", "active=true&tokenLimit=1000"],
  "/api/v1/statusline": ["session=s-1&filter=provider:openai"],
  "/api/v1/plan-limits": ["tool=codex"],
  "/api/v1/insights/savings": ["period=90d", "filter=user:user-1"],
  "/api/v1/breakdown": ["by=agent&metrics=calls,costPerCall&limit=2&compare=previous"],
  "/api/v1/events": ["limit=3&filter=status:error", "period=today"],
  "/api/v1/limits": ["kind=budget"],
  "/api/v1/limits/applying": ["filter=user:user-1&filter=tag:plan:gold"],
  "/api/v1/limits/{id}/states": ["value=user-1"],
  "/api/v1/limits/{id}/report": ["value=user-1&periods=3"],
  "/api/v1/budgets": ["periods=2"],
  "/api/v1/sessions": ["order=cost&limit=2&minCost=0.0001", "model=gpt-4o"],
  "/api/v1/values": ["dimension=model&contains=gpt"],
  "/api/v1/export": ["format=json", "format=jsonl&filter=user:user-1", "by=model&metrics=cost,calls&format=csv"],
  "/api/v1/reported": ["by=day,model,source&provider=aws&period=90d&limit=1", "period=all&by=month"],
  "/api/v1/reconciliation": ["period=90d&tolerancePercent=5", "provider=aws&filter=user:user-1"],
  "/api/v1/prices": ["search=sonnet&limit=3", "provider=openai&at=2025-01-01"],
  "/api/v1/prices/match": ["provider=openai&model=gpt-4o", "provider=nobody&model=nothing"],
  "/api/v1/prices/history": ["provider=anthropic&model=claude-sonnet-4-5"],
  "/api/cost-tracking": ["period=week", "period=all", "startDate=2026-01-01&endDate=2026-01-31"],
  "/api/admin/costs": ["view=summary", "view=daily&days=7", "view=top-users&limit=3&userId=user-1", "view=projection"],
  "/api/admin/cockpit/ai-usage/summary": ["period=today", "period=custom&from=2026-01-01&to=2026-02-01"],
  "/api/admin/cockpit/ai-usage/timeline": ["period=week&granularity=hourly", "period=month"],
  "/api/admin/cockpit/ai-usage/details": ["activity=testing.faults&provider=openai&limit=2&offset=3"],
  "/api/analytics/user": ["userId=user-1"],
  "/api/analytics/export": ["format=json&model=gpt-4o"],
  "/api/analytics/check-limit": ["sessionId=api-session-1&userId=user-1"],
};
/** Operations whose plain form lacks a required parameter. */
const NOT_PLAIN = new Set([
  "/api/v1/values",
  "/api/v1/prices/match",
  "/api/v1/prices/history",
  "/api/v1/insights/variants",
]);
const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();
/** What examples name and has to be there, and instants that have to lie ahead: those of the examples are of one day. */
const EXAMPLES: Record<string, object> = {
  "/api/v1/alerts/silences": { until: IN_AN_HOUR },
  "/api/v1/limits/{id}/overrides": { until: IN_AN_HOUR },
  "/api/v1/keys/{id}": { expiresAt: IN_AN_HOUR },
};
const PATH_VALUES: Record<string, Record<string, string>> = {
  "/api/v1/events/{id}": { id: "api-1" },
  "/api/v1/sessions/{id}": { id: "api-session-1" },
  "/api/v1/traces/{id}": { id: "api-trace" },
  "/api/v1/users/{id}": { id: "user-1" },
  "/api/v1/agents/{id}": { id: "agent-1" },
  "/api/v1/tags/{key}/{value}": { key: "story", value: "story-1" },
  "/api/cost-tracking/agents/{agentId}": { agentId: "agent-1" },
  "/api/v1/provider-keys/{provider}": { provider: "openai" },
  "/api/v1/imports/{importer}/{machine}": { importer: "claude-code", machine: "laptop" },
  "/api/admin/cockpit/ai-usage/by-story/{storyId}": { storyId: "story-1" },
};

let server: RunningServer;
let dataDir: string;
let api: ApiDocument;
let ajv: Ajv2020;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-openapi-"));
  // the example of a connection asks nobody
  const env = { OUTLAY_SYNC_URLS: JSON.stringify({ openai: "http://127.0.0.1:9", deepseek: "http://127.0.0.1:9" }) };
  server = await startServer({ dataDir, env });
  await send("post", "/api/v1/events", { events: someEvents("api", 500) });
  await send("post", "/api/v1/events", { provider: "openai", model: "gpt-4o", trace: "api-trace" });
  await send("post", "/api/v1/charges", {
    charges: [
      { kind: "payment_fee", fee: { paymentAmountUsd: 20, percent: 2.9, fixedUsd: 0.3 }, user: "user-1" },
      { kind: "subscription", amountUsd: 17, description: "Claude Pro", provider: "anthropic", tags: { plan: "pro" } },
    ],
  });
  const made = (await (await send("post", "/api/v1/keys", { name: "to be revoked" })).json()) as {
    key: { id: string };
  };
  PATH_VALUES["/api/v1/keys/{id}"] = { id: made.key.id };
  PATH_VALUES["/api/v1/keys/{id}/rotate"] = { id: made.key.id };
  const saved = await (await send("post", "/api/v1/views", { name: "api", page: "/explore", search: "" })).json();
  PATH_VALUES["/api/v1/views/{id}"] = { id: (saved as { view: { id: string } }).view.id };
  const plan = {
    plan: "claude-pro",
    start: "2026-01-01",
    covers: { providers: ["openai"] },
    people: [{ user: "u-1" }],
  };
  const subscribed = (await (await send("post", "/api/v1/subscriptions", plan)).json()) as { id: string };
  PATH_VALUES["/api/v1/subscriptions/{id}"] = { id: subscribed.id };
  PATH_VALUES["/api/v1/subscriptions/plans/{id}"] = { id: "editor" };
  await makeReports();
  await makeSchedules();
  await makeLimits();
  api = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as ApiDocument;
  ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(api, "openapi");
});

async function make(path: string, body: object): Promise<string> {
  return ((await (await send("post", path, body)).json()) as { id: string }).id;
}

/** Connections for each operation, as some of them remove what they are about; days of a cloud, and an invoice of it. */
async function makeReports(): Promise<void> {
  const connect = async (body: object) => {
    const made = (await (await send("post", "/api/v1/sync", body)).json()) as { connection: { id: string } };
    return made.connection.id;
  };
  const id = await connect({ provider: "aws", name: "api" });
  const rows = [{ provider: "aws", item: "input tokens", costNanoUsd: 1_000 }];
  const days = ["2026-11-20", "2026-11-21"].map((day) => ({ day, rows }));
  await send("put", `/api/v1/sync/${id}/days`, { days });
  PATH_VALUES["/api/v1/sync/{id}/days"] = { id };
  PATH_VALUES["/api/v1/sync/{id}"] = { id: await connect({ provider: "aws", name: "api, to be removed" }) };
  PATH_VALUES["/api/v1/sync/{id}/run"] = { id: await connect({ provider: "deepseek", key: "sk-none" }) };
  const range = { from: "2026-10-01", to: "2026-11-01" };
  await send("put", "/api/v1/reconciliation/invoices", { provider: "aws", reference: "1", amountUsd: 1, ...range });
  PATH_VALUES["/api/v1/reconciliation/invoices/{provider}/{reference}"] = { provider: "aws", reference: "1" };
}

/** A scheduled report for each operation, and the channel that the example of another one names. */
async function makeSchedules(): Promise<void> {
  const settings = { host: "127.0.0.1", port: 9, security: "none", from: "a@example.com", to: ["b@example.com"] };
  const answer = await send("post", "/api/v1/channels", { name: "mail", kind: "smtp", settings });
  const { channel } = (await answer.json()) as { channel: { id: string } };
  const path = "/api/v1/reports/schedules";
  const schedule = { name: "api", every: "month", hour: 8, timeZone: "Europe/Berlin", channelId: channel.id };
  EXAMPLES[path] = { channelId: channel.id };
  EXAMPLES[`${path}/{id}`] = { channelId: channel.id };
  for (const place of ["{id}", "{id}/preview", "{id}/send"]) {
    PATH_VALUES[`${path}/${place}`] = { id: await make(path, schedule) };
  }
}

/** A limit for each operation, as some of them remove what they are about. */
async function makeLimits(): Promise<void> {
  const terms = { name: "api", each: "user", amountUsd: 1, period: "day" };
  const call = { provider: "openai", model: "gpt-4o", user: "api-user" };
  const lease = async (eventId: string, mostUsd: number) =>
    (await (await send("post", "/api/v1/limits/lease", { ...call, eventId, mostUsd })).json()) as {
      lease: { id: string };
      refusal: { id: string };
    };
  const id = await make("/api/v1/limits", terms);
  const budget = await make("/api/v1/budgets", terms);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const override = await make(`/api/v1/limits/${budget}/overrides`, { amountUsd: 2, reason: "test", until });
  for (const place of ["{id}", "{id}/states", "{id}/report", "{id}/overrides"]) {
    PATH_VALUES[`/api/v1/limits/${place}`] = { id };
  }
  PATH_VALUES["/api/v1/budgets/{id}"] = { id: budget };
  PATH_VALUES["/api/v1/limit-overrides/{id}"] = { id: override };
  PATH_VALUES["/api/v1/limits/refusals/{id}"] = { id: (await lease("api-refused", 9)).refusal.id };
  for (const what of ["renew", "release", "settle"]) {
    PATH_VALUES[`/api/v1/limits/leases/{id}/${what}`] = { id: (await lease(`api-${what}`, 0.01)).lease.id };
  }
}

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function send(method: string, path: string, body: unknown): Promise<Response> {
  return fetch(server.url + path, {
    method: method.toUpperCase(),
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Accounts take people who have signed in (test/access), and alerts and channels something that happened (test/alerts). */
const TRIED_ELSEWHERE =
  /^\/api\/v1\/(account|people|invitations|teams|set-up|(alerts\/rules|alerts\/silences|alerts|channels|deliveries)\/\{id\})/;

/** Those that can be used here; deletions come last. */
function usable(): ReturnType<typeof operations> {
  const all = operations().filter(({ path }) => !TRIED_ELSEWHERE.test(path));
  return [...all.filter(({ method }) => method !== "delete"), ...all.filter(({ method }) => method === "delete")];
}

function operations(): { method: string; path: string; operation: Operation }[] {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function withValues(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PATH_VALUES[path]?.[name] ?? `missing-${name}`);
}

/** Where to delete what the operation before it has made, or what was there from the start. */
function deletion(path: string): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PATH_VALUES[path]![name]!);
  return filled === path ? `${path}?provider=openai&model=my-fine-tune&from=2026-11-01` : filled;
}

/** What is wrong with a value, by the schema at a place of the document. */
function mistakes(value: unknown, ...place: string[]): string[] {
  const pointer = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
  const validate = ajv.compile({ $ref: `openapi#/${pointer}` });
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message} ${JSON.stringify(params)}`.slice(0, 300),
  );
}

/** The status of success. */
const successOf = ({ responses }: Operation) => Object.keys(responses).find((status) => /^2\d\d$/.test(status))!;

const answerPlace = (path: string, method: string, type: string) =>
  ["paths", path, method, "responses", successOf(api.paths[path]![method]!), "content", type, "schema"] as const;

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    expect(
      await new Validator().validate(structuredClone(api) as unknown as Parameters<Validator["validate"]>[0]),
    ).toEqual({ valid: true });
    expect(api.openapi).toMatch(/^3\.1\./);
  });

  it("says of every operation what it is for, under a heading, with a name of its own", () => {
    const all = operations();
    expect(all.length).toBeGreaterThan(40);
    const headings = new Set(api.tags.map(({ name }) => name));
    for (const { path, operation } of all) {
      expect(operation.summary, path).toMatch(/^[A-Z].{5,}/);
      expect(
        operation.tags.every((tag) => headings.has(tag)),
        path,
      ).toBe(true);
    }
    expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
  });

  it("explains every parameter", () => {
    const unexplained = operations().flatMap(({ path, operation }) =>
      (operation.parameters ?? [])
        .filter(({ in: place, description }) => place === "query" && !description)
        .map(({ name }) => `${path} ${name}`),
    );
    expect(unexplained).toEqual([]);
  });

  it("shows bodies that fit their own schemas", () => {
    for (const { method, path, operation } of operations()) {
      if (operation.requestBody === undefined) continue;
      const { example } = operation.requestBody.content["application/json"];
      const place = ["paths", path, method, "requestBody", "content", "application/json", "schema"];
      expect(mistakes(example, ...place), path).toEqual([]);
    }
  });

  it("holds what every GET operation answers", { timeout: 180_000 }, async () => {
    for (const { method, path, operation } of usable()) {
      if (method !== "get") continue;
      const filled = withValues(path);
      for (const question of [...(NOT_PLAIN.has(path) ? [] : [""]), ...(QUESTIONS[path] ?? [])]) {
        const url = question === "" ? filled : `${filled}?${question}`;
        const stop = new AbortController();
        const answer = await fetch(server.url + url, { signal: stop.signal });
        const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
        expect(answer.status, `${url} ${answer.ok ? "" : await answer.text()}`).toBe(200);
        expect(Object.keys(operation.responses["200"]!.content), url).toContain(type);
        const isDocument = type === "application/json" && !url.includes("export");
        if (isDocument) expect(mistakes(await answer.json(), ...answerPlace(path, method, type)), url).toEqual([]);
        stop.abort();
      }
    }
  });

  it("holds what every other operation answers to its own example", async () => {
    const fetching = "/api/v1/prices/refresh";
    for (const { method, path, operation } of usable()) {
      if (method === "get" || path === fetching) continue;
      const shown = operation.requestBody?.content["application/json"].example;
      const example = shown === undefined ? undefined : { ...(shown as object), ...EXAMPLES[path] };
      const url = method === "delete" ? deletion(path) : withValues(path);
      const answer = method === "delete" ? await fetch(server.url + url, { method }) : await send(method, url, example);
      const status = Number(successOf(operation));
      expect(answer.status, `${method} ${url} ${answer.ok ? "" : await answer.text()}`).toBe(status);
      expect(mistakes(await answer.json(), ...answerPlace(path, method, "application/json")), url).toEqual([]);
    }
  });

  it("holds what an error looks like", async () => {
    const answer = await fetch(`${server.url}/api/v1/query?metrics=costs`);
    expect(mistakes(await answer.json(), "components", "schemas", "Problem")).toEqual([]);
    expect(mistakes({ status: "400" }, "components", "schemas", "Problem")).not.toEqual([]);
  });

  it("knows every parameter that is accepted: others are refused", async () => {
    for (const { method, path } of operations()) {
      if (method !== "get") continue;
      const filled = path.replaceAll(/\{(\w+)\}/g, "x");
      const answer = await fetch(`${server.url}${filled}?surprise=1`);
      expect(answer.status, path).toBe(400);
      expect(((await answer.json()) as { field: string }).field, path).toBe("surprise");
    }
  });
});

it("the page of the documentation shows every operation and needs nothing from elsewhere", async () => {
  const answer = await fetch(`${server.url}/api/docs`);
  const page = await answer.text();
  for (const { operation, path } of operations()) {
    expect(page).toContain(`id="${operation.operationId}"`);
    expect(page).toContain(path);
  }
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(page).not.toContain("<script");
});
