import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type, type GenerateContentParameters } from "@google/genai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAsServed, loggedCall, measuringFetch } from "./measuring-fetch.ts";
import { startMock, type RunningMock } from "./start-mock-provider.ts";

let mock: RunningMock;
let wire: ReturnType<typeof measuringFetch>;
let client: GoogleGenAI;
const realFetch = globalThis.fetch;

beforeAll(async () => {
  mock = await startMock();
  wire = measuringFetch(mock);
  // This client takes no fetch of one's own.
  globalThis.fetch = wire.fetch;
  client = new GoogleGenAI({ apiKey: "mock", httpOptions: { baseUrl: `${mock.url}/google` } });
});
afterAll(async () => {
  globalThis.fetch = realFetch;
  await mock.stop();
});

function asking(words: string): GenerateContentParameters {
  return {
    model: "gemini-2.5-flash",
    contents: "Wie spät ist es?",
    config: { httpOptions: { headers: { "x-mock": words } } },
  };
}
const counts = "cached=1000; reasoning=50; audio-in=20; audio-out=30";
const cuts = ["", "chunk-size=1", "chunk-size=7; gzip"];

describe("generateContent", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    const answer = await client.models.generateContent(asking(`${counts}; tier=flex; ${cut}`));
    expect(answer.text).toContain("Wie spät ist es?");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ model: "gemini-2.5-flash", stopReason: "STOP", serviceTier: "flex" });
    const { candidatesTokenCount = 0, thoughtsTokenCount = 0 } = answer.usageMetadata!;
    expect(measured.usage?.outputTokens).toBe(candidatesTokenCount + thoughtsTokenCount);
  });

  it.each(cuts)("streamed (%s)", async (cut) => {
    let text = "";
    for await (const chunk of await client.models.generateContentStream(asking(`${counts}; ${cut}`)))
      text += chunk.text ?? "";
    expect(text).toContain("你好, ça va 👋");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ usageState: "complete", ended: true });
    expect(measured.produced.sample).toBe(text);
  });

  it("streamed as a JSON list", async () => {
    const url = `${mock.url}/google/v1beta/models/gemini-2.5-flash:streamGenerateContent`;
    const body = JSON.stringify({ contents: [{ parts: [{ text: "Hi" }] }] });
    const headers = { "content-type": "application/json", "x-mock": `${counts}; chunk-size=3` };
    const answer = (await (await wire.fetch(url, { method: "POST", body, headers })).json()) as unknown[];
    expect(answer.length).toBeGreaterThan(5);
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "complete", ended: true });
  });

  it("tools", async () => {
    const asked = asking("");
    asked.config = {
      ...asked.config,
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
      tools: [
        {
          functionDeclarations: [
            { name: "weather", parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } } },
          ],
        },
      ],
    };
    const answer = await client.models.generateContent(asked);
    expect(answer.functionCalls).toMatchObject([{ name: "weather", args: { city: "Köln" } }]);
    await expectAsServed(mock, wire.last());
  });

  it("with a grounded prompt", async () => {
    await client.models.generateContent({ ...asking("searches=3"), model: "gemini-3-pro-preview" });
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usage: { searches: 3 } });
  });

  it("without usage", async () => {
    await client.models.generateContent(asking("no-usage"));
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "absent" });
  });
});

it("embeddings", async () => {
  const answer = await client.models.embedContent({ model: "gemini-embedding-001", contents: ["one", "two"] });
  expect(answer.embeddings).toHaveLength(2);
  expect(wire.last().route.operation).toBe("embedding");
  await expectAsServed(mock, wire.last());
});

it("counting tokens, which is free", async () => {
  const { totalTokens } = await client.models.countTokens({ model: "gemini-2.5-flash", contents: "Hi" });
  expect(totalTokens).toBeGreaterThan(0);
  expect(wire.last().route.billed).toBe(false);
});

describe("errors", () => {
  it.each([
    [400, "INVALID_ARGUMENT"],
    [401, "UNAUTHENTICATED"],
    [429, "RESOURCE_EXHAUSTED"],
    [500, "INTERNAL"],
  ])("of status %i are the client's own", async (status, type) => {
    const call = client.models.generateContent(asking(`status=${status}`));
    await expect(call).rejects.toBeInstanceOf(ApiError);
    await expect(call).rejects.toMatchObject({ status });
    expect(await wire.last().measured).toMatchObject({ usage: null, error: { type } });
  });

  it("of the connection", async () => {
    const stream = await client.models.generateContentStream(asking(`${counts}; reset-after=6; chunk-delay=5`));
    const drained = (async () => {
      for await (const _ of stream);
    })();
    await expect(drained).rejects.toThrow();
    const measured = await wire.last().measured;
    expect(measured).toMatchObject({ usageState: "partial", ended: false });
    expect(measured.usage).toMatchObject({ cacheReadTokens: 1_000, reasoningTokens: 50 });
  });
});

it("a client that stops in the middle", async () => {
  const abort = new AbortController();
  const asked = asking("chunk-delay=2; tokens=5000");
  asked.config!.abortSignal = abort.signal;
  const stream = await client.models.generateContentStream(asked);
  let seen = 0;
  const drained = (async () => {
    for await (const _ of stream) if (++seen === 5) abort.abort();
  })();
  await expect(drained).rejects.toThrow();
  const measured = await wire.last().measured;
  expect(measured).toMatchObject({ usageState: "partial", ended: false });
  expect(measured.usage?.outputTokens).toBeGreaterThan(0);
  expect(await loggedCall(mock, wire.last())).toMatchObject({ end: "aborted" });
});
