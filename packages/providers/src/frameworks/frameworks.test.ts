import { describe, expect, it } from "vitest";

import { readAiSdkCost, readAiSdkUsage } from "./ai-sdk-usage.ts";
import { readLangchainUsage } from "./langchain-usage.ts";
import { readAnswerByShape, readUsageByShape } from "./read-by-shape.ts";

describe("the AI SDK's usage", () => {
  const expected = { inputTokens: 3_000, cacheReadTokens: 1_000, outputTokens: 20, reasoningTokens: 5 };
  const v7 = {
    inputTokens: { total: 3_000, noCache: 2_000, cacheRead: 1_000, cacheWrite: undefined },
    outputTokens: { total: 20, text: 15, reasoning: 5 },
  };

  it("of versions 6 and 7 includes the cache, whoever served it", () => {
    expect(readAiSdkUsage(v7, "anthropic.messages", {})).toEqual(expected);
    expect(readAiSdkUsage(v7, "openai.chat", {})).toEqual(expected);
    const parts = { inputTokens: { noCache: 2_000, cacheRead: 1_000 }, outputTokens: { text: 15, reasoning: 5 } };
    expect(readAiSdkUsage(parts, "somebody", {})).toEqual(expected);
  });

  it("of version 5 leaves the cache out for Anthropic and Bedrock alone", () => {
    const v5 = {
      inputTokens: 2_000,
      outputTokens: 20,
      totalTokens: 2_020,
      reasoningTokens: 5,
      cachedInputTokens: 1_000,
    };
    expect(readAiSdkUsage(v5, "anthropic.messages", {})).toEqual(expected);
    expect(readAiSdkUsage(v5, "amazon-bedrock", {})).toEqual(expected);
    expect(readAiSdkUsage(v5, "vertex.anthropic.messages", {})).toEqual(expected);
    expect(readAiSdkUsage(v5, "openai.responses", {})).toEqual({ ...expected, inputTokens: 2_000 });
  });

  it("of version 5 has Gemini's thoughts beside the output", () => {
    const v5 = { inputTokens: 100, outputTokens: 20, totalTokens: 420, reasoningTokens: 300 };
    expect(readAiSdkUsage(v5, "google.generative-ai", {})).toEqual({
      inputTokens: 100,
      outputTokens: 320,
      reasoningTokens: 300,
    });
  });

  it("is the provider's own where that is handed on", () => {
    const anthropic = {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_1h_input_tokens: 50 },
      output_tokens: 7,
    };
    const read = {
      inputTokens: 160,
      cacheReadTokens: 100,
      cacheWriteTokens: 50,
      cacheWrite1hTokens: 50,
      outputTokens: 7,
    };
    expect(readAiSdkUsage({ ...v7, raw: anthropic }, "anthropic.messages", {})).toEqual(read);
    expect(readAiSdkUsage({ inputTokens: 10 }, "anthropic.messages", { anthropic: { usage: anthropic } })).toEqual(
      read,
    );
    const gemini = { promptTokenCount: 100, candidatesTokenCount: 20, thoughtsTokenCount: 300, totalTokenCount: 420 };
    expect(readAiSdkUsage({ ...v7, raw: gemini }, "google.generative-ai", {})?.outputTokens).toBe(320);
    const xai = {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 420,
      completion_tokens_details: { reasoning_tokens: 300 },
    };
    expect(readAiSdkUsage({ ...v7, raw: xai }, "xai.chat", {})?.outputTokens).toBe(320);
    const converse = { inputTokens: 10, outputTokens: 7, cacheReadInputTokens: 100, totalTokens: 117 };
    expect(readAiSdkUsage({ ...v7, raw: converse }, "amazon-bedrock", {})?.inputTokens).toBe(110);
  });

  it("has what was charged beside it", () => {
    expect(readAiSdkCost({ gateway: { cost: "0.0006765", routing: {} } })).toBe(0.0006765);
    expect(readAiSdkCost({ openrouter: { usage: { cost: 0.002 } } })).toBe(0.002);
    expect(readAiSdkCost({ gateway: { cost: "free" } })).toBeNull();
    expect(readAiSdkCost(undefined)).toBeNull();
  });

  it("of embeddings is the input, and absent is absent", () => {
    expect(readAiSdkUsage({ tokens: 8 }, "openai.embedding", {})).toEqual({ inputTokens: 8 });
    expect(readAiSdkUsage(undefined, "openai.chat", undefined)).toBeNull();
    expect(readAiSdkUsage({ inputTokens: undefined, outputTokens: undefined }, "openai.chat", {})).toBeNull();
  });
});

describe("LangChain's usage", () => {
  const usage_metadata = {
    input_tokens: 17_903,
    output_tokens: 20,
    total_tokens: 17_923,
    input_token_details: { cache_read: 17_817 },
    output_token_details: { reasoning: 5 },
  };

  it("includes the cache: nothing is added again, however often", () => {
    const read = { inputTokens: 17_903, cacheReadTokens: 17_817, outputTokens: 20, reasoningTokens: 5 };
    expect(readLangchainUsage({ usage_metadata }, {}, "openai")).toEqual(read);
    expect(readLangchainUsage({ usage_metadata }, { tokenUsage: { promptTokens: 1 } }, "openai")).toEqual(read);
  });

  it("is Anthropic's own where it tells for how long was cached", () => {
    const usage = {
      input_tokens: 10,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_1h_input_tokens: 50 },
    };
    expect(readLangchainUsage({ usage_metadata, response_metadata: { usage } }, {}, "anthropic")).toMatchObject({
      inputTokens: 60,
      cacheWrite1hTokens: 50,
    });
  });

  it("of older integrations stands beside the answer", () => {
    const llmOutput = { tokenUsage: { promptTokens: 9, completionTokens: 1, totalTokens: 10 } };
    expect(readLangchainUsage(undefined, llmOutput, "openai")).toEqual({ inputTokens: 9, outputTokens: 1 });
    expect(readLangchainUsage(undefined, {}, "openai")).toBeNull();
  });
});

describe("an answer without its address", () => {
  it.each<[string, Record<string, unknown>]>([
    ["openai.chat", { choices: [], usage: { prompt_tokens: 5 } }],
    ["openai.responses", { object: "response", output: [], usage: { input_tokens: 5 } }],
    ["anthropic.messages", { type: "message", usage: { input_tokens: 5 } }],
    ["vertex.anthropic.messages", { type: "message", usage: { input_tokens: 5 } }],
    ["google.generative-ai", { candidates: [], usageMetadata: { promptTokenCount: 5 } }],
    ["amazon-bedrock", { output: {}, usage: { inputTokens: 5 } }],
    ["cohere.chat", { message: {}, usage: { billed_units: { input_tokens: 5 } } }],
    ["somebody.new", { object: "list", data: [], usage: { prompt_tokens: 5 } }],
  ])("of %s", (provider, body) => {
    expect(readAnswerByShape(provider, body)?.usage?.inputTokens).toBe(5);
    expect(readUsageByShape(provider, body["usage"] ?? body["usageMetadata"])?.usage?.inputTokens).toBe(5);
  });

  it("of nobody is none", () => {
    expect(readAnswerByShape("openai.chat", { text: "Hi" })).toBeNull();
    expect(readUsageByShape("openai.chat", null)).toBeNull();
  });
});
