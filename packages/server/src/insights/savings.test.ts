import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordCharges } from "../ledger/record-charges.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { openPriceBook } from "../prices/price-book.ts";
import { savings, type Recommendation } from "./savings.ts";

let ledger: OpenLedger;
beforeEach(async () => {
  ledger = { ...(await openLedger("2026-11-15T00:00:00Z")), prices: await prices };
});
afterEach(() => ledger.close());

const always = { provider: "test", startMs: null, endMs: null };

/** 10 and 50 USD a million, kept prompts at a tenth, writing them a quarter more, batches at half; `sage-mini` a tenth of it. */
const prices = openPriceBook({
  storage: null,
  now: Date.now,
  config: {
    refresh: { enabled: false },
    overrides: [
      {
        ...always,
        model: "sage-large",
        rates: { input: "10", cacheRead: "1", cacheWrite: "12.5", output: "50" },
        adjustments: [{ when: { serviceTier: ["batch"] }, multiply: "0.5" }],
      },
      { ...always, model: "sage-mini", rates: { input: "1", output: "5" }, adjustments: [] },
      { ...always, model: "other-mini", rates: { input: "0.1", output: "0.5" }, adjustments: [] },
      { ...always, provider: "elsewhere", model: "sage-nano", rates: { input: "0.1", output: "0.5" }, adjustments: [] },
    ],
  },
});

/** So many calls of sage-large, a minute apart from noon on the 10th. */
async function record(count: number, rest: Record<string, unknown> = {}): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    provider: "test",
    model: "sage-large",
    occurredAt: at(index),
    usage: { inputTokens: 1_000, outputTokens: 100 },
    ...rest,
  }));
  expect((await recordUsage(ledger, events)).rejected).toEqual([]);
}

const at = (minute: number) => new Date(Date.parse("2026-11-10T12:00:00Z") + minute * 60_000).toISOString();

const prompt = (minute: number, inputTokens: number, rest = {}) =>
  record(1, { session: "s", occurredAt: at(minute), usage: { inputTokens, outputTokens: 900 }, ...rest });

const charge = (provider: string | undefined, amountUsd: number, rest = {}) => ({
  kind: "subscription",
  occurredAt: "2026-11-01T00:00:00Z",
  amountUsd,
  provider,
  ...rest,
});

async function found(kind: Recommendation["kind"], params: Record<string, string[]> = {}): Promise<Recommendation[]> {
  return (await savings(ledger, params)).recommendations.filter((it) => it.kind === kind);
}

test("nothing recorded: nothing to save", async () => {
  expect(await savings(ledger, {})).toMatchObject({
    query: { filters: [], period: { name: "30d" } },
    cost: 0,
    calls: 0,
    cacheSavings: 0,
    recommendations: [],
    meta: { sample: { calls: 0, of: 0 }, leftOut: [] },
  });
});

test("cheaper model: short answers without reasoning, at the next smaller model of the same family and provider", async () => {
  await record(20, { activity: "sorting.label" });
  // Long answers, reasoning, and too few calls are no simple tasks.
  await record(20, { activity: "writing.draft", usage: { inputTokens: 1_000, outputTokens: 900 } });
  await record(20, {
    activity: "planning.think",
    usage: { inputTokens: 1_000, outputTokens: 100, reasoningTokens: 50 },
  });
  await record(9, { activity: "rare" });
  const [recommendation, ...more] = await found("cheaper_model");
  expect(more).toEqual([]);
  // A call costs 1,000 × 10 + 100 × 50 a million = 0.015; with sage-mini 0.0015. Twenty of them.
  expect(recommendation).toMatchObject({
    savedUsd: 0.27,
    ofCostUsd: 0.3,
    calls: 20,
    filter: ["provider:test", "model:sage-large", "activity:sorting.label"],
    basis: "estimate",
    detail: { smallerModel: "sage-mini", averageOutputTokens: 100 },
  });
  expect(recommendation!.sentence).toContain("$0.03 instead of $0.30");
  expect(recommendation!.assumptions).not.toEqual([]);
});

test("cheaper model: a discount of the calls stays one", async () => {
  await record(20, { serviceTier: "batch" });
  expect(await found("cheaper_model")).toMatchObject([{ savedUsd: 0.135, ofCostUsd: 0.15 }]);
});

test("caching: sessions that send again what they sent before", async () => {
  await prompt(0, 2_000);
  await prompt(1, 3_000);
  await prompt(2, 4_000);
  // Another agent's prompt is another one; a shorter one begins anew; after ten minutes nothing is kept.
  await prompt(3, 9_000, { agent: "other" });
  await prompt(4, 2_500);
  await prompt(14, 2_600);
  // 5,000 read at 9 USD less; 2,000 + 1,000 + 1,000 written at 2.50 more: 0.045 − 0.01.
  expect(await found("caching")).toMatchObject([
    {
      savedUsd: 0.035,
      calls: 6,
      basis: "estimate",
      filter: ["provider:test", "model:sage-large"],
      detail: { advice: "repeated_prompts", repeatedTokens: 5_000, sessionsLookedAt: 1, callsLookedAt: 6 },
    },
  ]);
});

test("caching: what is read already is no advice, but counted as saved", async () => {
  const usage = { inputTokens: 3_000, cacheReadTokens: 3_000, outputTokens: 900 };
  await record(5, { session: "s", usage });
  expect(await found("caching")).toEqual([]);
  // 15,000 tokens at 9 USD a million less.
  expect((await savings(ledger, {})).cacheSavings).toBe(0.135);
});

test("caching: prompts that are written and hardly read", async () => {
  await record(10, { usage: { inputTokens: 4_000, cacheWriteTokens: 4_000, outputTokens: 900 } });
  // 40,000 tokens at 2.50 a million more.
  expect(await found("caching")).toMatchObject([{ savedUsd: 0.1, calls: 10, detail: { advice: "unread_writes" } }]);
  await record(1, { usage: { inputTokens: 10_000, cacheReadTokens: 10_000, outputTokens: 900 } });
  // 10,000 read saved 0.09.
  expect(await found("caching")).toMatchObject([{ savedUsd: 0.01, calls: 11 }]);
  await record(1, { usage: { inputTokens: 10_000, cacheReadTokens: 10_000, outputTokens: 900 } });
  expect(await found("caching")).toEqual([]);
});

test("batch: work that nobody waits for, as far as can be known", async () => {
  const long = { inputTokens: 10_000, outputTokens: 1_000 };
  const night = { activity: "reports.night", usage: long, streaming: false };
  await record(10, night);
  await record(10, { ...night, activity: "chat.answer", streaming: true });
  await record(10, { ...night, activity: "agent.step", session: "s" });
  await record(10, { ...night, activity: "who.knows", streaming: undefined, source: "otlp" });
  await record(9, { ...night, activity: "too.few" });
  await record(10, { ...night, activity: "batched.already", serviceTier: "batch" });
  // A call costs 0.1 + 0.05; ten of them at half.
  expect(await found("batch")).toMatchObject([
    {
      savedUsd: 0.75,
      ofCostUsd: 1.5,
      calls: 10,
      filter: expect.arrayContaining(["activity:reports.night"]) as string[],
    },
  ]);
});

test("wasted: failures that cost, and answers that were paid twice", async () => {
  await record(3, { success: false, errorType: "timeout" });
  await record(2, { success: false, errorType: "rate_limit", usage: {} });
  const twice = { metadata: { call: "c-1" }, attempt: 2 };
  await record(1, { ...twice, id: "first", occurredAt: "2026-11-11T00:00:00Z" });
  await record(1, { ...twice, id: "second", occurredAt: "2026-11-11T00:00:10Z", usage: { inputTokens: 2_000 } });
  await record(1, { metadata: { call: "c-2" } });
  const answer = await savings(ledger, {});
  expect(answer.recommendations.filter((it) => it.kind === "wasted_calls")).toMatchObject([
    { savedUsd: 0.045, ofCostUsd: 0.045, calls: 5, filter: ["status:error"], basis: "exact", detail: { retries: 2 } },
    { savedUsd: 0.015, calls: 1, basis: "exact", detail: { examples: ["first"] } },
  ]);
});

test("subscriptions that nobody used, by provider and by user", async () => {
  const charges = [
    charge("anthropic", 20, { description: "Claude Pro" }),
    charge("Claude", 5, { occurredAt: "2026-10-31T00:00:00Z" }),
    charge("test", 30),
    charge("test", 40, { user: "ann" }),
    charge("test", 50, { user: "bob", id: "bob's" }),
    charge(undefined, 60),
    charge("anthropic", 70, { occurredAt: "2026-09-01T00:00:00Z" }),
  ];
  expect((await recordCharges(ledger, charges)).rejected).toEqual([]);
  await record(1, { user: "ann" });
  expect(await found("unused_subscription")).toMatchObject([
    { savedUsd: 50, calls: 0, basis: "exact", filter: ["provider:test", "user:bob"] },
    { savedUsd: 25, filter: ["provider:anthropic"] },
  ]);
  expect(await found("unused_subscription", { filter: ["user:ann"] })).toEqual([]);
  // charges of subscriptions that are known are not told again
  const known = await savings(ledger, {}, async () => ({ findings: [], sameCharges: new Set(["bob's"]) }));
  const unused = known.recommendations.filter(({ kind }) => kind === "unused_subscription");
  expect(unused.map(({ savedUsd }) => savedUsd)).toEqual([25]);
});

test("filters apply to everything, and stand in the filters of each recommendation", async () => {
  await record(20, { user: "ann", activity: "sorting.label" });
  await record(40, { user: "bob", activity: "sorting.label" });
  const answer = await savings(ledger, { filter: ["user:ann", "provider:t*"] });
  expect(answer).toMatchObject({ calls: 20, cost: 0.3, meta: { sample: { calls: 20, of: 20 } } });
  expect(answer.meta.leftOut.map(({ kind }) => kind)).toEqual(["unused_subscription", "subscription_plan"]);
  expect(answer.recommendations[0]).toMatchObject({
    kind: "cheaper_model",
    savedUsd: 0.27,
    filter: ["user:ann", "provider:test", "model:sage-large", "activity:sorting.label"],
  });
});

test("calls without a price are no part of any advice", async () => {
  await record(20, { model: "unknown-large" });
  const answer = await savings(ledger, {});
  expect(answer).toMatchObject({ cost: null, unpricedCalls: 20, recommendations: [] });
  expect(answer.meta.leftOut).toEqual([{ kind: "cheaper_model", why: "20 calls have no price to compare with" }]);
});

test("many calls are looked at by a sample, which says how large it was", async () => {
  const firstMs = Date.parse("2026-11-01T00:00:00Z");
  const events = Array.from({ length: 12_000 }, (_, index) => ({
    provider: "test",
    model: "sage-large",
    session: `s-${Math.floor(index / 3)}`,
    occurredAt: new Date(firstMs + index * 100_000).toISOString(),
    usage: { inputTokens: 2_000, outputTokens: 900 },
  }));
  for (let i = 0; i < events.length; i += 4_000) await recordUsage(ledger, events.slice(i, i + 4_000));
  const answer = await savings(ledger, { from: ["2026-11-01"], to: ["2026-11-15"] });
  expect(answer.meta.sample.of).toBe(12_000);
  expect(answer.meta.sample.calls).toBeGreaterThan(1_000);
  expect(answer.meta.sample.calls).toBeLessThanOrEqual(5_000);
  const [cached] = answer.recommendations.filter((it) => it.kind === "caching");
  // Of the three calls of each session two repeat 2,000 tokens, and one writes them: 4,000 sessions × (0.036 − 0.005).
  expect(cached!.savedUsd).toBeCloseTo(124, 0);
  expect(cached!.assumptions.join(" ")).toContain("40 sessions");
});

test("wrong words are refused by name", async () => {
  await expect(savings(ledger, { by: ["model"] })).rejects.toMatchObject({ code: "unknown_parameter", field: "by" });
  await expect(savings(ledger, { filter: ["colour:red"] })).rejects.toMatchObject({ code: "unknown_dimension" });
});
