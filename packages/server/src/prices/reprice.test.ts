import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PriceVersion } from "@outlay/core";
import { afterEach, describe, expect, it } from "vitest";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { RecordedEvent, Storage } from "../storage/storage.ts";
import { openPriceBook, type PriceBook } from "./price-book.ts";
import type { RateableCall } from "./rateable-call.ts";
import { reprice } from "./reprice.ts";

const nowMs = Date.UTC(2026, 10, 22);
const atMs = Date.UTC(2026, 10, 20);
const november = { startMs: Date.UTC(2026, 10, 1), endMs: Date.UTC(2026, 11, 1) };
const now = () => nowMs;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(): Promise<{ storage: Storage; prices: PriceBook; now: () => number }> {
  const dataDir = await mkdtemp(join(tmpdir(), "outlay-reprice-"));
  closing.push(() => rm(dataDir, { recursive: true }));
  const storage = await openSqliteStorage({ dataDir });
  closing.push(() => storage.close());
  return { storage, prices: await openPriceBook({ storage, config: {}, now }), now };
}

/** An event as the ledger stores it: rated once, with the price book of now. */
function recorded(prices: PriceBook, id: string, call: Partial<RateableCall>): RecordedEvent {
  const whole = {
    provider: "openai",
    model: "gpt-4o",
    occurredAtMs: atMs,
    usage: { inputTokens: 1_000, outputTokens: 100 },
    ...call,
  };
  const { reportedCostUsd: _reported, estimated: _estimated, operation: _operation, ...fields } = whole;
  const { note: _note, ...rating } = prices.rate(whole);
  return { id, operation: "chat", success: true, source: "test", ...fields, ...rating } as RecordedEvent;
}

async function totals(storage: Storage): Promise<{ costNanoUsd: bigint; unpricedCalls: bigint }> {
  const { totals: sums } = await storage.sum({ ...november, by: [], filters: [] });
  return { costNanoUsd: sums.costNanoUsd, unpricedCalls: sums.unpricedCalls };
}

const double = {
  provider: "openai",
  model: "gpt-4o",
  startMs: null,
  endMs: null,
  rates: { input: "5", output: "20" },
  adjustments: [],
};

describe("repricing", () => {
  it("moves no known cost by itself", async () => {
    const { storage, prices } = await open();
    await storage.appendEvents([recorded(prices, "a", {})]);
    await prices.setOverride(double);
    expect(await totals(storage)).toEqual({ costNanoUsd: 3_500_000n, unpricedCalls: 0n });
  });

  it("leaves calls alone that a price written anew rates the same", async () => {
    const context = await open();
    const { storage, prices } = context;
    await storage.appendEvents([recorded(prices, "a", {}), recorded(prices, "b", { serviceTier: "batch" })]);
    const { version: before } = prices.match("openai", "gpt-4o", atMs) as { version: PriceVersion };
    const newTier = { when: { serviceTier: ["moonlight"] }, multiply: "0.1" };
    await prices.setOverride({ ...double, rates: before.rates, adjustments: [newTier] });
    expect(prices.match("openai", "gpt-4o", atMs)).not.toMatchObject({ version: { id: before.id } });

    const trial = await reprice(context, { ...november, dryRun: true, actor: "test" });
    expect(trial.totals).toMatchObject({ calls: 2, changedCalls: 0 });
    expect(trial.examples).toEqual([]);
    await reprice(context, { ...november, dryRun: false, actor: "test" });
    expect((await storage.getEvent("a"))!.priceId).toBe(before.id);
  });

  it("shows what would change by model, then changes it, once", async () => {
    const context = await open();
    const { storage, prices } = context;
    await storage.appendEvents([
      recorded(prices, "a", {}),
      recorded(prices, "b", {}),
      recorded(prices, "c", { model: "gpt-4o-mini" }),
      recorded(prices, "d", { occurredAtMs: Date.UTC(2026, 9, 20) }),
    ]);
    await prices.setOverride(double);
    const dry = await reprice(context, { ...november, dryRun: true, actor: "me" });
    expect(dry).toMatchObject({
      dryRun: true,
      auditId: null,
      totals: { calls: 3, changedCalls: 2, costBeforeUsd: 0.00721, costAfterUsd: 0.01421 },
    });
    expect(dry.models[0]).toEqual({
      provider: "openai",
      model: "gpt-4o",
      calls: 2,
      changedCalls: 2,
      costBeforeUsd: 0.007,
      costAfterUsd: 0.014,
      unpricedBefore: 0,
      unpricedAfter: 0,
    });
    expect(dry.examples[0]).toMatchObject({ id: "a", costBeforeUsd: 0.0035, costAfterUsd: 0.007 });
    expect((await totals(storage)).costNanoUsd).toBe(7_210_000n);

    const done = await reprice(context, { ...november, dryRun: false, actor: "me" });
    expect(done).toMatchObject({ ...dry, dryRun: false, auditId: expect.any(String) });
    expect((await totals(storage)).costNanoUsd).toBe(14_210_000n);
    expect((await storage.getEvent("d"))!.costNanoUsd).toBe(3_500_000);
    const event = (await storage.getEvent("a"))!;
    expect(await storage.getPriceVersion(event.priceId!)).toMatchObject({ layer: "override", rates: double.rates });
    const [entry] = await storage.listAudit({ limit: 1 });
    expect(entry).toMatchObject({ actor: "me", action: "repriced", detail: { auditId: done.auditId } });

    const again = await reprice(context, { ...november, dryRun: false, actor: "me" });
    expect(again.totals.changedCalls).toBe(0);
    expect((await storage.verifyRollups({ repair: false })).different).toBe(0);
  });

  it("keeps what the provider reported", async () => {
    const context = await open();
    const { storage, prices } = context;
    await storage.appendEvents([recorded(prices, "a", { reportedCostUsd: 0.001 })]);
    await prices.setOverride(double);
    await reprice(context, { ...november, dryRun: false, actor: "me" });
    expect(await storage.getEvent("a")).toMatchObject({
      basis: "reported",
      costNanoUsd: 1_000_000,
      computedNanoUsd: 7_000_000,
      reportedNanoUsd: 1_000_000,
    });
  });

  it("can be kept to some calls", async () => {
    const context = await open();
    const { storage, prices } = context;
    await storage.appendEvents([recorded(prices, "a", {}), recorded(prices, "b", { model: "gpt-4o-mini" })]);
    await prices.setOverride({ ...double, model: "gpt-4o-mini" });
    const filters = [{ dimension: "model" as const, values: ["gpt-4o"], patterns: [], exclude: false }];
    const report = await reprice(context, { ...november, filters, dryRun: false, actor: "me" });
    expect(report.totals).toMatchObject({ calls: 1, changedCalls: 0 });
  });

  it("keeps avoided costs and estimates what they are", async () => {
    const context = await open();
    const { storage, prices } = context;
    await storage.appendEvents([
      recorded(prices, "hit", { cacheHit: true }),
      recorded(prices, "counted", { estimated: true }),
    ]);
    await prices.setOverride(double);
    await reprice(context, { ...november, dryRun: false, actor: "me" });
    expect(await storage.getEvent("hit")).toMatchObject({ costNanoUsd: 0, avoidedNanoUsd: 7_000_000 });
    expect(await storage.getEvent("counted")).toMatchObject({ basis: "estimated", costNanoUsd: 7_000_000 });
  });
});

describe("unpriced calls", () => {
  const unknown = { model: "gpt-99" };

  it("get a price as soon as there is one, and nothing else moves", async () => {
    const { storage, prices } = await open();
    await storage.appendEvents([recorded(prices, "a", unknown), recorded(prices, "b", {})]);
    expect(await totals(storage)).toEqual({ costNanoUsd: 3_500_000n, unpricedCalls: 1n });
    expect((await storage.getEvent("a"))!.costNanoUsd).toBeNull();
    await prices.setOverride({ ...double, model: "gpt-99" });
    expect(await totals(storage)).toEqual({ costNanoUsd: 10_500_000n, unpricedCalls: 0n });
    expect(await storage.getEvent("a")).toMatchObject({ basis: "rated", costNanoUsd: 7_000_000 });
    const actions = (await storage.listAudit({ limit: 10 })).map((entry) => entry.action);
    expect(actions).toEqual(expect.arrayContaining(["price_override_set", "unpriced_repaired"]));
    expect((await storage.verifyRollups({ repair: false })).different).toBe(0);
  });

  it("get it only in the time for which there is one", async () => {
    const { storage, prices } = await open();
    await storage.appendEvents([recorded(prices, "a", unknown)]);
    await prices.setOverride({ ...double, model: "gpt-99", startMs: atMs + 1 });
    expect((await totals(storage)).unpricedCalls).toBe(1n);
  });
});

describe("overrides", () => {
  it("are kept in the data folder, replaced by start, and removed", async () => {
    const { storage, prices } = await open();
    await prices.setOverride(double);
    await prices.setOverride({ ...double, provider: "OpenAI", model: "GPT-4o", rates: { input: "6" } });
    await prices.setOverride({ ...double, startMs: atMs });
    const again = await openPriceBook({ storage, config: {}, now });
    expect(again.overrides().map(({ startMs, rates }) => [startMs, rates.input])).toEqual([
      [null, "6"],
      [atMs, "5"],
    ]);
    const input = (ms: number) => {
      const match = again.match("openai", "gpt-4o-2024-08-06", ms);
      return match.found ? match.version.rates.input : undefined;
    };
    expect([input(atMs - 1), input(atMs)]).toEqual(["6", "5"]);
    expect(again.list({ limit: 1 }).prices[0]).toMatchObject({ layer: "override", model: "GPT-4o" });
    await again.removeOverride("openai", "gpt-4o", null);
    await again.removeOverride("openai", "gpt-4o", atMs);
    expect([input(atMs - 1), input(atMs)]).toEqual(["2.5", "2.5"]);
  });

  it("of the configuration file stand behind those that were set", async () => {
    const { storage } = await open();
    const config = { overrides: [{ ...double, rates: { input: "7" } }] };
    const prices = await openPriceBook({ storage, config, now });
    const input = () => {
      const match = prices.match("openai", "gpt-4o", atMs);
      return match.found ? match.version.rates.input : undefined;
    };
    expect(input()).toBe("7");
    await prices.setOverride(double);
    expect(input()).toBe("5");
  });
});
