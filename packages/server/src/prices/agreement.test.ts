import { readdirSync, readFileSync } from "node:fs";
import type { WireUsage } from "@outlay/core";
import { describe, expect, it } from "vitest";
import { openPriceBook } from "./price-book.ts";

/** A public price list at a date; `null` where it is silent. */
interface PublicList {
  list: string;
  source: string;
  at: string;
  models: {
    provider: string;
    model: string;
    /** The length of the prompt that the row is for, where it is that of a longer one. */
    inputTokens?: number;
    /** USD for a million tokens. */
    input: string | null;
    output: string | null;
    cacheRead: string | null;
  }[];
}

const folder = new URL("../../../../catalogue/cases/agreement/", import.meta.url);
const lists = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as PublicList);
const book = await openPriceBook({ storage: null, config: {}, now: () => Date.UTC(2026, 10, 22) });

/** Rows without a length are for prompts below every threshold. */
const SHORT_PROMPT_TOKENS = 1_000;
const OUTPUT_TOKENS = 1_000;
const MILLION = 1_000_000;
const NANO_PER_USD = 1e9;

function perMillion(nanoUsd: number, tokens: number): number {
  return (nanoUsd * MILLION) / tokens / NANO_PER_USD;
}

/** What the price book charges for a million tokens, from the cost of calls: thresholds and hours included. */
function chargedRates(row: PublicList["models"][number], atMs: number) {
  const prompt = row.inputTokens ?? SHORT_PROMPT_TOKENS;
  const cost = (usage: WireUsage): number => {
    const call = { provider: row.provider, model: row.model, occurredAtMs: atMs, usage: { requests: 0, ...usage } };
    return book.rate(call).costNanoUsd ?? Number.NaN;
  };
  const input = cost({ inputTokens: prompt });
  return {
    input: perMillion(input, prompt),
    output: perMillion(cost({ inputTokens: prompt, outputTokens: OUTPUT_TOKENS }) - input, OUTPUT_TOKENS),
    cacheRead: perMillion(cost({ inputTokens: prompt, cacheReadTokens: prompt }), prompt),
  };
}

const compared = lists.flatMap(({ list, at, models }) =>
  models.flatMap((row) => {
    const ours = chargedRates(row, Date.parse(at));
    return (["input", "output", "cacheRead"] as const).flatMap((meter) => {
      const theirs = row[meter];
      if (theirs === null) return [];
      const isEqual = Math.abs(ours[meter] - Number(theirs)) < 1e-9;
      const prompt = row.inputTokens === undefined ? "" : ` at ${row.inputTokens} tokens`;
      return [
        { isEqual, line: `${list}: ${row.provider}/${row.model}${prompt} ${meter} ${theirs}, ours ${ours[meter]}` },
      ];
    });
  }),
);

describe("agreement with other public price lists", () => {
  it("compares at least 250 models of several lists", () => {
    const models = new Set(lists.flatMap((list) => list.models.map((row) => `${row.provider}/${row.model}`)));
    expect(models.size).toBeGreaterThanOrEqual(250);
    expect(new Set(lists.map((list) => list.list)).size).toBeGreaterThanOrEqual(3);
    for (const { source, at } of lists) {
      expect(source).toMatch(/^https:\/\//);
      expect(Date.parse(at)).not.toBeNaN();
    }
  });

  it("has a price for every one of them", () => {
    const unknown = lists.flatMap(({ at, models }) =>
      models
        .filter((row) => !book.match(row.provider, row.model, Date.parse(at)).found)
        .map((row) => `${row.provider}/${row.model}`),
    );
    expect(unknown).toEqual([]);
  });

  it("is equal in more than 98 of 100 rates", () => {
    const different = compared.filter((rate) => !rate.isEqual).map((rate) => rate.line);
    if (different.length > 0) console.info(`Different from public lists:\n${different.join("\n")}`);
    expect(1 - different.length / compared.length, different.join("\n")).toBeGreaterThan(0.98);
  });
});
