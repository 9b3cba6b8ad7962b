import { formatUsd, type WireUsage } from "@outlay/core";
import { describe, expect, it } from "vitest";
import { openPriceBook } from "./price-book.ts";

const book = await openPriceBook({ storage: null, config: {}, now: () => Date.UTC(2026, 10, 22) });

type Conditions = { serviceTier?: string; geo?: string; operation?: string };
type Fact = [usd: string, provider: string, model: string, at: string, usage: WireUsage, conditions?: Conditions];

function tokens(inputTokens: number, outputTokens = 0, more: WireUsage = {}): WireUsage {
  return { inputTokens, outputTokens, ...more };
}

const cachedSol = tokens(10_000, 500, { cacheReadTokens: 4_000, cacheWriteTokens: 5_000 });
const deepseek = tokens(1_000_000, 10_000, { cacheReadTokens: 900_000 });

const drawn = { images: 1, imageSize: "1024x1024", imageQuality: "medium" };
const bedrockSonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";

/** Both sides of every dated change, threshold, tier, region and window that the cost vectors touch. */
const facts: Record<string, Fact[]> = {
  "history: a call costs what it cost then": [
    ["0.05325", "openai", "gpt-5.6-sol", "2026-08-20T23:59:59Z", cachedSol],
    ["0.0406", "openai", "gpt-5.6-sol", "2026-08-21T00:00:00Z", cachedSol],
    ["0.05", "openai", "o3-2025-04-16", "2025-06-09T23:59:59Z", tokens(1_000, 1_000)],
    ["0.01", "openai", "o3-2025-04-16", "2025-06-10T00:00:00Z", tokens(1_000, 1_000)],
    ["2.5375", "anthropic", "claude-opus-4-6", "2026-03-12T23:59:59Z", tokens(250_000, 1_000)],
    ["1.275", "anthropic", "claude-opus-4-6", "2026-03-13T00:00:00Z", tokens(250_000, 1_000)],
    ["1.125", "google", "gemini-3.7-flash", "2026-12-31T23:59:59Z", tokens(1_000_000, 100_000)],
    ["2.25", "google", "gemini-3.7-flash", "2027-01-01T00:00:00Z", tokens(1_000_000, 100_000)],
    ["0.026", "mistral", "mistral-large-latest", "2025-07-01T00:00:00Z", tokens(10_000, 1_000)],
    ["0.0065", "mistral", "mistral-large-latest", "2026-07-01T00:00:00Z", tokens(10_000, 1_000)],
    ["0.02", "mistral", "mistral-ocr-latest", "2026-06-01T00:00:00Z", { pages: 10 }],
    ["0.04", "mistral", "mistral-ocr-latest", "2026-07-01T00:00:00Z", { pages: 10 }],
    ["0.009", "openai", "gpt-6.2-sol", "2027-02-28T23:59:59Z", tokens(1_000, 100), { serviceTier: "ultrafast" }],
    ["0.018", "openai", "gpt-6.2-sol", "2027-03-01T00:00:00Z", tokens(1_000, 100), { serviceTier: "ultrafast" }],
  ],
  "what has a price in more than one unit, or none": [
    ["0", "openai", "omni-moderation-latest", "2026-11-01T00:00:00Z", tokens(500)],
    ["0", "openai", "omni-moderation-2024-09-26", "2026-11-01T00:00:00Z", {}],
    ["0", "openai", "text-moderation-stable", "2025-01-01T00:00:00Z", { requests: 1 }],
    ["0.006", "openai", "gpt-4o-transcribe", "2026-11-01T00:00:00Z", { audioSeconds: 60 }],
    ["0.003", "openai", "gpt-4o-mini-transcribe-2025-12-15", "2026-11-01T00:00:00Z", { audioSeconds: 60 }],
    [
      "0.0051",
      "openai",
      "gpt-4o-transcribe",
      "2026-11-01T00:00:00Z",
      tokens(600, 150, { inputAudioTokens: 600, audioSeconds: 60 }),
    ],
    ["0.042", "openai", "gpt-image-1", "2026-11-01T00:00:00Z", drawn],
    ["0.04249", "openai", "gpt-image-1", "2026-11-01T00:00:00Z", { ...drawn, ...tokens(50, 1_056) }],
    [
      "0.034042",
      "openai",
      "gpt-image-1.5",
      "2026-11-01T00:00:00Z",
      { ...drawn, ...tokens(50, 1_056), outputImageTokens: 1_056 },
    ],
  ],
  "regions: Bedrock's global profile, by the id or by the call": [
    ["0.0396", "aws", bedrockSonnet, "2026-06-01T00:00:00Z", tokens(2_000, 2_000)],
    ["0.036", "aws", `global.${bedrockSonnet}`, "2026-06-01T00:00:00Z", tokens(2_000, 2_000)],
    ["0.036", "aws", bedrockSonnet, "2026-06-01T00:00:00Z", tokens(2_000, 2_000), { geo: "global" }],
    ["0.036", "aws", `global.${bedrockSonnet}`, "2026-06-01T00:00:00Z", tokens(2_000, 2_000), { geo: "global" }],
    ["0.0396", "aws", bedrockSonnet, "2026-06-01T00:00:00Z", tokens(2_000, 2_000), { geo: "us-east-1" }],
    ["0.00054", "aws", "amazon.nova-lite-v1:0", "2026-06-01T00:00:00Z", tokens(5_000, 1_000), { geo: "global" }],
  ],
  "thresholds: the whole request, output too, on the right side of the number": [
    ["1.39", "openai", "gpt-5.5", "2026-08-15T00:00:00Z", tokens(272_000, 1_000)],
    ["2.76501", "openai", "gpt-5.5", "2026-08-15T00:00:00Z", tokens(272_001, 1_000)],
    ["0.615", "anthropic", "claude-sonnet-4-5-20250929", "2025-11-01T00:00:00Z", tokens(200_000, 1_000)],
    ["1.222506", "anthropic", "claude-sonnet-4-5-20250929", "2025-11-01T00:00:00Z", tokens(200_001, 1_000)],
    ["0.0105", "anthropic", "claude-haiku-5-5", "2026-11-15T00:00:00Z", tokens(100_000, 1_000)],
    ["0.0525005", "anthropic", "claude-haiku-5-5", "2026-11-15T00:00:00Z", tokens(100_001, 1_000)],
    ["0.26", "google", "gemini-2.5-pro", "2026-06-01T00:00:00Z", tokens(200_000, 1_000)],
    ["0.5150025", "google", "gemini-2.5-pro", "2026-06-01T00:00:00Z", tokens(200_001, 1_000)],
    ["0.25249875", "x-ai", "grok-4.20", "2026-10-01T00:00:00Z", tokens(199_999, 1_000)],
    ["0.505", "x-ai", "grok-4.20", "2026-10-01T00:00:00Z", tokens(200_000, 1_000)],
    ["0.0444", "alibaba", "qwen3-max", "2026-06-01T00:00:00Z", tokens(32_000, 1_000)],
    ["0.0888024", "alibaba", "qwen3-max", "2026-06-01T00:00:00Z", tokens(32_001, 1_000)],
  ],
  "tiers: cached tokens too, tool fees never": [
    ["0.0058", "openai", "gpt-5", "2026-06-01T00:00:00Z", tokens(1_000, 500, { cacheReadTokens: 400 })],
    [
      "0.0116",
      "openai",
      "gpt-5",
      "2026-06-01T00:00:00Z",
      tokens(1_000, 500, { cacheReadTokens: 400 }),
      { serviceTier: "priority" },
    ],
    ["0.0000325", "openai", "gpt-4o", "2026-08-15T00:00:00Z", tokens(9, 1), { serviceTier: "default" }],
    ["0.00005525", "openai", "gpt-4o", "2026-08-15T00:00:00Z", tokens(9, 1), { serviceTier: "priority" }],
    ["0.035", "openai", "gpt-4o", "2026-06-01T00:00:00Z", tokens(10_000, 1_000)],
    ["0.55", "google", "gemini-2.5-flash", "2026-06-01T00:00:00Z", tokens(1_000_000, 100_000)],
    ["0.015", "x-ai", "grok-4.20", "2026-10-01T00:00:00Z", tokens(10_000, 1_000)],
    ["0.003", "openai", "gpt-6.2-sol", "2027-02-27T12:00:00Z", tokens(1_000, 100)],
  ],
  "regions: ten percent where the price list says so, and nowhere else": [
    ["0.01155", "anthropic", "claude-sonnet-4-6", "2026-10-01T00:00:00Z", tokens(1_000, 500), { geo: "us" }],
    ["0.0105", "anthropic", "claude-sonnet-4-6", "2026-10-01T00:00:00Z", tokens(1_000, 500), { geo: "global" }],
    ["0.0105", "anthropic", "claude-sonnet-4-5", "2026-10-01T00:00:00Z", tokens(1_000, 500), { geo: "us" }],
    ["0.01155", "aws", "anthropic.claude-sonnet-4-5-20250929-v1:0", "2026-06-01T00:00:00Z", tokens(1_000, 500)],
    ["0.01155", "aws", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "2026-06-01T00:00:00Z", tokens(1_000, 500)],
    ["0.0105", "aws", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "2026-06-01T00:00:00Z", tokens(1_000, 500)],
    [
      "0.002",
      "aws",
      "global.anthropic.claude-haiku-4-5-20251001-v1:0",
      "2026-06-01T00:00:00Z",
      tokens(1_000, 0, { cacheWrite1hTokens: 1_000 }),
    ],
    ["0.0105", "aws", "us.anthropic.claude-3-5-sonnet-20241022-v2:0", "2025-06-01T00:00:00Z", tokens(1_000, 500)],
    ["0.0075", "azure", "gpt-4o-2024-11-20", "2026-06-01T00:00:00Z", tokens(1_000, 500)],
    ["0.00825", "azure", "gpt-4o-2024-11-20", "2026-06-01T00:00:00Z", tokens(1_000, 500), { geo: "us" }],
  ],
  "hours: DeepSeek's peak on working days of China, in UTC, and not before it was introduced": [
    ["0.1056", "deepseek", "deepseek-v4-pro", "2026-09-01T00:59:59Z", deepseek],
    ["0.2112", "deepseek", "deepseek-v4-pro", "2026-09-01T01:00:00Z", deepseek],
    ["0.1056", "deepseek", "deepseek-v4-pro", "2026-09-01T04:00:00Z", deepseek],
    ["0.2112", "deepseek", "deepseek-v4-pro", "2026-09-01T09:59:59Z", deepseek],
    ["0.1056", "deepseek", "deepseek-v4-pro", "2026-09-01T10:00:00Z", deepseek],
    ["0.1056", "deepseek", "deepseek-v4-pro", "2026-10-01T02:00:00Z", deepseek],
    ["0.0554625", "deepseek", "deepseek-v4-pro", "2026-08-16T02:00:00Z", deepseek],
  ],
  "cached tokens: each model its own rate": [
    ["0.002", "anthropic", "claude-opus-5-5", "2026-10-01T00:00:00Z", tokens(10_000, 0, { cacheReadTokens: 10_000 })],
    ["0.0025", "anthropic", "claude-fable-5-1", "2026-10-01T00:00:00Z", tokens(10_000, 0, { cacheReadTokens: 10_000 })],
    ["0.005", "anthropic", "claude-opus-5", "2026-10-01T00:00:00Z", tokens(10_000, 0, { cacheReadTokens: 10_000 })],
    ["0.0125", "openai", "gpt-4o", "2026-10-01T00:00:00Z", tokens(10_000, 0, { cacheReadTokens: 10_000 })],
    ["0.005", "openai", "gpt-4.1", "2026-10-01T00:00:00Z", tokens(10_000, 0, { cacheReadTokens: 10_000 })],
  ],
  "what is not tokens: images, speech, pages, searches, smallest quantities": [
    ["0.04", "openai", "dall-e-3", "2025-11-01T00:00:00Z", { images: 1, imageSize: "1024x1024" }],
    ["0.08", "openai", "dall-e-3", "2025-11-01T00:00:00Z", { images: 1, imageSize: "1792x1024" }],
    ["0.08", "openai", "dall-e-3", "2025-11-01T00:00:00Z", { images: 1, imageQuality: "hd" }],
    ["0.03", "openai", "tts-1-hd", "2025-11-01T00:00:00Z", { characters: 1_000 }],
    ["0.006", "openai", "whisper-1", "2026-06-01T00:00:00Z", { audioSeconds: 60 }],
    ["0.000308333", "groq", "whisper-large-v3", "2026-06-01T00:00:00Z", { audioSeconds: 3 }],
    ["0.00185", "groq", "whisper-large-v3", "2026-06-01T00:00:00Z", { audioSeconds: 60 }],
    ["0.01105", "perplexity", "sonar-pro", "2026-06-01T00:00:00Z", tokens(100, 50, { searchContext: "medium" })],
    ["0.01505", "perplexity", "sonar-pro", "2026-06-01T00:00:00Z", tokens(100, 50, { searchContext: "high" })],
    ["0.0148", "google", "gemini-3-flash-preview", "2026-06-01T00:00:00Z", tokens(1_000, 100, { searches: 1 })],
    [
      "0.00145",
      "google",
      "gemini-2.5-flash",
      "2026-06-01T00:00:00Z",
      tokens(2_000, 240, { inputAudioTokens: 1_000, cacheReadTokens: 500, cacheReadAudioTokens: 500 }),
    ],
  ],
  "what users of other tools suffered": [
    // langfuse#10592: cached tokens counted on top of the prompt
    ["0.02248625", "openai", "gpt-4o", "2026-06-01T00:00:00Z", tokens(17_903, 0, { cacheReadTokens: 17_817 })],
    // litellm#11364: Anthropic's cached and written tokens are part of the 98,805, each at its own rate
    [
      "0.14156925",
      "anthropic",
      "claude-sonnet-4-5",
      "2025-11-01T00:00:00Z",
      tokens(98_805, 0, { cacheReadTokens: 66_360, cacheWriteTokens: 32_435 }),
    ],
    // litellm#29432 and #18988: an hour's writes at their own rate, also above a threshold
    [
      "0.006",
      "anthropic",
      "claude-sonnet-4-5",
      "2025-11-01T00:00:00Z",
      tokens(1_000, 0, { cacheWriteTokens: 1_000, cacheWrite1hTokens: 1_000 }),
    ],
    [
      "2.4000012",
      "anthropic",
      "claude-sonnet-4-5",
      "2025-11-01T00:00:00Z",
      tokens(200_002, 0, { cacheReadTokens: 2, cacheWrite1hTokens: 200_000 }),
    ],
    // posthog#71065: reasoning is part of the output, once
    ["0.1215", "openai", "o1", "2026-06-01T00:00:00Z", tokens(100, 2_000, { reasoningTokens: 1_800 })],
    // posthog-js#3615: Claude through OpenRouter
    ["0.00105", "openrouter", "anthropic/claude-sonnet-4.5", "2026-06-01T00:00:00Z", tokens(100, 50)],
    // litellm#10221: images are not free
    ["0.08", "openai", "dall-e-3", "2025-11-01T00:00:00Z", { images: 2, imageSize: "1024x1024" }],
    // litellm#15227: web searches are billed
    ["0.0135", "openai", "gpt-5", "2026-06-01T00:00:00Z", tokens(1_200, 200, { searches: 1 })],
  ],
};

describe.each(Object.entries(facts))("%s", (_name, list) => {
  it.each(list)("%s: %s %s at %s %j %j", (usd, provider, model, at, usage, conditions) => {
    const { rating } = book.explain({ provider, model, occurredAtMs: Date.parse(at), usage, ...conditions });
    expect(rating.costNanoUsd === null ? null : formatUsd(rating.costNanoUsd), rating.note).toBe(usd);
    expect(rating.approximate, rating.note).toBe(false);
  });
});

const inputAndOutput = (provider: string, model: string, at = "2026-11-01") => {
  const match = book.match(provider, model, Date.parse(at));
  return match.found ? [match.version.rates.input, match.version.rates.output] : null;
};

describe("prices that other tools got wrong", () => {
  it.each([
    ["mistral", "mistral-large-latest", ["0.5", "1.5"]],
    ["mistral", "mistral-small-latest", ["0.15", "0.6"]],
    ["deepseek", "deepseek-chat", ["0.14", "0.28"]],
    ["deepseek", "deepseek-reasoner", ["0.14", "0.28"]],
    ["openai", "gpt-4o-2024-05-13", ["5", "15"]],
    ["openai", "gpt-4o-2024-08-06", ["2.5", "10"]],
  ])("%s %s", (provider, model, rates) => expect(inputAndOutput(provider, model)).toEqual(rates));

  it("knows that Groq's safeguard model is not the 120b", () => {
    const safeguard = book.match("groq", "openai/gpt-oss-safeguard-20b", Date.parse("2026-11-01"));
    expect(safeguard).toMatchObject({ found: true, version: { model: expect.stringContaining("safeguard") } });
    expect(inputAndOutput("groq", "openai/gpt-oss-safeguard-20b")).not.toEqual(
      inputAndOutput("groq", "openai/gpt-oss-120b"),
    );
  });

  it("has every model that people come with", () => {
    for (const [provider, models] of Object.entries({
      openai: ["gpt-5.1", "gpt-5", "gpt-4o", "gpt-4o-mini", "gpt-4", "gpt-4-turbo", "o1", "o3-mini", "dall-e-3"],
      anthropic: ["claude-opus-4-6", "claude-sonnet-4-5", "claude-haiku-4-5"],
      google: ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"],
      mistral: ["mistral-large-latest"],
      groq: ["llama-3.3-70b-versatile", "mixtral-8x7b-32768"],
      alibaba: ["text-embedding-v3", "text-embedding-v4"],
    })) {
      for (const model of models) {
        const match = book.match(provider, model, Date.parse("2026-06-01"));
        expect(match, `${provider} ${model}`).toMatchObject({ found: true });
        expect(match, `${provider} ${model}`).not.toMatchObject({ how: "approximate" });
      }
    }
    expect(book.list({ limit: 1 }).total).toBeGreaterThan(1_000);
  });

  it("prices a -latest alias as the model that it stands for", () => {
    for (const [alias, model] of [
      ["claude-3-5-haiku-latest", "claude-3-5-haiku-20241022"],
      ["claude-3-7-sonnet-latest", "claude-3-7-sonnet-20250219"],
    ] as const) {
      const usage = tokens(1_000_000, 1_000, { cacheReadTokens: 400_000, cacheWriteTokens: 1_000 });
      const call = { provider: "anthropic", occurredAtMs: Date.parse("2025-08-01"), usage };
      expect(book.rate({ ...call, model: alias })).toEqual(book.rate({ ...call, model }));
    }
  });
});
