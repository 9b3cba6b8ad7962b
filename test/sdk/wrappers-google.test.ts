import { ApiError, GoogleGenAI, type GenerateContentParameters } from "@google/genai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { withOutlay } from "../../packages/sdk/src/google.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { CollectingTracker, comparable, expectTracked, failingTracker, mockedInternet } from "./mocked-internet.ts";

let mock: RunningMock;
let internet: ReturnType<typeof mockedInternet>;
let plain: GoogleGenAI;
let client: GoogleGenAI;
let tracker: CollectingTracker;

beforeAll(async () => {
  mock = await startMock();
  internet = mockedInternet(mock);
  plain = new GoogleGenAI({ apiKey: "mock", httpOptions: { fetch: internet.fetch } });
});
beforeEach(() => {
  tracker = new CollectingTracker();
  client = withOutlay(new GoogleGenAI({ apiKey: "mock", httpOptions: { fetch: internet.fetch } }), { outlay: tracker });
});
afterAll(() => mock.stop());

function asking(words: string): GenerateContentParameters {
  return {
    model: "gemini-2.5-flash",
    contents: "Wie spät ist es?",
    config: { httpOptions: { headers: { "x-mock": words } } },
  };
}
const counts = "cached=1000; reasoning=50; audio-in=20; audio-out=30";
const cuts = ["", "chunk-size=1", "chunk-size=7; gzip"];

async function same<Result>(use: (ai: GoogleGenAI) => Promise<Result>): Promise<Result> {
  const without = await use(plain);
  const withIt = await use(client);
  expect(comparable({ ...withIt, sdkHttpResponse: null })).toEqual(comparable({ ...without, sdkHttpResponse: null }));
  return withIt;
}

async function textsOf(stream: AsyncIterable<{ text?: string | undefined }>): Promise<string[]> {
  const texts: string[] = [];
  for await (const piece of stream) texts.push(piece.text ?? "");
  return texts;
}

describe("models", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    await same((ai) => ai.models.generateContent(asking(`${counts}; tier=flex; ${cut}`)));
    expect(await expectTracked(tracker, internet)).toMatchObject({
      provider: "google",
      model: "gemini-2.5-flash",
      serviceTier: "flex",
      metadata: { stopReason: "STOP" },
    });
  });

  it.each(cuts)("streamed (%s)", async (cut) => {
    const stream = await client.models.generateContentStream(asking(`${counts}; ${cut}`));
    expect((await textsOf(stream)).join("")).toContain("你好, ça va 👋");
    expect(await expectTracked(tracker, internet)).toMatchObject({ streaming: true, success: true });
    expect(tracker.events).toHaveLength(1);
  });

  it("chats, whose every message is a call", async () => {
    const chat = client.chats.create({ model: "gemini-2.5-flash" });
    expect((await chat.sendMessage({ message: "Hi" })).text).toContain("Hi");
    await expectTracked(tracker, internet);
    expect((await textsOf(await chat.sendMessageStream({ message: "And?" }))).length).toBeGreaterThan(1);
    await expectTracked(tracker, internet);
    expect(tracker.events).toHaveLength(2);
  });

  it("embeddings and counting, which costs nothing", async () => {
    await same((ai) => ai.models.embedContent({ model: "gemini-embedding-001", contents: ["one", "two"] }));
    expect(await expectTracked(tracker, internet)).toMatchObject({ operation: "embedding" });
    await client.models.countTokens({ model: "gemini-2.5-flash", contents: "Hi" });
    expect(tracker.events).toHaveLength(1);
  });

  it("without usage", async () => {
    await client.models.generateContent(asking("no-usage"));
    expect(tracker.last()).toMatchObject({ metadata: { usageState: "absent", promptCharacters: 16 } });
  });
});

describe("errors", () => {
  it("are the client's own, and attempts of one call when retried", async () => {
    await expect(client.models.generateContent(asking("status=429"))).rejects.toBeInstanceOf(ApiError);
    expect(tracker.last()).toMatchObject({ success: false, errorType: "RESOURCE_EXHAUSTED" });
    tracker.events.length = 0;
    const again = { ...asking("status=503; times=1; text=again"), contents: "Once more" };
    again.config!.httpOptions!.retryOptions = { attempts: 3, initialDelay: 0.01, jitter: 0 };
    await client.models.generateContent(again);
    expect(tracker.events.map(({ success, attempt }) => [success, attempt ?? 1])).toEqual([
      [false, 1],
      [true, 2],
    ]);
    expect(tracker.last().metadata).toMatchObject({ call: tracker.events[0]!.id });
  });

  it("in the middle of a stream keep what was counted", async () => {
    const stream = await client.models.generateContentStream(asking(`${counts}; reset-after=6; chunk-delay=5`));
    await expect(textsOf(stream)).rejects.toThrow();
    expect(tracker.last()).toMatchObject({
      success: false,
      usage: { cacheReadTokens: 1_000 },
      metadata: { usageState: "partial" },
    });
  });

  it("of the tracker break nothing", async () => {
    const unlucky = withOutlay(new GoogleGenAI({ apiKey: "mock", httpOptions: { fetch: internet.fetch } }), {
      outlay: failingTracker,
    });
    expect((await unlucky.models.generateContent(asking(""))).text).toContain("Wie spät");
  });
});

it("a client that stops in the middle", async () => {
  const abort = new AbortController();
  const asked = asking("chunk-delay=2; tokens=5000");
  asked.config!.abortSignal = abort.signal;
  let seen = 0;
  const drained = (async () => {
    for await (const _ of await client.models.generateContentStream(asked)) if (++seen === 5) abort.abort();
  })();
  await expect(drained).rejects.toThrow();
  expect(tracker.last()).toMatchObject({ success: false, errorType: "aborted", metadata: { usageState: "partial" } });
  expect(await internet.logged()).toMatchObject({ end: "aborted" });
});

it("watches a client once, however often it is wrapped", async () => {
  const other = new CollectingTracker();
  expect(withOutlay(client, { outlay: other, activity: "search" })).toBe(client);
  await client.models.generateContent(asking(""));
  expect(tracker.events).toHaveLength(0);
  expect(other.events).toMatchObject([{ activity: "search" }]);
  expect(() => withOutlay({}, { outlay: other })).toThrow(/no GoogleGenAI/);
});

it("watches the client of before version 3, which took no fetch", async () => {
  const apiClient = {
    apiCall: (url: string, init: RequestInit, method: string) => internet.fetch(url, { ...init, method }),
  };
  const old = { apiClient };
  withOutlay(old, { outlay: tracker });
  const url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent";
  const body = JSON.stringify({ contents: [{ parts: [{ text: "Hi" }] }] });
  const answer = await apiClient.apiCall(url, { body, headers: { "content-type": "application/json" } }, "POST");
  expect(await answer.json()).toHaveProperty("candidates");
  expect(await expectTracked(tracker, internet)).toMatchObject({ provider: "google", model: "gemini-2.5-flash" });
});
