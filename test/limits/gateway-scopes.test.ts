import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ENDPOINTS, type Endpoint } from "../gateway/matrix-endpoints.ts";
import { get } from "../api.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { startLimited, type LimitedGateway } from "./limited-gateway.ts";

/** What can be limited by what a call says of itself, and the header that says it. */
const NAMED: [scope: string, filter: string, headers: Record<string, string>][] = [
  ["user", "user:held", { "x-outlay-user": "held" }],
  ["team", "team:held", { "x-outlay-team": "held" }],
  ["project", "project:held", { "x-outlay-project": "held" }],
  ["customer", "customer:held", { "x-outlay-customer": "held" }],
  ["agent", "agent:held", { "x-outlay-agent": "held" }],
  ["activity", "activity:held.now", { "x-outlay-activity": "held.now" }],
  ["category", "category:bound", { "x-outlay-activity": "bound.now" }],
  ["session", "session:held", { "x-outlay-session": "held" }],
  ["environment", "environment:held", { "x-outlay-environment": "held" }],
  ["tag", "tag:story:held", { "x-outlay-tags": "story=held" }],
  ["pattern", "user:bound-*", { "x-outlay-user": "bound-to-one" }],
];
/** What is known of a call without its headers; the user only tells for which of these it is made. */
const KNOWN: [scope: string, filterOf: (endpoint: Endpoint) => string][] = [
  ["provider", ({ billedAs }) => `provider:${billedAs}`],
  [
    "model",
    ({ model, body, provider }) =>
      `model:${provider === "azure" && !("model" in body) ? "my-gpt" : asked(model, body)}`,
  ],
  ["operation", ({ operation }) => `operation:${operation}`],
  ["source", () => "source:gateway"],
  ["credential", () => "credential:key-*"],
];

/** As the request names it. */
function asked(model: string, body: Record<string, unknown>): string {
  if (typeof body["model"] === "string") return body["model"];
  return model.replace(/^claude-sonnet-4-5-20250929$/, "claude-sonnet-4-5@20250929");
}

let mock: RunningMock;
let gateway: LimitedGateway;
const dataDir = mkdtempSync(join(tmpdir(), "outlay-scopes-"));

beforeAll(async () => {
  mock = await startMock();
  gateway = await startLimited(dataDir, mock.url);
  const nothing = {
    amountUsd: 0,
    period: "day" as const,
    enforcement: { strict: true, unpriced: { standInUsdPerMillionTokens: 10 } },
  };
  for (const [scope, filter] of NAMED) await gateway.limit({ ...nothing, name: `by ${scope}`, filters: [filter] });
  for (const [scope, filterOf] of KNOWN) {
    for (const filter of new Set(ENDPOINTS.map(filterOf))) {
      await gateway.limit({ ...nothing, name: `by ${scope}`, filters: [filter, `user:of-${scope}`] });
    }
  }
});
afterAll(async () => {
  await gateway.server.stop();
  await mock.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function ask(endpoint: Endpoint, mode: "whole" | "stream", headers: Record<string, string>): Promise<Response> {
  const path = mode === "stream" ? (endpoint.streamPath ?? endpoint.path) : endpoint.path;
  return fetch(`${gateway.url}/${endpoint.provider}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: "Bearer sk-of-the-client",
      "x-mock": endpoint.words ?? "",
      ...headers,
    },
    body: JSON.stringify({ ...endpoint.body, ...(mode === "stream" ? endpoint.streamBody : {}) }),
  });
}

/** The name of the limit that refused, from wherever the provider's own clients look for an error. */
async function refusedBy(answer: Response): Promise<string> {
  const body = (await answer.json()) as {
    limit?: { name: string };
    error?: { limit?: { name: string }; details?: { limit: { name: string } }[] };
  };
  const limit = body.limit ?? body.error?.limit ?? body.error?.details?.[0]?.limit;
  return `${answer.status} ${limit?.name}`;
}

const CELLS = ENDPOINTS.flatMap((endpoint) =>
  (endpoint.modes ?? ["whole" as const, "stream" as const]).map((mode) => ({
    endpoint,
    mode,
    name: `${endpoint.provider} ${endpoint.name}, ${mode}`,
  })),
);

describe("every endpoint of every provider is held by a limit of any scope", () => {
  it.each(CELLS)("$name", async ({ endpoint, mode }) => {
    const outcomes = [
      ...NAMED.map(async ([scope, , headers]) => [scope, await refusedBy(await ask(endpoint, mode, headers))]),
      ...KNOWN.map(async ([scope]) => {
        return [scope, await refusedBy(await ask(endpoint, mode, { "x-outlay-user": `of-${scope}` }))];
      }),
    ];
    const expected = [...NAMED, ...KNOWN].map(([scope]) => [scope, `429 by ${scope}`]);
    expect(await Promise.all(outcomes)).toEqual(expected);

    const free = await ask(endpoint, mode, { "x-outlay-user": "nobody" });
    expect([free.status, free.headers.get("x-outlay-limit-remaining-usd")]).toEqual([200, null]);
    await free.arrayBuffer();
  });
});

it("leaves no event of what was refused, and nothing set aside", async () => {
  const { totals } = await get(gateway.server.url, "/api/v1/query?metrics=calls&period=today&filter=user:held");
  expect(totals["calls"]).toBe(0);
  const { limits } = await get<{ limits: { id: string }[] }>(gateway.server.url, "/api/v1/limits");
  for (const { id } of limits) {
    for (const state of await gateway.states(id)) expect(state).toMatchObject({ spentUsd: 0, leasedUsd: 0 });
  }
});
