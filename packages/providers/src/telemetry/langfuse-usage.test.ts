import { describe, expect, it } from "vitest";
import { usageOfDetails } from "./langfuse-usage.ts";

describe("counts of Langfuse's clients", () => {
  it.each([
    ["its own words", { input: 100, output: 20, total: 120 }, { inputTokens: 100, outputTokens: 20 }],
    ["a total alone, as of embeddings", { total: 120 }, { inputTokens: 120 }],
    [
      "cached tokens beside",
      { input: 50, input_cached_tokens: 1_000, output: 20 },
      { inputTokens: 1_050, cacheReadTokens: 1_000, outputTokens: 20 },
    ],
    // langfuse#10592: the wrapper left the cached tokens inside, and the two were added to 35,720.
    [
      "cached tokens inside, as the total says",
      { input: 17_903, input_cached_tokens: 17_817, output: 9, total: 17_912 },
      { inputTokens: 17_903, cacheReadTokens: 17_817, outputTokens: 9 },
    ],
    [
      "cached tokens beside, as the total says",
      { input: 86, input_cached_tokens: 17_817, output: 9, total: 17_912 },
      { inputTokens: 17_903, cacheReadTokens: 17_817 },
    ],
    [
      "reasoning beside and cached inside, as the total says",
      { input: 100, input_cached_tokens: 80, output: 20, output_reasoning_tokens: 300, total: 420 },
      { inputTokens: 100, cacheReadTokens: 80, outputTokens: 320, reasoningTokens: 300 },
    ],
    [
      "reasoning beside",
      { input: 1, output: 20, output_reasoning_tokens: 5 },
      { outputTokens: 25, reasoningTokens: 5 },
    ],
    [
      "all parts of a prediction",
      { input: 1, output: 10, output_accepted_prediction_tokens: 4, output_rejected_prediction_tokens: 6 },
      { outputTokens: 20 },
    ],
    ["camel case", { promptTokens: 9, completionTokens: 1, totalTokens: 10 }, { inputTokens: 9, outputTokens: 1 }],
    [
      "OpenAI's own",
      {
        prompt_tokens: 1_117,
        completion_tokens: 46,
        total_tokens: 1_163,
        prompt_tokens_details: { cached_tokens: 1_024, audio_tokens: 7 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      { inputTokens: 1_117, cacheReadTokens: 1_024, inputAudioTokens: 7, outputTokens: 46, reasoningTokens: 30 },
    ],
    [
      "OpenAI's own without a total",
      { prompt_tokens: 1_117, completion_tokens: 46, prompt_tokens_details: { cached_tokens: 1_024 } },
      { inputTokens: 1_117, cacheReadTokens: 1_024 },
    ],
    [
      "OpenAI's responses",
      {
        input_tokens: 36,
        input_tokens_details: { cached_tokens: 30 },
        output_tokens: 87,
        output_tokens_details: { reasoning_tokens: 80 },
        total_tokens: 123,
      },
      { inputTokens: 36, cacheReadTokens: 30, outputTokens: 87, reasoningTokens: 80 },
    ],
    [
      "Anthropic's own",
      {
        input_tokens: 50,
        cache_creation_input_tokens: 248,
        cache_read_input_tokens: 100_000,
        output_tokens: 503,
        cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
        server_tool_use: { web_search_requests: 2 },
      },
      {
        inputTokens: 100_298,
        cacheReadTokens: 100_000,
        cacheWriteTokens: 248,
        cacheWrite1hTokens: 100,
        outputTokens: 503,
        searches: 2,
      },
    ],
    // langfuse#12306: an inclusive count of an Anthropic model got its cache added again.
    [
      "Anthropic's words with an inclusive total",
      {
        input_tokens: 98_805,
        cache_read_input_tokens: 66_360,
        cache_creation_input_tokens: 32_435,
        output_tokens: 5,
        total_tokens: 98_810,
      },
      { inputTokens: 98_805, cacheReadTokens: 66_360, cacheWriteTokens: 32_435 },
    ],
    [
      "Anthropic's in Langfuse's words",
      {
        input: 3,
        input_cache_creation: 10,
        input_cache_creation_5m: 4,
        input_cache_creation_1h: 6,
        input_cache_read: 20,
        output: 1,
      },
      { inputTokens: 33, cacheReadTokens: 20, cacheWriteTokens: 10, cacheWrite1hTokens: 6 },
    ],
    [
      "LangChain's",
      {
        input_tokens: 100,
        output_tokens: 20,
        total_tokens: 120,
        input_token_details: { cache_read: 80, audio: 3 },
        output_token_details: { reasoning: 7 },
      },
      { inputTokens: 100, cacheReadTokens: 80, inputAudioTokens: 3, outputTokens: 20, reasoningTokens: 7 },
    ],
    [
      "Gemini's own",
      {
        promptTokenCount: 1_000,
        cachedContentTokenCount: 800,
        candidatesTokenCount: 50,
        thoughtsTokenCount: 120,
        toolUsePromptTokenCount: 30,
        totalTokenCount: 1_200,
      },
      { inputTokens: 1_030, cacheReadTokens: 800, outputTokens: 170, reasoningTokens: 120 },
    ],
    [
      "one count in two spellings",
      { input: 10, input_cached_tokens: 5, cache_read_input_tokens: 5, output: 1 },
      { inputTokens: 15, cacheReadTokens: 5 },
    ],
    [
      "DeepSeek's own",
      {
        prompt_tokens: 10,
        prompt_cache_hit_tokens: 6,
        prompt_cache_miss_tokens: 4,
        completion_tokens: 1,
        total_tokens: 11,
      },
      { inputTokens: 10, cacheReadTokens: 6 },
    ],
  ])("%s", (_name, details, expected) => {
    expect(usageOfDetails(details)).toMatchObject(expected);
  });

  it("that are none are unknown", () => {
    expect(usageOfDetails({})).toBeNull();
    expect(usageOfDetails({ input: "many", output: -1, total: null, input_cached_tokens: Number.NaN })).toBeNull();
  });
});
