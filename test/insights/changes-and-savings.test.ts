import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { WireEvent } from "@outlay/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { get, nanoUsd, postJson, record, type QueryRow } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

// What changed and what could be saved, over HTTP: each number is one that the calls themselves, asked in other ways, give too.

let server: RunningServer;
let dataDir: string;

const DAY_MS = 86_400_000;
const firstMs = Date.UTC(2026, 2, 1);
const DAYS = 20;
const BEFORE = "from=2026-03-01&to=2026-03-11";
const NOW = "from=2026-03-11&to=2026-03-21";

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-insights-"));
  server = await startServer({ dataDir });
  const sent = events();
  expect(await record(server.url, sent)).toMatchObject({ accepted: sent.length, rejected: [] });
  const charge = { kind: "subscription", amountUsd: 20, provider: "perplexity", occurredAt: "2026-03-12T00:00:00Z" };
  expect((await postJson(`${server.url}/api/v1/charges`, charge)).ok).toBe(true);
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Days of calls that get more, longer and dearer, by several agents, some without a price. */
function events(): WireEvent[] {
  const all: WireEvent[] = [];
  for (let day = 0; day < DAYS; day++) {
    for (let n = 0; n < 40 + 2 * day; n++) {
      const [provider, model] = MODELS[(n + Math.floor(day / 4)) % MODELS.length]!;
      const inputTokens = 1_500 + 40 * day + 10 * (n % 20);
      all.push({
        occurredAt: new Date(firstMs + day * DAY_MS + n * 10_000).toISOString(),
        provider,
        model,
        usage: { inputTokens, cacheReadTokens: n % 3 === 0 ? 1_024 : 0, outputTokens: n % 4 === 0 ? 900 : 80 },
        agent: n % 5 === 0 ? "" : `agent-${n % 5}`,
        activity: n % 4 === 0 ? "writing.draft" : "sorting.label",
        user: `user-${n % 7}`,
        session: `session-${day}-${n % 2}`,
        tags: n % 3 === 0 ? { story: `st-${n % 6}` } : {},
        success: n % 17 !== 0,
        streaming: n % 2 === 0,
        source: "api",
      });
    }
  }
  return all;
}

const MODELS = [
  ["openai", "gpt-4o"],
  ["openai", "gpt-4o-mini"],
  ["anthropic", "claude-sonnet-4-5"],
  ["nobody", "model-without-a-price"],
] as const;

interface Change {
  before: number | null;
  now: number | null;
  difference: number;
  callsBefore: number;
  callsNow: number;
  parts: Record<"calls" | "length" | "model" | "price", number>;
}
interface Changes extends Change {
  rows: (Change & { key: string | null; other?: true })[];
  meta: { groups: number; scannedEvents: number };
}
interface Savings {
  cost: number;
  cacheSavings: number;
  recommendations: {
    kind: string;
    title: string;
    savedUsd: number;
    ofCostUsd: number;
    calls: number;
    filter: string[];
    basis: string;
    assumptions: string[];
  }[];
}
interface Query {
  rows: QueryRow[];
  totals: Record<string, number | null>;
}

const sum = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);
const ends = (from: string, to: string) => `compareFrom=${from}&compareTo=${to}`;
const filters = (texts: string[]) => texts.map((text) => `&filter=${encodeURIComponent(text)}`).join("");

describe("what changed", () => {
  it.each([
    ["model", [], 20],
    ["provider", [], 1],
    ["agent", ["model:gpt-*"], 2],
    ["user", [], 3],
    ["tag:story", ["!provider:nobody"], 20],
    ["status", ["user:user-1"], 20],
  ] as const)("by %s with the filters %j and the limit %i", async (by, chosen, limit) => {
    const asked = `by=${by}${filters([...chosen])}`;
    const changes = await get<Changes>(server.url, `/api/v1/insights/changes?${NOW}&${asked}&limit=${limit}`);
    const question = `/api/v1/query?metrics=cost,calls&${asked}`;
    const [before, now] = await Promise.all([
      get<Query>(server.url, `${question}&${BEFORE}`),
      get<Query>(server.url, `${question}&${NOW}`),
    ]);
    expect([changes.before, changes.now]).toEqual([before.totals.cost, now.totals.cost]);
    expect([changes.callsBefore, changes.callsNow]).toEqual([before.totals.calls, now.totals.calls]);
    const costIn = ({ rows }: Query, key: string | null) => rows.find((row) => row[by] === key)?.cost ?? null;
    for (const row of changes.rows.filter((one) => one.other !== true)) {
      expect([nanoUsd(row.before), nanoUsd(row.now)]).toEqual([
        nanoUsd(costIn(before, row.key) as number | null),
        nanoUsd(costIn(now, row.key) as number | null),
      ]);
    }
    for (const name of ["before", "now", "difference"] as const) {
      expect(sum(changes.rows.map((row) => nanoUsd(row[name])))).toBe(nanoUsd(changes[name]));
    }
    for (const { parts, difference } of [changes, ...changes.rows]) {
      expect(sum(Object.values(parts).map(nanoUsd))).toBe(nanoUsd(difference));
    }
    const differences = changes.rows.filter((row) => row.other !== true).map((row) => Math.abs(row.difference));
    expect(differences).toEqual(differences.toSorted((a, b) => b - a));
    expect(changes.rows.length).toBe(Math.min(limit, changes.meta.groups) + (changes.meta.groups > limit ? 1 : 0));
  });

  it("is answered from sums by every dimension that sums are kept of", async () => {
    // Written once more, so that nothing is left that only the events tell.
    await get(server.url, `/api/v1/query?${NOW}`);
    for (const by of ["model", "agent", "user", "tag:story", "activity"]) {
      await expect
        .poll(
          async () => (await get<Changes>(server.url, `/api/v1/insights/changes?${NOW}&by=${by}`)).meta.scannedEvents,
        )
        .toBe(0);
    }
  });

  it("compares two free periods, the other way round too", async () => {
    const path = "/api/v1/insights/changes?by=agent&";
    const forth = await get<Changes>(server.url, `${path}${NOW}&${ends("2026-03-01", "2026-03-05")}`);
    const back = await get<Changes>(
      server.url,
      `${path}from=2026-03-01&to=2026-03-05&${ends("2026-03-11", "2026-03-21")}`,
    );
    expect(back.difference).toBe(-forth.difference);
    expect(back.rows.map((row) => row.key)).toEqual(forth.rows.map((row) => row.key));
  });

  it("refuses what it does not know", async () => {
    const answer = await fetch(`${server.url}/api/v1/insights/changes?by=agent,model`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "unknown_dimension", field: "by" });
  });
});

describe("what could be saved", () => {
  it("names calls that its filters show, with what they cost", async () => {
    const savings = await get<Savings>(server.url, `/api/v1/insights/savings?${NOW}`);
    const kinds = new Set(savings.recommendations.map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(["caching", "cheaper_model", "unused_subscription", "wasted_calls"]);
    for (const { kind, title, filter, calls, ofCostUsd } of savings.recommendations) {
      // A charge is no call.
      if (kind === "unused_subscription") continue;
      const { totals } = await get<Query>(server.url, `/api/v1/query?metrics=cost,calls&${NOW}${filters(filter)}`);
      expect([title, totals.calls, totals.cost]).toEqual([title, calls, ofCostUsd]);
    }
  });

  it("never saves more than was spent, most first, and says what it assumes", async () => {
    const savings = await get<Savings>(server.url, `/api/v1/insights/savings?${NOW}`);
    const amounts = savings.recommendations.map(({ savedUsd }) => savedUsd);
    expect(amounts).toEqual(amounts.toSorted((a, b) => b - a));
    for (const { savedUsd, ofCostUsd, assumptions } of savings.recommendations) {
      expect(savedUsd).toBeGreaterThan(0);
      expect(savedUsd).toBeLessThanOrEqual(ofCostUsd);
      expect(assumptions.length).toBeGreaterThan(0);
    }
    const { totals } = await get<Query>(server.url, `/api/v1/query?metrics=cost,cacheSavings&${NOW}`);
    expect([savings.cost, savings.cacheSavings]).toEqual([totals.cost, totals.cacheSavings]);
  });

  it("re-rates what was recorded at the smaller model's price", async () => {
    const chosen = ["model:gpt-4o", "activity:sorting.label"];
    const savings = await get<Savings>(server.url, `/api/v1/insights/savings?${NOW}${filters(chosen)}`);
    const [cheaper] = savings.recommendations.filter(({ kind }) => kind === "cheaper_model");
    // gpt-4o-mini: 0.15 in, 0.075 cached, 0.60 out; gpt-4o: 2.50, 1.25, 10. Each rate is the same share, 0.06.
    expect(cheaper!.savedUsd).toBeCloseTo(cheaper!.ofCostUsd * 0.94, 9);
  });
});
