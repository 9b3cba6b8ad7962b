import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Storage } from "../storage/storage.ts";
import { openEstimates, promptText, type Estimates } from "./estimates.ts";

/** Counts that providers gave, with the requests that they gave them for. */
interface Recorded {
  prompts: { name: string; provider: string; model: string; body: unknown; inputTokens: number; source: string }[];
  texts: { name: string; file: string; provider: string; model: string; inputTokens: number; source: string }[];
  o200k: { texts: { text: string; tokens: number }[] };
}

const read = (file: string) =>
  readFileSync(new URL(`../../../../catalogue/cases/estimates/${file}`, import.meta.url), "utf8");
const recorded = JSON.parse(read("recorded.json")) as Recorded;
/** A prompt of a dozen tokens may be off by a few. */
const FEW_TOKENS = 3;

let estimates: Estimates;

beforeAll(async () => {
  const storage: Pick<Storage, "getDocument"> = { getDocument: async () => null };
  estimates = await openEstimates({ storage: storage as Storage });
});

afterAll(() => estimates.close());

describe("what providers counted", () => {
  it.each(recorded.prompts)("$model: $name", async ({ provider, model, body, inputTokens, source }) => {
    const estimate = await estimates.estimate({ provider, model, prompt: promptText(body), produced: null });
    const allowed = Math.max(FEW_TOKENS, (inputTokens * estimate.errorPercent) / 100);
    expect(Math.abs(estimate.inputTokens! - inputTokens)).toBeLessThanOrEqual(allowed);
    expect(estimate.errorPercent).toBeLessThan(35);
    expect(source).not.toBe("");
  });

  it.each(recorded.texts)("$model: $name", async ({ provider, model, file, inputTokens, source }) => {
    const prompt = promptText({ messages: [{ role: "user", content: read(file).trim() }] });
    const estimate = await estimates.estimate({ provider, model, prompt, produced: null });
    expect(Math.abs(estimate.inputTokens! / inputTokens - 1) * 100).toBeLessThan(estimate.errorPercent);
    expect(estimate.errorPercent).toBeLessThan(25);
    expect(source).not.toBe("");
  });

  it.each(recorded.o200k.texts)("o200k: $text", async ({ text, tokens }) => {
    const produced = { characters: text.length, sample: text };
    const estimate = await estimates.estimate({ provider: "openai", model: "gpt-5", prompt: null, produced });
    expect(estimate).toEqual({ inputTokens: null, outputTokens: tokens, errorPercent: 3 });
  });
});
