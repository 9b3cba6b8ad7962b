import { setTimeout as sleep } from "node:timers/promises";

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { generateText, jsonSchema, stepCountIs, streamText, tool, type LanguageModel } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { LoggedRequest } from "../../packages/server/src/mock-provider/request-log.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { startGateway, type RecordedCall, type RunningGateway } from "./start-gateway.ts";

let mock: RunningMock;
let gateway: RunningGateway;

beforeAll(async () => {
  mock = await startMock();
  gateway = await startGateway({ args: ["--mock-providers", mock.url] });
});
afterAll(async () => {
  await gateway.stop();
  await mock.stop();
});

const prompt = "Wie spät ist es?";
const messages = [{ role: "user" as const, content: prompt }];

/** What the mock says of the last requests, oldest first, once they have ended. */
async function served(count: number): Promise<LoggedRequest[]> {
  for (;;) {
    const last = (await mock.requests()).slice(-count);
    if (last.every(({ end }) => end !== "running")) return last;
    await sleep(5);
  }
}

/** The next recorded call says what the mock says that it served. */
async function expectRecorded(count = 1): Promise<RecordedCall[]> {
  const calls = await gateway.recorded(count);
  const requests = await served(count);
  expect(calls.map(({ usage }) => counted(usage))).toEqual(requests.map((entry) => counted(entry.served ?? {})));
  for (const call of calls) {
    expect(call.success).toBe(true);
    expect(call.basis).toBe("rated");
    expect(call.costUsd).toBeGreaterThan(0);
  }
  return calls;
}

function counted(usage: object): object {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== 0));
}

const openai = (options: object = {}) =>
  new OpenAI({ apiKey: "sk-mock-openai", baseURL: `${gateway.url}/openai/v1`, maxRetries: 0, ...options });
const anthropic = () => new Anthropic({ apiKey: "sk-ant-mock", baseURL: `${gateway.url}/anthropic`, maxRetries: 0 });
const google = () => new GoogleGenAI({ apiKey: "AIza-mock", httpOptions: { baseUrl: `${gateway.url}/google` } });
const behaving = (words: string) => ({ headers: { "x-mock": words } });

describe("openai", () => {
  it("chat", async () => {
    const { data, response } = await openai()
      .chat.completions.create({ model: "gpt-5", messages, user: "u-1" }, behaving("cached=1000; reasoning=64"))
      .withResponse();
    const [call] = await expectRecorded();
    expect(call).toMatchObject({ model: "gpt-5", operation: "chat", streaming: false, user: "u-1", attempt: 1 });
    expect(call!.usage).toMatchObject({
      inputTokens: data.usage!.prompt_tokens,
      outputTokens: data.usage!.completion_tokens,
    });
    expect(response.headers.get("x-outlay-event-id")).toBe(call!.id);
    expect(Number(response.headers.get("x-outlay-cost-usd"))).toBe(call!.costUsd);
    expect(call!.credential).toMatch(/^key-[0-9a-f]{8}$/);
  });

  it("chat, streamed, usage neither asked nor seen, but recorded", async () => {
    const stream = await openai().chat.completions.create({ model: "gpt-5", messages, stream: true });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.every(({ usage, choices }) => usage == null && choices.length > 0)).toBe(true);
    const [call] = await expectRecorded();
    expect(call).toMatchObject({ streaming: true });
    expect(call!.timeToFirstTokenMs).toBeGreaterThan(0);
    expect(call!.timeToFirstTokenMs).toBeLessThanOrEqual(call!.durationMs);
  });

  it("chat, streamed, usage asked and seen", async () => {
    const options = { model: "gpt-5", messages, stream: true as const, stream_options: { include_usage: true } };
    let seen = 0;
    for await (const { usage } of await openai().chat.completions.create(options)) seen += usage ? 1 : 0;
    expect(seen).toBe(1);
    await expectRecorded();
  });

  it("tools", async () => {
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    const answer = await openai().chat.completions.create(
      { model: "gpt-5", messages, tools: [{ type: "function", function: { name: "weather", parameters } }] },
      behaving("tool"),
    );
    expect(answer.choices[0]!.message.tool_calls).toHaveLength(1);
    expect((await expectRecorded())[0]!.metadata).toMatchObject({ stopReason: "tool_calls" });
  });

  it("responses, streamed and not", async () => {
    await openai().responses.create({ model: "gpt-5", input: prompt });
    const stream = openai().responses.stream({ model: "gpt-5", input: prompt });
    await stream.finalResponse();
    await expectRecorded(2);
  });

  it("embeddings, compressed", async () => {
    await openai().embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"] }, behaving("gzip"));
    expect((await expectRecorded())[0]).toMatchObject({ operation: "embedding" });
  });

  it("what is not measured: a list of models", async () => {
    const { data } = await openai().models.list();
    expect(data.length).toBeGreaterThan(0);
  });

  it("tries again on its own: attempts of one call", async () => {
    const answer = await openai({ maxRetries: 2 }).chat.completions.create(
      { model: "gpt-5", messages: [{ role: "user", content: "retried" }] },
      behaving("status=500; times=2; retry-after=0"),
    );
    expect(answer.choices).toHaveLength(1);
    const calls = await gateway.recorded(3);
    expect(calls.map(({ attempt, success }) => [attempt, success])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(calls.map(({ metadata }) => metadata?.["call"])).toEqual([undefined, calls[0]!.id, calls[0]!.id]);
    expect(calls[0]).toMatchObject({ costUsd: 0, metadata: { httpStatus: 500 } });
  });

  it("a rate limit goes through as it is", async () => {
    const failed = openai().chat.completions.create(
      { model: "gpt-5", messages },
      behaving("status=429; retry-after=7"),
    );
    const error = await failed.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect((error as InstanceType<typeof OpenAI.RateLimitError>).headers.get("retry-after")).toBe("7");
    expect((await gateway.recorded(1))[0]).toMatchObject({
      success: false,
      errorType: expect.stringMatching(/rate_limit/),
    });
  });

  it("stops in the middle of a stream: the provider is told at once, and what came is counted", async () => {
    const abort = new AbortController();
    const options = { ...behaving("tokens=5000; chunk-delay=2"), signal: abort.signal };
    const stream = await openai().chat.completions.create({ model: "gpt-5", messages, stream: true }, options);
    let text = "";
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (text.length > 400) abort.abort();
    }
    const [call] = await gateway.recorded(1);
    const [entry] = await served(1);
    expect(entry!.end).toBe("aborted");
    expect(call).toMatchObject({ success: false, errorType: "aborted", basis: "estimated", streaming: true });
    expect(call!.usage["inputTokens"]).toBeGreaterThan(0);
    expect(call!.usage["outputTokens"]).toBeGreaterThan(50);
    expect(call!.usage["outputTokens"]).toBeLessThan(1_000);
    expect(call!.metadata).toMatchObject({ usageEstimated: true, usageErrorPercent: expect.any(Number) });
  });

  it("a provider that breaks off: the client sees it, and what came is counted", async () => {
    const stream = await openai().chat.completions.create(
      { model: "gpt-5", messages, stream: true },
      behaving("reset-after=8; tokens=200"),
    );
    const read = async () => {
      for await (const _ of stream);
    };
    await expect(read()).rejects.toThrow();
    const [call] = await gateway.recorded(1);
    expect(call).toMatchObject({ success: false, errorType: "connection_broken", basis: "estimated" });
  });

  it.each(["no-usage", "malformed-after=3; no-usage"])("without usage (%s): estimated", async (words) => {
    const stream = await openai().chat.completions.create({ model: "gpt-5", messages, stream: true }, behaving(words));
    const read = async () => {
      for await (const _ of stream);
    };
    await read().catch(() => {});
    const [call] = await gateway.recorded(1);
    expect(call).toMatchObject({ basis: "estimated" });
    expect(call!.usage["outputTokens"]).toBeGreaterThan(0);
  });
});

describe("anthropic", () => {
  const question = { model: "claude-haiku-4-5", max_tokens: 500, messages, metadata: { user_id: "u-7" } };
  const words = { headers: { "x-mock": "cached=1000; written=300; written-1h=100; searches=2" } };

  it("whole and streamed", async () => {
    await anthropic().messages.create(question, words);
    await anthropic().messages.stream(question, words).finalMessage();
    const calls = await expectRecorded(2);
    expect(calls.map(({ streaming, user }) => [streaming, user])).toEqual([
      [false, "u-7"],
      [true, "u-7"],
    ]);
  });

  it("counting tokens costs nothing and is no call", async () => {
    const { model } = question;
    expect((await anthropic().messages.countTokens({ model, messages })).input_tokens).toBeGreaterThan(0);
    await anthropic().messages.create(question);
    expect(await gateway.recorded(1)).toHaveLength(1);
  });

  it("an unknown provider key gets the provider's own error", async () => {
    const failed = anthropic().messages.create(question, { headers: { "x-mock": "status=401" } });
    await expect(failed).rejects.toThrow(Anthropic.AuthenticationError);
    expect((await gateway.recorded(1))[0]).toMatchObject({ success: false, costUsd: 0 });
  });

  it("stops in the middle: input as said, output estimated", async () => {
    const stream = anthropic().messages.stream(question, {
      headers: { "x-mock": "tokens=400; chunk-delay=2; cached=50" },
    });
    let text = "";
    stream.on("text", (delta) => {
      text += delta;
      if (text.length > 300) stream.abort();
    });
    await stream.done().catch(() => {});
    const [call] = await gateway.recorded(1);
    expect(call).toMatchObject({ success: false, errorType: "aborted", basis: "estimated" });
    expect(call!.usage["cacheReadTokens"]).toBe(50);
    expect(call!.usage["outputTokens"]).toBeGreaterThan(40);
  });
});

describe("google", () => {
  const question = { model: "gemini-2.5-flash", contents: prompt };

  it("whole and streamed", async () => {
    await google().models.generateContent(question);
    const stream = await google().models.generateContentStream(question);
    for await (const _ of stream);
    const calls = await expectRecorded(2);
    expect(calls.map(({ model }) => model)).toEqual(["gemini-2.5-flash", "gemini-2.5-flash"]);
  });
});

describe.each<[string, () => LanguageModel]>([
  ["openai chat", () => createOpenAI({ apiKey: "mock", baseURL: `${gateway.url}/openai/v1` }).chat("gpt-5")],
  ["openai responses", () => createOpenAI({ apiKey: "mock", baseURL: `${gateway.url}/openai/v1` }).responses("gpt-5")],
  ["anthropic", () => createAnthropic({ apiKey: "mock", baseURL: `${gateway.url}/anthropic/v1` })("claude-haiku-4-5")],
])("the AI SDK with %s", (_name, model) => {
  const asked = (words: string) => ({ model: model(), prompt, maxRetries: 0, ...behaving(words) });

  it("whole, streamed, and with tools in two steps", async () => {
    await generateText(asked(""));
    await streamText(asked("")).consumeStream();
    const weather = tool({
      inputSchema: jsonSchema<{ city: string }>({ type: "object", properties: { city: { type: "string" } } }),
      execute: ({ city }) => `Rain in ${city}`,
    });
    await generateText({ ...asked("tool"), tools: { weather }, stopWhen: stepCountIs(5) });
    await expectRecorded(4);
  });

  it("tries again without saying so: the same call all the same", async () => {
    const headers = { "x-mock": "status=500; times=1; retry-after=0" };
    await generateText({ model: model(), prompt: `again ${_name}`, maxRetries: 1, headers });
    const calls = await gateway.recorded(2);
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(calls[1]!.metadata).toMatchObject({ call: calls[0]!.id });
  });
});
