import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { openPriceBook } from "../prices/price-book.ts";
import { changes, type ChangesAnswer } from "./changes.ts";

let ledger: OpenLedger;
afterEach(() => ledger.close());

/** So many calls at noon of a day, each with so many tokens out: 10 USD a million. */
async function record(count: number, day: string, tokens: number, rest: Record<string, unknown> = {}): Promise<void> {
  const events = Array.from({ length: count }, () =>
    call(`${day}T12:00:00Z`, { usage: { inputTokens: 0, outputTokens: tokens }, ...rest }),
  );
  expect((await recordUsage(ledger, events)).rejected).toEqual([]);
}

const prompt = (cached: number) => ({ agent: "b", usage: { inputTokens: 1_000, cacheReadTokens: cached } });

/** A price of 1 USD a million tokens in, with batches at half of it. */
const version = (startMs: number | null, endMs: number | null, output: string) => ({
  provider: "test",
  model: "moved",
  startMs,
  endMs,
  rates: { input: "1", output },
  adjustments: [{ when: { serviceTier: ["batch"] }, multiply: "0.5" }],
});

const LAST_DAY = { from: ["2026-11-14"], to: ["2026-11-15"] };

test("more calls and longer ones, by model, against the day before", async () => {
  ledger = await openLedger("2026-11-15T00:00:00Z");
  await record(2, "2026-11-13", 100);
  await record(3, "2026-11-14", 150);
  await record(1, "2026-11-13", 400, { model: "large" });
  const answer = await changes(ledger, LAST_DAY);
  expect(answer.query).toEqual({
    by: "model",
    filters: [],
    period: { start: "2026-11-14T00:00:00.000Z", end: "2026-11-15T00:00:00.000Z", timeZone: "UTC" },
    compare: { start: "2026-11-13T00:00:00.000Z", end: "2026-11-14T00:00:00.000Z" },
    limit: 20,
  });
  // large: 0.004 is gone. small: 3 calls of 0.0015 after 2 of 0.001.
  expect(answer.rows).toEqual([
    {
      key: "large",
      before: 0.004,
      now: 0,
      difference: -0.004,
      callsBefore: 1,
      callsNow: 0,
      unpricedBefore: 0,
      unpricedNow: 0,
      parts: { calls: -0.004, length: 0, model: 0, price: 0 },
    },
    {
      key: "small",
      before: 0.002,
      now: 0.0045,
      difference: 0.0025,
      callsBefore: 2,
      callsNow: 3,
      unpricedBefore: 0,
      unpricedNow: 0,
      parts: { calls: 0.001, length: 0.0015, model: 0, price: 0 },
    },
  ]);
  // Together 3 calls at 0.002 and 3 calls: no more calls, but none of the dear model. 3 × 0.001 − 3 × 0.002 = −0.003.
  expect(answer).toMatchObject({
    before: 0.006,
    now: 0.0045,
    difference: -0.0015,
    parts: { calls: 0, length: 0.0015, model: -0.003, price: 0 },
    meta: { groups: 2, priceNotKnown: [] },
  });
});

test("the mix of models within a group, and another share of cached tokens", async () => {
  ledger = await openLedger("2026-11-15T00:00:00Z");
  await record(4, "2026-11-13", 100, { agent: "a" });
  await record(4, "2026-11-13", 300, { agent: "a", model: "large" });
  await record(2, "2026-11-14", 100, { agent: "a" });
  await record(6, "2026-11-14", 300, { agent: "a", model: "large" });
  await record(1, "2026-11-13", 0, prompt(0));
  await record(1, "2026-11-14", 0, prompt(1_000));
  const { rows } = await changes(ledger, { ...LAST_DAY, by: ["agent"] });
  expect(rows.map(({ key, difference, parts }) => ({ key, difference, parts }))).toEqual([
    { key: "a", difference: 0.004, parts: { calls: 0, length: 0, model: 0.004, price: 0 } },
    { key: "b", difference: -0.0009, parts: { calls: 0, length: -0.0009, model: 0, price: 0 } },
  ]);
});

test("a price that changed is price, and only that; a discounted call has its share of it", async () => {
  ledger = await openLedger("2026-11-20T00:00:00Z");
  const changedMs = Date.parse("2026-11-12T00:00:00Z");
  const prices = await openPriceBook({
    storage: null,
    now: Date.now,
    config: {
      refresh: { enabled: false },
      overrides: [version(null, changedMs, "10"), version(changedMs, null, "15")],
    },
  });
  const original = ledger;
  ledger = { ...original, prices };
  await record(2, "2026-11-09", 1_000, { model: "moved" });
  await record(2, "2026-11-14", 1_000, { model: "moved" });
  await record(2, "2026-11-09", 1_000, { model: "moved", agent: "night", serviceTier: "batch" });
  await record(2, "2026-11-14", 1_000, { model: "moved", agent: "night", serviceTier: "batch" });
  const params = { from: ["2026-11-13"], to: ["2026-11-15"], compareFrom: ["2026-11-09"], compareTo: ["2026-11-10"] };
  const answer = await changes(ledger, { ...params, by: ["agent"] });
  expect(answer.rows.map(({ key, difference, parts }) => ({ key, difference, parts }))).toEqual([
    { key: null, difference: 0.01, parts: { calls: 0, length: 0, model: 0, price: 0.01 } },
    { key: "night", difference: 0.005, parts: { calls: 0, length: 0, model: 0, price: 0.005 } },
  ]);
  expect(answer.parts).toEqual({ calls: 0, length: 0, model: 0, price: 0.015 });
  // It changed within the period: one call each day, of which that of the 14th is dearer by 0.005.
  await record(1, "2026-11-11", 1_000, { model: "moved", agent: "day" });
  await record(1, "2026-11-14", 1_000, { model: "moved", agent: "day" });
  await record(2, "2026-11-09", 1_000, { model: "moved", agent: "day" });
  const across = { ...params, from: ["2026-11-11"], filter: ["agent:day"] };
  expect((await changes(ledger, across)).rows[0]).toMatchObject({
    difference: 0.005,
    parts: { price: 0.005, length: 0 },
  });
});

test("calls without a price are counted, and in no average", async () => {
  ledger = await openLedger("2026-11-15T00:00:00Z");
  await record(1, "2026-11-13", 100, { user: "u" });
  await record(1, "2026-11-14", 100, { user: "u" });
  await record(5, "2026-11-14", 100, { user: "u", model: "nothing known" });
  await record(1, "2026-11-14", 100, { user: "v", model: "nothing known" });
  const { rows, unpricedNow, callsNow } = await changes(ledger, { ...LAST_DAY, by: ["user"] });
  expect([callsNow, unpricedNow]).toEqual([7, 6]);
  expect(rows).toMatchObject([
    { key: "u", now: 0.001, difference: 0, callsNow: 6, unpricedNow: 5, parts: { calls: 0, length: 0, model: 0 } },
    { key: "v", before: 0, now: null, difference: 0, unpricedNow: 1 },
  ]);
});

test("a model whose price is not known any more is named", async () => {
  ledger = await openLedger("2026-11-15T00:00:00Z");
  const reported = { provider: "elsewhere", model: "own", reportedCostUsd: 0.5 };
  await record(1, "2026-11-13", 100, reported);
  await record(1, "2026-11-14", 100, { ...reported, reportedCostUsd: 0.75 });
  const { meta, parts } = await changes(ledger, LAST_DAY);
  expect(meta.priceNotKnown).toEqual([{ provider: "elsewhere", model: "own" }]);
  expect(parts).toEqual({ calls: 0, length: 0.25, model: 0, price: 0 });
});

test("an unfinished period is compared with the same part of the one before", async () => {
  ledger = await openLedger("2026-11-14T11:00:00Z");
  await record(9, "2026-11-13", 100);
  await recordUsage(ledger, [call("2026-11-14T10:00:00Z"), call("2026-11-13T10:00:00Z")]);
  const answer = await changes(ledger, { period: ["today"] });
  expect(answer).toMatchObject({ callsBefore: 1, callsNow: 1, difference: 0 });
  expect(answer.query.compare.end).toBe("2026-11-13T11:00:00.000Z");
});

test("what is asked wrongly is refused by name", async () => {
  ledger = await openLedger("2026-11-14T11:00:00Z");
  const refused = (params: Record<string, string[]>) => expect(changes(ledger, params)).rejects;
  await refused({ by: ["colour"] }).toMatchObject({ code: "unknown_dimension", field: "by" });
  await refused({ limit: ["0"] }).toMatchObject({ code: "out_of_range", field: "limit" });
  await refused({ period: ["all"] }).toMatchObject({ code: "unknown_comparison", field: "period" });
  await refused({ compareFrom: ["2026-11-01"] }).toMatchObject({ code: "missing_parameter", field: "compareTo" });
  await refused({ compareFrom: ["2026-11-02"], compareTo: ["2026-11-01"] }).toMatchObject({
    code: "period_empty",
    field: "compareTo",
  });
  await refused({ compare: ["previous"], compareFrom: ["2026-11-01"], compareTo: ["2026-11-02"] }).toMatchObject({
    code: "period_ambiguous",
  });
});

const anyCall = fc.record({
  day: fc.constantFrom("2026-11-13", "2026-11-14"),
  tokens: fc.nat(1_000_000),
  model: fc.constantFrom("small", "large", "nothing known"),
  provider: fc.constantFrom("test", "other"),
  agent: fc.constantFrom("", "a", "b", "c"),
  tags: fc.record({ story: fc.constantFrom("s-1", "s-2") }, { requiredKeys: [] }),
});

test("rows add up to the whole and parts to the difference, whatever the calls, dimension and limit", async () => {
  ledger = await openLedger("2026-11-15T00:00:00Z");
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyCall, { maxLength: 40 }),
      fc.constantFrom("model", "provider", "agent", "tag:story", "status"),
      fc.integer({ min: 1, max: 3 }),
      async (calls, by, limit) => {
        const project = `run-${++run}`;
        for (const { day, tokens, ...rest } of calls) await record(1, day, tokens, { ...rest, project });
        addsUp(
          await changes(ledger, {
            ...LAST_DAY,
            by: [by],
            filter: [`project:${project}`],
            limit: [String(limit)],
          }),
        );
      },
    ),
    { numRuns: 25 },
  );
});

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const nano = (usd: number | null) => Math.round((usd ?? 0) * 1e9);

function addsUp(answer: ChangesAnswer): void {
  for (const name of ["before", "now", "difference"] as const) {
    expect(sum(answer.rows.map((row) => nano(row[name])))).toBe(nano(answer[name]));
  }
  for (const name of ["callsBefore", "callsNow", "unpricedBefore", "unpricedNow"] as const) {
    expect(sum(answer.rows.map((row) => row[name]))).toBe(answer[name]);
  }
  for (const part of [answer, ...answer.rows]) {
    expect(sum(Object.values(part.parts).map(nano))).toBe(nano(part.difference));
    expect(nano(part.now) - nano(part.before)).toBe(nano(part.difference));
  }
}
