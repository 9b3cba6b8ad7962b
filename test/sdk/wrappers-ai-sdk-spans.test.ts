import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { LegacyOpenTelemetry, OpenTelemetry } from "@ai-sdk/otel";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { embed, embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { OutlaySpanProcessor } from "../../packages/sdk/src/opentelemetry.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { CollectingTracker, mockedInternet } from "./mocked-internet.ts";

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
  ["new", OpenTelemetry],
  ["old", LegacyOpenTelemetry],
])("the AI SDK's %s spans", (_name, Integration) => {
  const telemetry = () => {
    const provider = new BasicTracerProvider({ spanProcessors: [new OutlaySpanProcessor({ outlay: tracker })] });
    return { functionId: "support", integrations: new Integration({ tracer: provider.getTracer("ai") }) };
  };
  const asked = (words: string) => ({
    model: openai("gpt-5"),
    prompt,
    maxRetries: 0,
    headers: { "x-mock": words },
    telemetry: telemetry(),
  });

  it("of a call are one call", async () => {
    const answer = await generateText(asked("cached=100; reasoning=20"));
    expect(tracker.events).toHaveLength(1);
    expect(tracker.last().usage).toMatchObject({
      inputTokens: answer.usage.inputTokens,
      cacheReadTokens: 100,
      outputTokens: answer.usage.outputTokens,
    });
    expect(tracker.last()).toMatchObject({ provider: "openai", model: "gpt-5", operation: "chat", success: true });
    expect(JSON.stringify(tracker.events)).not.toContain(prompt);
  });

  it("of Anthropic include what was cached", async () => {
    const words = { "x-mock": "cached=1000; written=200" };
    const answer = await generateText({ ...asked(""), model: anthropic("claude-haiku-4-5"), headers: words });
    expect(tracker.events).toHaveLength(1);
    expect(tracker.last().usage).toMatchObject({
      inputTokens: answer.usage.inputTokens,
      cacheReadTokens: 1_000,
      cacheWriteTokens: 200,
    });
  });

  it("of a stream are one call", async () => {
    const answer = streamText(asked("cached=100"));
    expect(await answer.text).not.toBe("");
    expect(tracker.events).toHaveLength(1);
    expect(tracker.last().usage?.inputTokens).toBe((await answer.usage).inputTokens);
  });

  it("of an agent are its steps", async () => {
    const answer = await generateText({ ...asked("tool"), tools: { weather }, stopWhen: stepCountIs(5) });
    expect(tracker.events).toHaveLength(2);
    const sum = tracker.events.reduce((total, { usage }) => total + (usage?.inputTokens ?? 0), 0);
    expect(sum).toBe(answer.usage.inputTokens);
  });

  it("of embeddings are counted once, though parent and child say the same", async () => {
    const model = openai.embedding("text-embedding-3-small");
    const { usage } = await embed({ model, value: "one", telemetry: telemetry() });
    expect(tracker.events).toMatchObject([{ operation: "embedding", usage: { inputTokens: usage.tokens } }]);
    tracker.events.length = 0;
    const many = await embedMany({ model, values: ["one", "two"], telemetry: telemetry() });
    expect(tracker.events).toMatchObject([{ operation: "embedding", usage: { inputTokens: many.usage.tokens } }]);
  });

  it("of a failure are one failed call", async () => {
    await expect(generateText(asked("status=529"))).rejects.toThrow();
    expect(tracker.events).toMatchObject([{ success: false, model: "gpt-5", metadata: { usageState: "absent" } }]);
  });
});
