import { InMemoryCache } from "@langchain/core/caches";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAI } from "@langchain/openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { OutlayCallbackHandler } from "../../packages/sdk/src/langchain.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { CollectingTracker, expectTracked, failingTracker, mockedInternet } from "./mocked-internet.ts";

let mock: RunningMock;
let internet: ReturnType<typeof mockedInternet>;
let tracker: CollectingTracker;
let callbacks: OutlayCallbackHandler[];

beforeAll(async () => {
  mock = await startMock();
  internet = mockedInternet(mock);
});
beforeEach(() => {
  tracker = new CollectingTracker();
  callbacks = [new OutlayCallbackHandler({ outlay: tracker, agent: "dexter" })];
});
afterAll(() => mock.stop());

function chat(words: string, more: { baseURL?: string; cache?: InMemoryCache; model?: string } = {}): ChatOpenAI {
  return new ChatOpenAI({
    model: more.model ?? "gpt-5",
    apiKey: "sk-mock",
    maxRetries: 0,
    ...(more.cache === undefined ? {} : { cache: more.cache }),
    configuration: {
      fetch: internet.fetch,
      defaultHeaders: { "x-mock": words },
      ...(more.baseURL === undefined ? {} : { baseURL: more.baseURL }),
    },
  });
}

const question = "Wie spät ist es?";
const counts = "cached=1000; reasoning=50; audio-in=20; audio-out=30";

describe("a chat model", () => {
  it("whole", async () => {
    const answer = await chat(counts).invoke(question, { callbacks });
    expect(await expectTracked(tracker, internet)).toMatchObject({
      provider: "openai",
      model: "gpt-5",
      operation: "chat",
      agent: "dexter",
      success: true,
      metadata: { stopReason: "stop", responseId: answer.id },
    });
    expect(tracker.events).toHaveLength(1);
  });

  it("streamed", async () => {
    let text = "";
    for await (const chunk of await chat(counts).stream(question, { callbacks })) text += chunk.text;
    expect(text).toContain("你好, ça va 👋");
    expect(await expectTracked(tracker, internet)).toMatchObject({ model: "gpt-5", streaming: true });
    expect(tracker.last().timeToFirstTokenMs).toBeTypeOf("number");
    expect(tracker.events).toHaveLength(1);
  });

  it("asked the same twice counts the same twice, and no cached tokens on top", async () => {
    const model = chat("cached=17817");
    await model.invoke(question, { callbacks });
    await model.invoke(question, { callbacks });
    const [first, second] = tracker.events;
    expect(second!.usage).toEqual(first!.usage);
    await expectTracked(tracker, internet);
  });

  it("inside a chain is counted once, though the chain hands the handler on", async () => {
    const chain = ChatPromptTemplate.fromTemplate("{question}").pipe(chat(""));
    await chain.invoke({ question }, { callbacks });
    expect(tracker.events).toHaveLength(1);
  });

  it("with tools", async () => {
    const weather = tool(() => "sunny", { name: "weather", schema: z.object({ city: z.string() }) });
    const answer = await chat("tool").bindTools([weather]).invoke(question, { callbacks });
    expect(answer.tool_calls).toHaveLength(1);
    expect(await expectTracked(tracker, internet)).toMatchObject({ metadata: { stopReason: "tool_calls" } });
  });

  it("that answers from LangChain's cache spends nothing", async () => {
    const model = chat("", { cache: new InMemoryCache() });
    await model.invoke(question, { callbacks });
    await model.invoke(question, { callbacks });
    expect(tracker.events.map(({ cacheHit }) => cacheHit ?? false)).toEqual([false, true]);
    expect(tracker.events.map(({ usage }) => usage === undefined)).toEqual([false, true]);
  });

  it("at another's address is billed by its owner", async () => {
    const there = chat("", { baseURL: "https://openrouter.ai/api/v1", model: "anthropic/claude-sonnet-4" });
    await there.invoke(question, { callbacks });
    expect(tracker.last()).toMatchObject({ provider: "openrouter", model: "anthropic/claude-sonnet-4" });
  });

  it("that fails", async () => {
    await expect(chat("status=429").invoke(question, { callbacks })).rejects.toThrow();
    expect(tracker.last()).toMatchObject({
      success: false,
      errorType: "rate_limit",
      model: "gpt-5",
      usage: { requests: 0 },
    });
  });

  it("whose stream breaks, is aborted, or is given up", async () => {
    const read = async (words: string, signal?: AbortSignal, onChunk = () => true) => {
      const options = signal === undefined ? { callbacks } : { callbacks, signal };
      for await (const _ of await chat(words).stream(question, options)) if (!onChunk()) break;
    };
    await expect(read("reset-after=5; chunk-delay=5")).rejects.toThrow();
    expect(tracker.last()).toMatchObject({ success: false, metadata: { usageState: "absent" } });
    expect(tracker.last().metadata!["producedCharacters"]).toBeGreaterThan(0);
    const abort = new AbortController();
    let chunks = 0;
    const aborted = read("chunk-delay=2; tokens=5000", abort.signal, () => {
      if (++chunks === 5) abort.abort();
      return true;
    });
    await expect(aborted).rejects.toThrow();
    expect(tracker.last()).toMatchObject({ success: false, errorType: "aborted" });
    await read("chunk-delay=2; tokens=5000", undefined, () => ++chunks < 10);
    expect(tracker.events).toHaveLength(2);
    callbacks[0]!.flush();
    expect(tracker.events).toHaveLength(3);
    expect(tracker.last()).toMatchObject({ success: false, errorType: "aborted", model: "gpt-5" });
  });

  it("without usage", async () => {
    await chat("no-usage").invoke(question, { callbacks });
    expect(tracker.last().usage).toBeUndefined();
    expect(tracker.last()).toMatchObject({ metadata: { usageState: "absent" } });
    expect(tracker.last().metadata!["promptCharacters"]).toBeGreaterThan(0);
    expect(JSON.stringify(tracker.events)).not.toContain(question);
  });
});

it("an older kind of model", async () => {
  const model = new OpenAI({
    model: "gpt-3.5-turbo-instruct",
    apiKey: "sk-mock",
    maxRetries: 0,
    configuration: { fetch: internet.fetch },
  });
  await model.invoke(question, { callbacks }).catch(() => {});
  expect(tracker.events).toHaveLength(1);
  expect(tracker.last()).toMatchObject({ provider: "openai", operation: "text_completion" });
});

it("takes whose call it is from with() and the run", async () => {
  tracker.context = { activity: "planning" };
  await chat("").invoke(question, {
    callbacks,
    tags: ["beta"],
    metadata: { user_id: "u-1", thread_id: "t-1", story: "st-9", team: "blue" },
  });
  expect(tracker.last()).toMatchObject({
    activity: "planning",
    user: "u-1",
    session: "t-1",
    team: "blue",
    tags: { story: "st-9", beta: "true" },
  });
  expect(Object.keys(tracker.last().tags!).toSorted()).toEqual(["beta", "story"]);
});

it("a tracker that fails breaks nothing", async () => {
  const unlucky = [new OutlayCallbackHandler({ outlay: failingTracker })];
  expect((await chat("").invoke(question, { callbacks: unlucky })).text).toContain(question);
});
