import { readFileSync } from "node:fs";
import { join } from "node:path";

import { compilePrice, formatUsd, rateCall, type Adjustment, type EventUsage, type Rates } from "@outlay/core";
import { findRoute, openAnswer, PROVIDERS, type Measured } from "@outlay/providers";
import { describe, expect, it } from "vitest";

import { openPriceBook } from "../../packages/server/src/prices/price-book.ts";
import { recordedBytes, type RecordedAnswer } from "./recorded-answer.ts";

/** One case of `catalogue/cases/known-mistakes.json`. */
interface KnownMistake {
  /** Repository and number of the public report. */
  report: string;
  mistake: string;
  provider: string;
  path: string;
  answer: RecordedAnswer;
  usage: EventUsage;
  /** Those of the report. */
  rates: Rates;
  adjustments?: Adjustment[];
  costUsd: string;
  mistakenUsd: string;
}

const root = join(import.meta.dirname, "../..");
const { cases } = JSON.parse(readFileSync(join(root, "catalogue/cases/known-mistakes.json"), "utf8")) as {
  cases: KnownMistake[];
};

function read({ provider: providerName, path, answer }: KnownMistake): Measured {
  const provider = PROVIDERS.get(providerName)!;
  const url = new URL(path, "https://example.com");
  const route = findRoute(provider, "POST", url.pathname)!;
  const request = route.readRequest({ url, contentType: "application/json", body: new TextEncoder().encode("{}") });
  const { bytes, contentType } = recordedBytes(answer);
  const header = (name: string) => (name === "content-type" ? contentType : null);
  const reader = openAnswer(route, { request, status: 200, header });
  reader.push(bytes);
  return reader.end();
}

function costOf({ rates, adjustments = [] }: KnownMistake, measured: Measured): string {
  const price = compilePrice({
    id: "override:report/model@#1",
    layer: "override",
    provider: "report",
    model: "model",
    startMs: null,
    endMs: null,
    rates,
    adjustments,
  });
  const call = { usage: measured.usage!, occurredAtMs: 0, reportedCostUsd: measured.reportedCostUsd };
  return formatUsd(rateCall({ price, approximate: false }, call).costNanoUsd!);
}

describe("what other tools got wrong", () => {
  it.each(cases)("$mistake ($report): $costUsd, not $mistakenUsd", (one) => {
    const measured = read(one);
    expect(measured.usage).toEqual(one.usage);
    expect(costOf(one, measured)).toBe(one.costUsd);
    expect(Number(one.mistakenUsd)).not.toBeCloseTo(Number(one.costUsd), 6);
  });

  it("the same call twice costs twice as much, and no more (langfuse#5568)", () => {
    for (const one of cases) expect(read(one)).toEqual(read(one));
  });
});

/** Names of one and the same model: an alias, a date, a publisher in front. */
const ALIASES: [provider: string, alias: string, model: string][] = [
  ["anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"],
  ["anthropic", "claude-opus-4-1", "claude-opus-4-1-20250805"],
  ["openai", "gpt-4o", "gpt-4o-2024-08-06"],
  ["openai", "gpt-5", "gpt-5-2025-08-07"],
  ["google", "models/gemini-2.5-flash", "gemini-2.5-flash"],
  ["mistral", "mistral-large-latest", "mistral-large-2512"],
  ["x-ai", "grok-4", "grok-4-0709"],
  ["aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"],
];

it.each(ALIASES)("%s: %s costs in every class of tokens what %s costs (litellm#38423)", async (provider, a, b) => {
  const occurredAtMs = Date.UTC(2026, 10, 20, 12);
  const book = await openPriceBook({ storage: null, config: {}, now: () => occurredAtMs });
  const usage = { inputTokens: 4_000, cacheReadTokens: 1_000, cacheWriteTokens: 900, outputTokens: 300 };
  for (const asked of [usage, { ...usage, cacheWrite1hTokens: 500 }, { ...usage, inputTokens: 300_000 }]) {
    const [one, other] = [a, b].map((model) => book.rate({ provider, model, occurredAtMs, usage: asked }).costNanoUsd);
    expect(one).not.toBeNull();
    expect(one).toBe(other);
  }
});

/**
 * Where everything else of that kind is tested: what is asked, the file, and words that stand there. When a test moves, this
 * says so.
 */
const ELSEWHERE: [question: string, file: string, words: string][] = [
  // Counts of tokens.
  [
    "an hour's writes at 2 ×, five minutes' at 1.25 ×",
    "catalogue/cases/providers/anthropic.json",
    "cached and written tokens stand apart",
  ],
  [
    "Gemini: thoughts, tools, cache and total in one answer",
    "catalogue/cases/providers/google.json",
    "thoughts and prompts of tools are billed",
  ],
  ["every class of tokens on Bedrock has a rate", "test/gateway/matrix-endpoints.ts", "sonnetInUs"],
  ["200,000 and 200,001 tokens", "catalogue/cases/providers/google.json", "200,000 tokens are not above 200,000"],
  ["a tier that was withdrawn", "packages/server/src/prices/price-facts.test.ts", "claude-opus-4-6"],
  [
    "xAI: reasoning in or outside, as the total says",
    "catalogue/cases/providers/xai.json",
    "reasoning outside the completion",
  ],
  ["a framework's own cache is not charged", "packages/core/src/rating.test.ts", "cacheHit"],
  // Calls counted once.
  ["one call, one event, in every dialect and mode", "test/gateway/matrix.test.ts", "toHaveLength(count)"],
  [
    "a message_delta replaces what was said before",
    "catalogue/cases/providers/anthropic.json",
    "of two message_delta the last wins",
  ],
  ["Groq says its usage twice", "catalogue/cases/providers/groq.json", "the numbers come twice and count once"],
  // Streams.
  [
    "Claude on Vertex AI, streamed, is not free",
    "catalogue/cases/providers/google.json",
    "Claude on Vertex AI, streamed",
  ],
  ["a stream cut in its middle has an estimated cost", "test/gateway/matrix.test.ts", "expectEstimated"],
  [
    "a stream of tools is read to its end",
    "catalogue/cases/providers/openai.json",
    "arguments of tools are generated text",
  ],
  ["a reported charge counts, streamed or not", "test/gateway/matrix-endpoints.ts", 'price: "reported"'],
  ["unknown is not zero", "test/gateway/matrix.test.ts", '["unpriced", null]'],
  ["the chunk that was only asked for is taken out again", "test/gateway/matrix.test.ts", '"choices":\\[\\],"usage"'],
];

it.each(ELSEWHERE)("elsewhere: %s", (_question, file, words) => {
  expect(readFileSync(join(root, file), "utf8")).toContain(words);
});
