import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { WireEvent } from "@outlay/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  elsewhereAnswer,
  marginAnswer,
  qualityAnswer,
  variantsAnswer,
} from "../../packages/server/src/http/comparison-answers.ts";
import type { ElsewhereAnswer } from "../../packages/server/src/insights/elsewhere.ts";
import type { MarginAnswer } from "../../packages/server/src/insights/margin.ts";
import type { QualityAnswer } from "../../packages/server/src/insights/quality.ts";
import type { VariantsAnswer } from "../../packages/server/src/insights/variants.ts";
import { get, nanoUsd, postJson, record, type Answer } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

// What costs bring, through the door: margins, other models, quality and variants, against what the same server lists.

let server: RunningServer;
let dataDir: string;

const PERIOD = "from=2026-03-01&to=2026-03-31";
const INSIGHTS = ["margin", "elsewhere", "quality", "variants"] as const;

/** Thirty days in which two variants answer three customers, one of them with a model that nobody has a price for. */
function someCalls(): WireEvent[] {
  return Array.from({ length: 600 }, (_, index): WireEvent => {
    const variant = index % 2 === 0 ? "long" : "short";
    return {
      id: `call-${index}`,
      occurredAt: new Date(Date.UTC(2026, 2, 1, 7) + (index * 29 * 86_400_000) / 600).toISOString(),
      provider: index % 5 === 0 ? "openai" : "anthropic",
      model: index % 50 === 49 ? "claude-of-the-future" : index % 5 === 0 ? "gpt-4o" : "claude-sonnet-4-5",
      customer: ["acme", "bolt", "calm"][index % 3]!,
      user: `user-${index % 7}`,
      tags: { plan: index % 3 === 0 ? "gold" : "free" },
      variant,
      attempt: index % 10 === 3 ? 2 : 1,
      success: variant === "long" ? index % 8 !== 0 : index % 20 !== 1,
      ...(index % 4 < 2 ? { score: variant === "long" ? 0.5 + (index % 5) / 10 : 0.4 + (index % 5) / 10 } : {}),
      usage: {
        inputTokens: 2_000 + index * 3,
        cacheReadTokens: variant === "long" ? 1_000 : 0,
        outputTokens: (variant === "long" ? 900 : 250) + (index % 17),
      },
    };
  });
}

function charge(kind: string, amountUsd: number, owner: object, day = "10"): object {
  return { kind, amountUsd, occurredAt: `2026-03-${day}T12:00:00Z`, ...owner };
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-comparisons-"));
  server = await startServer({ dataDir });
  expect((await record(server.url, someCalls())).accepted).toBe(600);
  const charges = [
    charge("revenue", 20, { customer: "acme", user: "user-1", tags: { plan: "gold" } }),
    charge("revenue", 0.5, { customer: "bolt" }),
    charge("revenue", 5, { user: "payer-only" }),
    charge("payment_fee", 0.88, { customer: "acme" }),
    charge("credit", 0.25, { customer: "acme" }),
    charge("subscription", 17, {}),
    charge("revenue", 1_000, { customer: "acme" }, "31"),
  ];
  expect((await postJson(`${server.url}/api/v1/charges`, { charges })).status).toBe(200);
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const SHAPES = { margin: marginAnswer, elsewhere: elsewhereAnswer, quality: qualityAnswer, variants: variantsAnswer };

/** An answer, which has the documented shape. */
async function insight<T>(name: (typeof INSIGHTS)[number], query: string): Promise<T> {
  const answer = await get<T>(server.url, `/api/v1/insights/${name}?${PERIOD}&${query}`);
  expect(SHAPES[name].safeParse(answer).error).toBeUndefined();
  return answer;
}

describe("margins", () => {
  it("have the costs of the calls and of the charges, and add up", async () => {
    const [{ totals: usage }, charges] = await Promise.all([
      get(server.url, `/api/v1/query?metrics=cost,users&${PERIOD}`),
      get<{ totalUsd: number; revenueUsd: number }>(server.url, `/api/v1/charges?${PERIOD}`),
    ]);
    for (const by of ["customer", "user", "team", "project", "tag:plan"]) {
      const { totals, rows } = await insight<MarginAnswer>("margin", `by=${by}&limit=2`);
      expect(totals).toMatchObject({ revenue: 25.5, chargeCost: 17.63, usageCost: usage["cost"] });
      expect([totals.revenue, totals.chargeCost]).toEqual([charges.revenueUsd, charges.totalUsd]);
      // One of them has never called.
      expect(totals.users).toBe(usage["users"]! + 1);
      for (const name of ["revenue", "usageCost", "chargeCost", "cost", "margin"] as const) {
        const sum = rows.reduce((all, row) => all + nanoUsd(row[name]), 0n);
        expect(sum, `${by} ${name}`).toBe(nanoUsd(totals[name]));
      }
    }
  });

  it("are those of each customer, losses first", async () => {
    const { rows } = await insight<MarginAnswer>("margin", "by=customer");
    const { rows: costs } = await get(server.url, `/api/v1/query?by=customer&metrics=cost&${PERIOD}`);
    const costOf = (customer: string | null) => costs.find((row) => row["customer"] === customer)?.["cost"] ?? 0;
    expect(rows.map(({ key }) => key)).toEqual(["calm", "bolt", "acme", null]);
    for (const { key, usageCost } of rows) expect(usageCost).toBe(costOf(key));
    expect(rows[0]!.margin).toBeLessThan(0);
    expect(rows[2]).toMatchObject({ revenue: 20, chargeCost: 0.63, users: 7 });
    expect(rows[3]).toMatchObject({ revenue: 5, usageCost: 0, chargeCost: 17, margin: -12, users: 1 });
  });

  it("say what users cost in 30 days", async () => {
    const { perUser, totals } = await insight<MarginAnswer>("margin", "by=user");
    expect(perUser).toMatchObject({ days: 30, users: 8 });
    expect(nanoUsd(perUser.projected[0]!.cost)).toBe(nanoUsd(totals.cost! * 125));
    expect(perUser.sentence).toContain("8 users");
  });
});

describe("other models", () => {
  it("cost what the rater says of each recorded call", async () => {
    const models = ["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5"];
    const answer = await insight<ElsewhereAnswer>("elsewhere", `models=${models.join()}&filter=variant:short`);
    expect(answer).toMatchObject({ basis: "calls", recorded: { calls: 300, unpricedCalls: 12 } });
    const calls = someCalls().filter(({ variant }) => variant === "short");
    for (const { provider, model, cost, difference, compared, unratedCalls, approximate } of answer.candidates) {
      const rated = await postJson(`${server.url}/api/v1/rate`, {
        events: calls.map((call) => ({ ...call, provider, model })),
      });
      const { results } = (await rated.json()) as { results: { costUsd: string }[] };
      const costs = results.map(({ costUsd }) => nanoUsd(Number(costUsd)));
      expect(nanoUsd(cost)).toBe(costs.reduce((sum, one) => sum + one, 0n));
      expect([compared.calls, unratedCalls, approximate]).toEqual([288, 0, false]);
      expect(compared.recordedCost).toBe(answer.recorded.cost);
      expect(nanoUsd(difference)).toBe(nanoUsd(compared.cost) - nanoUsd(compared.recordedCost));
    }
  });

  it("are chosen where none is named, and the recorded one costs what was recorded", async () => {
    const chosen = await insight<ElsewhereAnswer>("elsewhere", "");
    expect(chosen.query.chosen).toBe(true);
    expect(chosen.candidates).toHaveLength(8);
    const same = await insight<ElsewhereAnswer>("elsewhere", "models=openai/gpt-4o&filter=model:gpt-4o");
    expect(same.candidates[0]).toMatchObject({ difference: 0, ratio: 1, cost: same.recorded.cost });
  });
});

describe("quality", () => {
  it("counts what the question language counts, and reads the scores", async () => {
    const { rows, totals, meta } = await insight<QualityAnswer>("quality", "by=variant");
    const counted = await get<Answer>(
      server.url,
      `/api/v1/query?by=variant&metrics=calls,successes,retries,cost,successRate&${PERIOD}`,
    );
    for (const { key, calls, successes, retries, cost, successRate, score } of rows) {
      const wanted = counted.rows.find((row) => row["variant"] === key)!;
      expect({ calls, successes, retries, cost }).toEqual({
        calls: wanted["calls"],
        successes: wanted["successes"],
        retries: wanted["retries"],
        cost: wanted["cost"],
      });
      expect(successRate!.value).toBe(wanted["successRate"]);
      expect(successRate!.low).toBeLessThan(successRate!.value);
      const scores = someCalls().filter((call) => call.variant === key && call.score != null);
      const mean = scores.reduce((sum, call) => sum + call.score!, 0) / scores.length;
      expect(score!.calls).toBe(scores.length);
      expect(score!.value).toBeCloseTo(mean, 12);
    }
    expect(totals.calls).toBe(600);
    expect(meta).toMatchObject({ callsRead: 600, notRead: null });
  });
});

function comparedModels(a: string, b: string): Promise<VariantsAnswer> {
  return insight<VariantsAnswer>("variants", `dimension=model&a=${a}&b=${b}&filter=customer:acme`);
}

describe("two variants", () => {
  it("differ by what their qualities differ by", async () => {
    const [{ rows }, answer] = await Promise.all([
      insight<QualityAnswer>("quality", "by=variant"),
      insight<VariantsAnswer>("variants", "a=long&b=short"),
    ]);
    const [long, short] = ["long", "short"].map((key) => rows.find((row) => row.key === key)!);
    const { differences, a, b, meta } = answer;
    for (const [side, row] of [
      [a, long!],
      [b, short!],
    ] as const) {
      const { calls, successes, successRate, cost, costPerCall, costPerSuccess, score, unpricedCalls } = row;
      expect(side).toMatchObject({ calls, successes, successRate, cost, costPerCall, unpricedCalls });
      expect(side).toMatchObject({ costPerSuccess, score });
    }
    expect(differences.successRate!.difference).toBeCloseTo(b.successRate!.value - a.successRate!.value, 12);
    expect(differences.costPerCall!.difference).toBeCloseTo(b.costPerCall!.value - a.costPerCall!.value, 8);
    expect(differences.costPerCall).toMatchObject({ clear: true });
    expect(answer.sentence).toContain('"short" succeeds more often than "long", by 15 percentage points (');
    expect(answer.sentence).toContain('"short" is scored lower than "long"');
    expect(answer.sentence).toContain('A call of "short" costs less than one of "long"');
    expect(meta.cautions.join(" ")).toContain("have no price");
  });

  it("may be models, and swapping them turns the differences", async () => {
    const [there, back] = await Promise.all([
      comparedModels("gpt-4o", "claude-sonnet-4-5"),
      comparedModels("claude-sonnet-4-5", "gpt-4o"),
    ]);
    for (const name of ["successRate", "score", "costPerCall", "costPerSuccess"] as const) {
      const [one, other] = [there.differences[name]!, back.differences[name]!];
      expect(one.difference).toBeCloseTo(-other.difference, 9);
      expect(one.low).toBeCloseTo(-other.high!, 9);
      expect(one.clear).toBe(other.clear);
    }
  });
});

describe("what is wrong", () => {
  const refused: [path: string, code: string, field: string][] = [
    ["margin?by=model", "invalid_parameter", "by"],
    ["margin?by=customer,user", "invalid_parameter", "by"],
    ["margin?filter=model:gpt-4o", "invalid_filter", "filter"],
    ["margin?limit=many", "out_of_range", "limit"],
    ["elsewhere?models=gpt-4o", "invalid_parameter", "models"],
    ["elsewhere?models=a/b&models=a/b&model=c", "unknown_parameter", "model"],
    ["quality?by=colour", "unknown_dimension", "by"],
    ["quality?by=model,day", "unknown_dimension", "by"],
    ["variants", "missing_parameter", "a"],
    ["variants?a=x", "missing_parameter", "b"],
    ["variants?a=x&b=x", "invalid_parameter", "b"],
    ["variants?a=x&a=y&b=z", "repeated_parameter", "a"],
    ["variants?a=x&b=y&dimension=day", "unknown_dimension", "dimension"],
    ...INSIGHTS.flatMap((name): [string, string, string][] => [
      [`${name}?period=soon`, "unknown_period", "period"],
      [`${name}?filter=nonsense`, "invalid_filter", "filter"],
      [`${name}?tz=Mars`, "unknown_time_zone", "tz"],
      [`${name}?from=2026-03-02&to=2026-03-01`, "period_empty", "to"],
    ]),
  ];

  it.each(refused)("%s is refused as %s", async (path, code, field) => {
    const answer = await fetch(`${server.url}/api/v1/insights/${path}`);
    const text = await answer.text();
    expect(answer.status, text).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code, field });
  });
});
