import { parseEvent } from "@outlay/core";
import { describe, expect, it } from "vitest";

import { readAttributes } from "./read-attributes.ts";
import { idOfCall, readGenAiSpan } from "./read-gen-ai-span.ts";
import { aSpan } from "../../../../test/some-spans.ts";
import type { Attributes } from "./telemetry-span.ts";

const chat = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5" };
const read = (attributes: Attributes, resource: Attributes = {}) => readAttributes(attributes, resource).event;
const usageOf = (attributes: Attributes) => read(attributes).usage;

const usage = (input: number, output: number, cacheRead: number, cacheWrite: number, total?: number) =>
  usageOf({
    "gen_ai.usage.input_tokens": input,
    "gen_ai.usage.output_tokens": output,
    "gen_ai.usage.cache_read.input_tokens": cacheRead,
    "gen_ai.usage.cache_write.input_tokens": cacheWrite,
    ...(total === undefined ? {} : { "gen_ai.usage.total_tokens": total }),
  });
const langfuse = (details: object) => usageOf({ "langfuse.observation.usage_details": JSON.stringify(details) });

describe("the names of each dialect", () => {
  const columns: [string, string[], (attributes: Attributes) => unknown, string | number, unknown?][] = [
    [
      "request model",
      [
        "gen_ai.request.model",
        "llm.request.model_name",
        "llm.model_name",
        "embedding.model_name",
        "ai.model.id",
        "model",
        "llm.request.model",
      ],
      (found) => read(found).model,
      "gpt-5",
    ],
    [
      "response model",
      ["gen_ai.response.model", "llm.response.model_name", "ai.response.model"],
      (found) => read({ model: "other", ...found }).model,
      "gpt-5-2025-08-07",
    ],
    [
      "provider",
      ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"],
      (found) => read(found).provider,
      "groq",
    ],
    ["host", ["server.address"], (found) => read(found).provider, "api.groq.com", "groq"],
    [
      "input",
      [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
        "ai.usage.inputTokens",
        "ai.usage.promptTokens",
        "ai.usage.tokens",
        "input_token_count",
        "input_tokens",
      ],
      (found) => usageOf(found)?.inputTokens,
      12,
    ],
    [
      "output",
      [
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
        "output_token_count",
        "output_tokens",
      ],
      (found) => usageOf(found)?.outputTokens,
      12,
    ],
    [
      "total",
      [
        "gen_ai.usage.total_tokens",
        "llm.usage.total_tokens",
        "llm.token_count.total",
        "ai.usage.totalTokens",
        "total_token_count",
      ],
      (found) => usageOf({ input_tokens: 10, ...found })?.outputTokens,
      52,
      42,
    ],
    [
      "cache read",
      [
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cached_tokens",
        "llm.token_count.prompt_details.cache_read",
        "llm.token_count.prompt_details.cache_input",
        "ai.usage.inputTokenDetails.cacheReadTokens",
        "ai.usage.cachedInputTokens",
        "cache_read_tokens",
        "cached_token_count",
        "cached_content_token_count",
      ],
      (found) => usageOf({ input_tokens: 100, ...found })?.cacheReadTokens,
      12,
    ],
    [
      "cache write",
      [
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_write_input_tokens",
        "llm.token_count.prompt_details.cache_write",
        "ai.usage.inputTokenDetails.cacheWriteTokens",
        "cache_creation_tokens",
      ],
      (found) => usageOf({ input_tokens: 100, ...found })?.cacheWriteTokens,
      12,
    ],
    [
      "reasoning",
      [
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "llm.usage.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
        "ai.usage.outputTokenDetails.reasoningTokens",
        "ai.usage.reasoningTokens",
        "reasoning_token_count",
        "thoughts_token_count",
      ],
      (found) => usageOf({ input_tokens: 1, output_tokens: 100, ...found })?.reasoningTokens,
      12,
    ],
    [
      "cost",
      ["gen_ai.usage.cost.amount", "gen_ai.usage.cost", "llm.cost.total", "cost_usd", "gen_ai.cost.total"],
      (found) => read(found).reportedCostUsd,
      0.0123,
    ],
    [
      "session",
      [
        "gen_ai.conversation.id",
        "session.id",
        "traceloop.association.properties.session_id",
        "langsmith.trace.session_id",
        "conversation.id",
        "ai.telemetry.metadata.sessionId",
        "thread.id",
      ],
      (found) => read(found).session,
      "s-1",
    ],
    [
      "user",
      [
        "user.id",
        "enduser.id",
        "gen_ai.user",
        "llm.user",
        "user.email",
        "traceloop.association.properties.user_id",
        "ai.telemetry.metadata.userId",
      ],
      (found) => read(found).user,
      "u-1",
    ],
    [
      "agent",
      [
        "gen_ai.agent.name",
        "agent.name",
        "traceloop.entity.name",
        "ai.telemetry.functionId",
        "gen_ai.workflow.name",
        "traceloop.workflow.name",
      ],
      (found) => read(found).agent,
      "dexter",
    ],
    [
      "response id",
      ["gen_ai.response.id", "ai.response.id", "message.uuid"],
      (found) => readAttributes(found).responseId,
      "chatcmpl-0123456789",
    ],
  ];
  const rows = columns.flatMap(([column, names, get, value, expected]) =>
    names.map((name) => [column, name, get, value, expected ?? value] as const),
  );

  it.each(rows)("%s: %s", (_column, name, get, value, expected) => {
    expect(get({ [name]: value })).toBe(expected);
    // Numbers also come as text.
    expect(get({ [name]: String(value) })).toBe(expected);
  });

  it("prefers the newer", () => {
    expect(usageOf({ "gen_ai.usage.prompt_tokens": 1, "gen_ai.usage.input_tokens": 2 })?.inputTokens).toBe(2);
  });

  it("reads tags of all kinds, and neither ids nor prompts among them", () => {
    const tags = read({
      "tag.tags": ["urgent", "team:blue"],
      metadata: '{"story":"st-9","deep":{"no":1}}',
      "langsmith.metadata.plan": "pro",
      "traceloop.association.properties.tier": 3,
      "traceloop.association.properties.user_id": "u-1",
      "ai.telemetry.metadata.beta": true,
      "gen_ai.input.messages": "secret",
    }).tags;
    expect(tags).toEqual({ urgent: "true", team: "blue", story: "st-9", plan: "pro", tier: "3", beta: "true" });
  });

  it("takes team, project and service from the resource", () => {
    const resource = { "service.name": "shop", team: "blue", "deployment.environment.name": "production" };
    expect(read({ ...chat, "project.id": "p" }, resource)).toMatchObject({
      team: "blue",
      project: "p",
      environment: "production",
      tags: { service: "shop" },
    });
  });
});

describe("the provider", () => {
  it.each([
    ["openai", "openai"],
    ["openai.responses", "openai"],
    ["anthropic.messages", "anthropic"],
    ["vertex.anthropic.messages", "google"],
    ["aws.bedrock", "aws"],
    ["AWS", "aws"],
    ["amazon-bedrock", "aws"],
    ["azure.ai.openai", "azure"],
    ["azure.ai.inference", "azure"],
    ["az.ai.inference", "azure"],
    ["az.ai.openai", "azure"],
    ["azure-openai.chat", "azure"],
    ["gcp.gemini", "google"],
    ["gcp.vertex_ai", "google"],
    ["gcp.gen_ai", "google"],
    ["vertex_ai", "google"],
    ["gemini", "google"],
    ["google.generative-ai", "google"],
    ["google.vertex.chat", "google"],
    ["cohere", "cohere"],
    ["deepseek", "deepseek"],
    ["groq", "groq"],
    ["ibm.watsonx.ai", "ibm"],
    ["mistral_ai", "mistral"],
    ["MistralAI", "mistral"],
    ["moonshot_ai", "moonshotai"],
    ["perplexity", "perplexity"],
    ["x_ai", "x-ai"],
    ["xai", "x-ai"],
    ["xai.chat", "x-ai"],
    ["together_ai", "together"],
    ["Somebody New", "somebody new"],
  ])("%s is billed as %s", (said, billed) => {
    expect(read({ "gen_ai.provider.name": said }).provider).toBe(billed);
  });

  it("is who answers at the address, whatever the client's maker calls itself", () => {
    const said = { "gen_ai.system": "openai", "server.address": "openrouter.ai", model: "anthropic/claude-sonnet-4" };
    expect(read(said).provider).toBe("openrouter");
    expect(read({ ...said, "server.address": "localhost" }).provider).toBe("openai");
  });

  it("is guessed from the model where a framework stands in its place", () => {
    expect(read({ "gen_ai.system": "Langchain", model: "claude-sonnet-4-5" }).provider).toBe("anthropic");
    expect(read({ model: "some-model" }).provider).toBe("unknown");
  });
});

describe("counts", () => {
  it("are inclusive by the standard: nothing is added again", () => {
    expect(usage(17_903, 100, 17_817, 0)).toMatchObject({ inputTokens: 17_903, cacheReadTokens: 17_817 });
    expect(usage(98_805, 50, 66_360, 32_435)).toMatchObject({ inputTokens: 98_805, cacheWriteTokens: 32_435 });
  });

  it("have cached tokens outside when these are more, or the total says so", () => {
    expect(usage(10, 20, 66_360, 32_435)).toMatchObject({ inputTokens: 98_805 });
    expect(usage(50, 20, 30, 0, 100)).toMatchObject({ inputTokens: 80 });
    expect(usage(50, 20, 30, 0, 70)).toMatchObject({ inputTokens: 50 });
  });

  it("have reasoning outside when the total says so", () => {
    const counts = { input_tokens: 100, output_tokens: 20, total_token_count: 420, reasoning_token_count: 300 };
    expect(usageOf(counts)).toMatchObject({ outputTokens: 320, reasoningTokens: 300 });
    expect(usageOf({ ...counts, output_tokens: 320 })).toMatchObject({ outputTokens: 320 });
  });

  it("of Claude Code's log events never include the cache", () => {
    const counts = {
      input_tokens: "5000",
      output_tokens: "20",
      cache_read_tokens: "400",
      cache_creation_tokens: "100",
    };
    expect(readAttributes(counts, {}, { cache: "outside" }).usage).toMatchObject({ inputTokens: 5_500 });
  });

  it("of the AI SDK are read by its version", () => {
    const v5 = {
      "ai.model.provider": "anthropic.messages",
      "ai.usage.inputTokens": 2_000,
      "ai.usage.outputTokens": 10,
      "ai.usage.totalTokens": 2_010,
      "ai.usage.cachedInputTokens": 1_000,
    };
    const v6 = {
      ...v5,
      "ai.usage.inputTokens": 3_000,
      "ai.usage.totalTokens": 3_010,
      "ai.usage.inputTokenDetails.noCacheTokens": 2_000,
      "ai.usage.inputTokenDetails.cacheReadTokens": 1_000,
    };
    const openai = { ...v5, "ai.model.provider": "openai.chat" };
    const expected = { inputTokens: 3_000, cacheReadTokens: 1_000, outputTokens: 10 };
    expect(usageOf(v5)).toEqual(expected);
    expect(usageOf(v6)).toEqual(expected);
    expect(usageOf(openai)).toEqual({ ...expected, inputTokens: 2_000 });
    const raw = { anthropic: { usage: { input_tokens: 7, cache_creation_input_tokens: 5, output_tokens: 1 } } };
    expect(usageOf({ ...v5, "ai.response.providerMetadata": JSON.stringify(raw) })).toEqual({
      inputTokens: 12,
      cacheWriteTokens: 5,
      outputTokens: 1,
    });
  });

  it("of the AI SDK's outer spans are not those of their last step", () => {
    const outer = {
      "ai.operationId": "ai.generateText",
      "ai.model.provider": "anthropic.messages",
      "ai.usage.inputTokens": 30,
      "ai.response.providerMetadata": '{"anthropic":{"usage":{"input_tokens":7}},"gateway":{"cost":"0.5"}}',
    };
    expect(read(outer)).toMatchObject({ usage: { inputTokens: 30 } });
    expect(read(outer).reportedCostUsd).toBeUndefined();
    const inner = { ...outer, "ai.operationId": "ai.generateText.doGenerate" };
    expect(read(inner)).toMatchObject({ usage: { inputTokens: 7 }, reportedCostUsd: 0.5 });
  });

  it("of Langfuse's clients stand beside each other", () => {
    expect(langfuse({ input: 50, input_cached_tokens: 1_000, output: 20, output_reasoning_tokens: 5 })).toEqual({
      inputTokens: 1_050,
      cacheReadTokens: 1_000,
      outputTokens: 25,
      reasoningTokens: 5,
    });
    expect(langfuse({ input: 1_050, input_cached_tokens: 1_000, output: 20, total: 1_070 })).toMatchObject({
      inputTokens: 1_050,
    });
    expect(langfuse({ prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 })).toEqual({
      inputTokens: 9,
      outputTokens: 1,
    });
  });

  it("that are no counts are unknown", () => {
    expect(usageOf({ input_tokens: "many", output_tokens: -1 })).toEqual({});
    expect(usageOf({ input_tokens: Number.NaN, output_tokens: 1e300 })).toEqual({});
  });

  it("cost 0 only when nothing was used", () => {
    expect(read({ "gen_ai.usage.cost": 0, input_tokens: 5 }).reportedCostUsd).toBeUndefined();
    expect(
      read({ "gen_ai.usage.cost.amount": 3, "gen_ai.usage.cost.currency": "EUR" }).reportedCostUsd,
    ).toBeUndefined();
  });
});

describe("a span", () => {
  it("becomes an event", () => {
    const reading = readGenAiSpan(
      aSpan({
        name: "chat gpt-5",
        attributes: {
          ...chat,
          "gen_ai.provider.name": "openai",
          "gen_ai.response.model": "gpt-5-2025-08-07",
          "gen_ai.response.id": "chatcmpl-0123456789",
          "gen_ai.response.finish_reasons": ["stop"],
          "openai.response.service_tier": "default",
          "gen_ai.usage.input_tokens": 1_200,
          "gen_ai.usage.output_tokens": 90,
          "gen_ai.response.time_to_first_chunk": 0.25,
        },
      }),
    )!;
    expect(reading).toMatchObject({ kind: "call", responseId: "chatcmpl-0123456789" });
    expect(reading.event).toEqual({
      id: "0af7651916cd43dd8448eb211c80319c:chatcmpl-0123456789",
      occurredAt: 1_764_000_000_005,
      provider: "openai",
      model: "gpt-5-2025-08-07",
      requestedModel: "gpt-5",
      operation: "chat",
      usage: { inputTokens: 1_200, outputTokens: 90 },
      serviceTier: "standard",
      trace: "0af7651916cd43dd8448eb211c80319c",
      span: "b7ad6b7169203331",
      durationMs: 1_995,
      timeToFirstTokenMs: 250,
      streaming: true,
      success: true,
      metadata: { stopReason: "stop", instrumentation: "scope" },
    });
    expect(parseEvent(reading.event, Date.now()).problems).toBeNull();
  });

  it("that failed says why, and holds no character that an event refuses", () => {
    const failed = aSpan({
      attributes: { ...chat, "user.id": "u\u0000\ud800" },
      status: { isError: true, message: null },
      events: [
        {
          name: "exception",
          attributes: { "exception.type": "RateLimitError", "exception.message": "slow\r\ndown\u0007" },
        },
      ],
    });
    const { event } = readGenAiSpan(failed)!;
    expect(event).toMatchObject({ success: false, errorType: "RateLimitError", metadata: { usageState: "absent" } });
    expect(event.errorMessage).toBe("slow\ndown");
    expect(parseEvent(event, Date.now()).problems).toBeNull();
  });

  const used = { "gen_ai.usage.input_tokens": 5, "gen_ai.request.model": "m" };
  it.each([
    ["chat", { "gen_ai.operation.name": "chat" }, "call", "chat"],
    ["generate_content", { "gen_ai.operation.name": "generate_content" }, "call", "chat"],
    ["text_completion", { "gen_ai.operation.name": "text_completion" }, "call", "text_completion"],
    ["embeddings", { "gen_ai.operation.name": "embeddings" }, "call", "embedding"],
    ["invoke_agent", { "gen_ai.operation.name": "invoke_agent" }, "rollup", "chat"],
    ["invoke_workflow", { "gen_ai.operation.name": "invoke_workflow" }, "rollup", "chat"],
    ["OpenInference LLM", { "openinference.span.kind": "LLM" }, "call", "chat"],
    ["OpenInference EMBEDDING", { "openinference.span.kind": "EMBEDDING" }, "call", "embedding"],
    ["OpenInference RERANKER", { "openinference.span.kind": "RERANKER" }, "call", "rerank"],
    ["OpenInference AGENT", { "openinference.span.kind": "AGENT" }, "rollup", "chat"],
    ["OpenLLMetry", { "llm.request.type": "completion" }, "call", "text_completion"],
    ["OpenLLMetry's workflow", { "traceloop.span.kind": "workflow" }, "rollup", "chat"],
    ["AI SDK outer", { "ai.operationId": "ai.streamText" }, "rollup", "chat"],
    ["AI SDK inner", { "ai.operationId": "ai.streamText.doStream" }, "call", "chat"],
    ["AI SDK embedMany", { "ai.operationId": "ai.embedMany" }, "rollup", "embedding"],
    ["AI SDK doEmbed", { "ai.operationId": "ai.embedMany.doEmbed" }, "call", "embedding"],
    ["LangSmith", { "langsmith.span.kind": "llm" }, "call", "chat"],
    ["LangSmith's chain", { "langsmith.span.kind": "chain" }, "rollup", "chat"],
    ["Langfuse", { "langfuse.observation.type": "generation" }, "call", "chat"],
    ["no dialect", {}, "call", "chat"],
  ])("of %s", (_name, attributes, kind, operation) => {
    const reading = readGenAiSpan(aSpan({ attributes: { ...used, ...attributes } }));
    expect(reading).toMatchObject({ kind, event: { operation, model: "m" } });
  });

  it.each([
    ["of something else", { "http.method": "GET", model: "T" }],
    ["of a tool", { "gen_ai.operation.name": "execute_tool", "gen_ai.request.model": "m" }],
    ["of the AI SDK's tools", { "ai.operationId": "ai.toolCall", "ai.usage.inputTokens": 4 }],
    ["of an agent that says no numbers", { "gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m" }],
    ["of a call without model and numbers", { "gen_ai.operation.name": "chat" }],
  ])("%s is none", (_name, attributes) => {
    expect(readGenAiSpan(aSpan({ attributes }))).toBeNull();
  });

  it("with numbers but without a model is kept, its model unknown", () => {
    const attributes = { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5 };
    expect(readGenAiSpan(aSpan({ attributes }))?.event).toMatchObject({ model: "unknown", provider: "unknown" });
  });

  it("is known by a provider's id only when that can be no accident", () => {
    expect(idOfCall("t", "s", "chatcmpl-123")).toBe("t:s");
    expect(idOfCall("t", "s", null)).toBe("t:s");
    expect(idOfCall("t", "s", "x".repeat(100))).toBe("t:s");
  });
});
