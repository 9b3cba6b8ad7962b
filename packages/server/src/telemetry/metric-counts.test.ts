import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { removeUsage } from "../ledger/revise-usage.ts";
import { MetricCounts } from "./metric-counts.ts";
import type { MetricPoint } from "./otlp-records.ts";

const NOW = "2026-11-20T12:00:00Z";
const START = Date.parse("2026-11-20T10:00:00Z");

let ledger: OpenLedger;
let counts: MetricCounts;

beforeAll(async () => {
  ledger = await openLedger(NOW);
});
afterAll(() => ledger.close());
beforeEach(async () => {
  const ids = (await stored()).map(({ id }) => id);
  await removeUsage(ledger, ids);
  await ledger.storage.putDocument("otlp-metrics", null);
  counts = new MetricCounts(ledger);
});

let minute = 0;
function point(given: Partial<MetricPoint>): MetricPoint {
  minute += 1;
  return {
    name: "gen_ai.client.token.usage",
    temporality: "cumulative",
    startMs: START,
    timeMs: START + minute * 60_000,
    value: 0,
    count: null,
    attributes: { "gen_ai.token.type": "input", "gen_ai.request.model": "gpt-5", "gen_ai.provider.name": "openai" },
    resource: { "service.name": "shop" },
    scope: { name: "m", version: null },
    ...given,
  };
}

async function stored() {
  const page = await ledger.storage.listEvents({ startMs: 0, endMs: Infinity, filters: [], limit: 100 });
  return page.events;
}
const inputTokens = async () => (await stored()).reduce((sum, { usage }) => sum + (usage.inputTokens ?? 0), 0);

describe("a cumulative series", () => {
  it("counts what it has grown, and begins again after a reset", async () => {
    // as a counter shows it: 100, 100 again, 250, then 40 of a new process
    for (const value of [100, 100, 250, 40]) await counts.count([point({ value })]);
    expect(await inputTokens()).toBe(100 + 150 + 40);
  });

  it("with another start counts whole, also when it is larger", async () => {
    await counts.count([point({ value: 100 })]);
    await counts.count([point({ value: 300, startMs: START + 1_000 })]);
    expect(await inputTokens()).toBe(400);
  });

  it("that is sent again, or late, counts once", async () => {
    const first = point({ value: 100 });
    const second = point({ value: 150 });
    for (const sent of [first, first, second, first, second]) await counts.count([sent]);
    expect(await inputTokens()).toBe(150);
  });

  it("goes on after a restart", async () => {
    await counts.count([point({ value: 100 })]);
    counts = new MetricCounts(ledger);
    await counts.count([point({ value: 130 })]);
    expect(await inputTokens()).toBe(130);
  });

  it("loses nothing when the store fails once, before or after the state was kept", async () => {
    for (const method of ["putDocument", "appendEvents"] as const) {
      const storage = ledger.storage as Record<typeof method, unknown>;
      const original = storage[method];
      const sent = point({ value: method === "putDocument" ? 100 : 180 });
      storage[method] = () => Promise.reject(new Error("disk full"));
      await expect(counts.count([sent])).rejects.toThrow("disk full");
      storage[method] = original;
      if (method === "appendEvents") counts = new MetricCounts(ledger);
      await counts.count([sent]);
    }
    expect(await inputTokens()).toBe(180);
  });
});

it("a delta series counts each point once, however often it is sent", async () => {
  const points = [30, 40].map((value) => point({ value, temporality: "delta" }));
  for (const sent of [...points, ...points]) await counts.count([sent]);
  expect(await inputTokens()).toBe(70);
});

it("puts the kinds of one model into one event", async () => {
  const timeMs = START + 60_000;
  const claude = (type: string, value: number) =>
    point({
      name: "claude_code.token.usage",
      temporality: "delta",
      timeMs,
      value,
      attributes: { type, model: "claude-sonnet-4-5", "session.id": "s1" },
      resource: { "service.name": "claude-code" },
    });
  await counts.count([
    claude("input", 10),
    claude("output", 20),
    claude("cacheRead", 300),
    claude("cacheCreation", 40),
  ]);
  expect(await stored()).toMatchObject([
    {
      provider: "anthropic",
      model: "claude-sonnet-4-5",
      session: "s1",
      agent: "claude-code",
      usage: { inputTokens: 350, cacheReadTokens: 300, cacheWriteTokens: 40, outputTokens: 20 },
      metadata: { fromMetrics: true },
    },
  ]);
});

it("counts one of the families that say the same, and the calls of a histogram", async () => {
  const timeMs = START + 60_000;
  const of = (name: string, attributes: MetricPoint["attributes"], value: number, count: number | null) =>
    point({ name, attributes: { model: "gemini-2.5-pro", ...attributes }, value, count, timeMs, temporality: "delta" });
  await counts.count([
    of("gen_ai.client.token.usage", { "gen_ai.token.type": "input" }, 100, 2),
    of("gemini_cli.token.usage", { type: "input" }, 90, null),
    of("gemini_cli.token.usage", { type: "tool" }, 10, null),
    of("gemini_cli.token.usage", { type: "output" }, 5, null),
    of("gemini_cli.token.usage", { type: "thought" }, 7, null),
    of("gemini_cli.token.usage", { type: "cache" }, 60, null),
  ]);
  expect(await stored()).toMatchObject([
    { usage: { inputTokens: 100, cacheReadTokens: 60, outputTokens: 12, reasoningTokens: 7 } },
  ]);
  await counts.count([point({ value: 300, count: 2, resource: { "service.name": "other" } })]);
  expect((await stored()).map(({ usage }) => usage.requests)).toContain(2);
});
