import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import {
  APICallError,
  embedMany,
  generateImage,
  generateText,
  jsonSchema,
  stepCountIs,
  streamText,
  tool,
  wrapEmbeddingModel,
  wrapImageModel,
  wrapLanguageModel,
} from "ai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { outlayFetch, outlayMiddleware } from "../../packages/sdk/src/ai-sdk.ts";
import type { Tracker } from "../../packages/sdk/src/tracker.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { CollectingTracker, comparable, expectTracked, failingTracker, mockedInternet } from "./mocked-internet.ts";

let mock: RunningMock;
let internet: ReturnType<typeof mockedInternet>;
let openai: ReturnType<typeof createOpenAI>;
let anthropic: ReturnType<typeof createAnthropic>;
let tracker: CollectingTracker;

beforeAll(async () => {
  mock = await startMock();
  internet = mockedInternet(mock);
  openai = createOpenAI({ apiKey: "mock", fetch: internet.fetch });
  anthropic = createAnthropic({ apiKey: "mock", fetch: internet.fetch });
});
beforeEach(() => void (tracker = new CollectingTracker()));
afterAll(() => mock.stop());

const prompt = "Wie spät ist es?";
const weather = tool({
  inputSchema: jsonSchema<{ city: string }>({ type: "object", properties: { city: { type: "string" } } }),
  execute: ({ city }) => `Rain in ${city}`,
});

describe.each([
  ["chat completions", "openai", () => openai.chat("gpt-4o")],
  ["responses", "openai", () => openai.responses("gpt-4o")],
  ["messages", "anthropic", () => anthropic("claude-haiku-4-5")],
])("%s", (_name, provider, model) => {
  const asked = (words: string, outlay: Tracker = tracker) => ({
    model: wrapLanguageModel({ model: model(), middleware: outlayMiddleware({ outlay, agent: "dexter" }) }),
    prompt,
    maxRetries: 0,
    headers: { "x-mock": words },
  });

  it("whole", async () => {
    const answer = await generateText(asked("cached=100; reasoning=20"));
    const plain = await generateText({ ...asked("cached=100; reasoning=20"), model: model() });
    expect(answer.text).toBe(plain.text);
    expect(comparable(answer.usage)).toEqual(comparable(plain.usage));
    expect(await expectTracked(tracker, internet)).toMatchObject({
      provider,
      operation: "chat",
      agent: "dexter",
      success: true,
      usage: { inputTokens: answer.usage.inputTokens, cacheReadTokens: 100, outputTokens: answer.usage.outputTokens },
    });
    expect(tracker.last().metadata).toHaveProperty("responseId");
    expect(tracker.events).toHaveLength(1);
  });

  it("streamed", async () => {
    const words = "cached=100; chunk-size=3";
    const answer = streamText(asked(words));
    const plain = streamText({ ...asked(words), model: model() });
    expect(await answer.text).toBe(await plain.text);
    expect(comparable(await answer.usage)).toEqual(comparable(await plain.usage));
    expect(tracker.last()).toMatchObject({
      provider,
      streaming: true,
      usage: { inputTokens: (await answer.usage).inputTokens, cacheReadTokens: 100 },
    });
    expect(tracker.last().timeToFirstTokenMs).toBeTypeOf("number");
    expect(tracker.events).toHaveLength(1);
  });

  it("tools: each step is a call", async () => {
    const answer = await generateText({ ...asked("tool"), tools: { weather }, stopWhen: stepCountIs(5) });
    expect(answer.steps[0]!.toolResults).toMatchObject([{ output: "Rain in Köln" }]);
    expect(tracker.events).toHaveLength(2);
    expect(new Set(tracker.events.map(({ id }) => id)).size).toBe(2);
    const tokens = tracker.events.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0);
    expect(tokens).toBe(answer.usage.outputTokens);
  });

  it("errors, and retries as attempts of one call", async () => {
    const failed = await generateText(asked("status=529")).catch((error: unknown) => error);
    expect(APICallError.isInstance(failed) && failed.statusCode).toBe(529);
    expect(tracker.last()).toMatchObject({ success: false, errorType: "overloaded", usage: { requests: 0 } });
    tracker.events.length = 0;
    await generateText({ ...asked("status=429; retry-after=0; times=1; text=again"), prompt: "Again", maxRetries: 2 });
    expect(tracker.events.map(({ success, attempt }) => [success, attempt ?? 1])).toEqual([
      [false, 1],
      [true, 2],
    ]);
    expect(tracker.last().metadata).toMatchObject({ call: tracker.events[0]!.id });
  });

  it("a client that stops in the middle", async () => {
    const abort = new AbortController();
    const answer = streamText({ ...asked("chunk-delay=2; tokens=5000"), abortSignal: abort.signal });
    let seen = 0;
    for await (const _ of answer.textStream) if (++seen === 5) abort.abort();
    expect(tracker.events).toHaveLength(1);
    expect(tracker.last()).toMatchObject({ success: false, errorType: "aborted", metadata: { usageState: "absent" } });
    expect(tracker.last().metadata!["producedCharacters"]).toBeGreaterThan(5);
    expect(tracker.last().metadata!["promptCharacters"]).toBe(prompt.length);
  });

  it("an error inside a stream", async () => {
    const answer = streamText({ ...asked("error-after=3"), onError: () => {} });
    await Promise.resolve(answer.text).catch(() => {});
    expect(tracker.last()).toMatchObject({ success: false });
    expect(tracker.last().errorType).toBeTypeOf("string");
  });

  it("without usage", async () => {
    await generateText(asked("no-usage")).catch(() => {});
    expect(tracker.last().usage).toBeUndefined();
    expect(tracker.last()).toMatchObject({ metadata: { usageState: "absent" } });
  });

  it("a tracker that fails breaks nothing", async () => {
    expect((await generateText(asked("", failingTracker))).text).toContain(prompt);
    expect(await streamText(asked("", failingTracker)).text).toContain(prompt);
  });
});

describe("other models", () => {
  it("embeddings", async () => {
    const model = wrapEmbeddingModel({
      model: openai.embedding("text-embedding-3-small"),
      middleware: outlayMiddleware({ outlay: tracker }),
    });
    const answer = await embedMany({ model, values: ["one", "two"] });
    expect(answer.embeddings).toHaveLength(2);
    expect(await expectTracked(tracker, internet)).toMatchObject({
      provider: "openai",
      operation: "embedding",
      model: "text-embedding-3-small",
    });
  });

  it("pictures", async () => {
    const model = wrapImageModel({
      model: openai.image("dall-e-3"),
      middleware: outlayMiddleware({ outlay: tracker }),
    });
    const answer = await generateImage({ model, prompt: "a cat" });
    expect(answer.images).toHaveLength(1);
    expect(tracker.last()).toMatchObject({ operation: "image", usage: { images: 1 } });
  });
});

it("takes whose call it is from with() and the call itself, and never what was said", async () => {
  tracker.context = { session: "s-1" };
  await generateText({
    model: wrapLanguageModel({ model: openai.chat("gpt-4o"), middleware: outlayMiddleware({ outlay: tracker }) }),
    prompt: "a-secret-of-the-prompt",
    headers: { "x-mock": "no-usage" },
    providerOptions: { outlay: { user: "u-1", activity: "answer", tags: { story: "st-9" }, model: "other" } },
  });
  expect(tracker.last()).toMatchObject({ session: "s-1", user: "u-1", activity: "answer", tags: { story: "st-9" } });
  expect(tracker.last().model).toBe("gpt-4o");
  expect(JSON.stringify(tracker.events)).not.toContain("a-secret-of-the-prompt");
});

describe("older versions of the SDK", () => {
  const model = { provider: "anthropic.messages", modelId: "claude-haiku-4-5" };
  const params = { prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] };
  const v5 = { inputTokens: 2_000, outputTokens: 20, totalTokens: 2_020, cachedInputTokens: 1_000 };
  const read = { inputTokens: 3_000, cacheReadTokens: 1_000, outputTokens: 20 };
  const doGenerate = async () => ({ content: [{ type: "text", text: "Hi" }], usage: v5, finishReason: "stop" });

  it("leave Anthropic's cached tokens out of the input", async () => {
    await outlayMiddleware({ outlay: tracker }).wrapGenerate({ doGenerate, params, model });
    expect(tracker.last()).toMatchObject({ provider: "anthropic", usage: read, metadata: { stopReason: "stop" } });
  });

  it("stream in parts of their own", async () => {
    const parts = [
      { type: "stream-start", warnings: [] },
      { type: "response-metadata", id: "msg_1", modelId: "claude-haiku-4-5-20251001" },
      { type: "text-delta", id: "0", delta: "Hi" },
      { type: "finish", usage: v5, finishReason: "stop" },
    ];
    const doStream = async () => ({ stream: ReadableStream.from(parts), request: {} });
    const result = await outlayMiddleware({ outlay: tracker }).wrapStream({ doStream, params, model });
    const seen: unknown[] = [];
    for await (const part of result.stream) seen.push(part);
    expect(seen).toEqual(parts);
    expect(tracker.last()).toMatchObject({
      model: "claude-haiku-4-5-20251001",
      requestedModel: "claude-haiku-4-5",
      usage: read,
      metadata: { responseId: "msg_1" },
    });
  });
});

it("believes what a gateway says it charged", async () => {
  await outlayMiddleware({ outlay: tracker }).wrapGenerate({
    doGenerate: async () => ({
      content: [],
      usage: { inputTokens: 5 },
      providerMetadata: { gateway: { cost: "0.0012" } },
    }),
    params: { prompt: [] },
    model: { provider: "gateway", modelId: "openai/gpt-5" },
  });
  expect(tracker.last()).toMatchObject({ provider: "vercel", reportedCostUsd: 0.0012 });
});

it("with outlayFetch instead, reads the bytes", async () => {
  const measured = createOpenAI({ apiKey: "mock", fetch: outlayFetch(internet.fetch, { outlay: tracker }) });
  const headers = { "x-mock": "cached=100; reasoning=20; chunk-size=5" };
  await streamText({ model: measured.responses("gpt-4o"), prompt, headers }).text;
  expect(await expectTracked(tracker, internet)).toMatchObject({ provider: "openai", streaming: true });
});
