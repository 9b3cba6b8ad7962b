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
  type LanguageModel,
} from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAsServed, loggedCall, measuringFetch } from "./measuring-fetch.ts";
import { startMock, type RunningMock } from "./start-mock-provider.ts";

let mock: RunningMock;
let wire: ReturnType<typeof measuringFetch>;
let openai: ReturnType<typeof createOpenAI>;
let anthropic: ReturnType<typeof createAnthropic>;

beforeAll(async () => {
  mock = await startMock();
  wire = measuringFetch(mock);
  openai = createOpenAI({ apiKey: "mock", baseURL: `${mock.url}/openai/v1`, fetch: wire.fetch });
  anthropic = createAnthropic({ apiKey: "mock", baseURL: `${mock.url}/anthropic/v1`, fetch: wire.fetch });
});
afterAll(() => mock.stop());

const prompt = "Wie spät ist es?";
const weather = tool({
  inputSchema: jsonSchema<{ city: string }>({ type: "object", properties: { city: { type: "string" } } }),
  execute: ({ city }) => `Rain in ${city}`,
});

describe.each<[string, () => LanguageModel]>([
  ["chat completions", () => openai.chat("gpt-4o")],
  ["responses", () => openai.responses("gpt-4o")],
  ["messages", () => anthropic("claude-sonnet-5-5")],
])("%s", (_name, model) => {
  const asked = (words: string) => ({ model: model(), prompt, maxRetries: 0, headers: { "x-mock": words } });

  it("whole", async () => {
    const answer = await generateText(asked("cached=100; chunk-size=5"));
    expect(answer.text).toContain(prompt);
    const measured = await expectAsServed(mock, wire.last());
    expect(answer.usage).toMatchObject({
      inputTokens: measured.usage?.inputTokens,
      outputTokens: measured.usage?.outputTokens,
    });
  });

  it("streamed", async () => {
    const answer = streamText(asked("cached=100; chunk-size=3"));
    expect(await answer.text).toContain("你好, ça va 👋");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ usageState: "complete", ended: true });
    expect(await answer.usage).toMatchObject({ inputTokens: measured.usage?.inputTokens });
  });

  it("tools, in two calls", async () => {
    const before = wire.calls.length;
    const answer = await generateText({ ...asked("tool"), tools: { weather }, stopWhen: stepCountIs(5) });
    expect(answer.steps[0]!.toolResults).toMatchObject([{ output: "Rain in Köln" }]);
    expect(answer.text).not.toBe("");
    expect(wire.calls.length - before).toBe(2);
    for (const call of wire.calls.slice(before)) await expectAsServed(mock, call);
  });

  it("an error", async () => {
    const failed = await generateText(asked("status=529")).catch((error: unknown) => error);
    expect(APICallError.isInstance(failed) && failed.statusCode).toBe(529);
    expect((await wire.last().measured).error).not.toBeNull();
  });

  it("a client that stops in the middle", async () => {
    const abort = new AbortController();
    const answer = streamText({ ...asked("chunk-delay=2; tokens=5000"), abortSignal: abort.signal });
    let seen = 0;
    for await (const _ of answer.textStream) if (++seen === 5) abort.abort();
    const measured = await wire.last().measured;
    expect(measured.ended).toBe(false);
    expect(measured.usageState).not.toBe("complete");
    expect(await loggedCall(mock, wire.last())).toMatchObject({ end: "aborted" });
  });
});

it("embeddings", async () => {
  const answer = await embedMany({ model: openai.embedding("text-embedding-3-small"), values: ["one", "two"] });
  const measured = await expectAsServed(mock, wire.last());
  expect(answer.usage.tokens).toBe(measured.usage?.inputTokens);
});

it("pictures", async () => {
  const answer = await generateImage({ model: openai.image("gpt-image-1"), prompt });
  expect(answer.images).toHaveLength(1);
  await expectAsServed(mock, wire.last());
});
