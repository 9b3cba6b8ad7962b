import { CohereClientV2, CohereError } from "cohere-ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAsServed, loggedCall, measuringFetch } from "./measuring-fetch.ts";
import { startMock, type RunningMock } from "./start-mock-provider.ts";

let mock: RunningMock;
let wire: ReturnType<typeof measuringFetch>;
let client: CohereClientV2;
const realFetch = globalThis.fetch;

beforeAll(async () => {
  mock = await startMock();
  wire = measuringFetch(mock);
  // This client takes no fetch of one's own.
  globalThis.fetch = wire.fetch;
  client = new CohereClientV2({ token: "mock", environment: `${mock.url}/cohere` });
});
afterAll(async () => {
  globalThis.fetch = realFetch;
  await mock.stop();
});

const question = { model: "command-a-03-2025", messages: [{ role: "user" as const, content: "Wie spät ist es?" }] };
const behaving = (words: string) => ({ headers: { "x-mock": words }, maxRetries: 0 });
const cuts = ["", "chunk-size=1", "chunk-size=7; gzip"];

describe("chat", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    const answer = await client.chat(question, behaving(`cached=20; ${cut}`));
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ responseId: answer.id, stopReason: "COMPLETE", ended: true });
    // The templates' tokens are not billed.
    expect(measured.usage?.inputTokens).toBe(answer.usage?.billedUnits?.inputTokens);
    expect(measured.usage?.inputTokens).toBeLessThan(answer.usage!.tokens!.inputTokens!);
  });

  it.each(cuts)("streamed (%s)", async (cut) => {
    let text = "";
    for await (const event of await client.chatStream(question, behaving(`cached=20; ${cut}`))) {
      if (event.type === "content-delta") text += event.delta?.message?.content?.text ?? "";
    }
    expect(text).toContain("你好, ça va 👋");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ usageState: "complete", ended: true, produced: { sample: text } });
  });

  it("tools", async () => {
    const weather = { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } };
    const asked = { ...question, tools: [{ type: "function" as const, function: weather }] };
    const answer = await client.chat({ ...asked, toolChoice: "REQUIRED" }, behaving(""));
    expect(answer.message.toolCalls?.[0]?.function).toEqual({ name: "weather", arguments: '{"city":"Köln"}' });
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ stopReason: "TOOL_CALL" });
  });

  it("refused", async () => {
    const failed = await client.chat(question, behaving("status=429")).catch((error: unknown) => error);
    expect(failed instanceof CohereError && failed.statusCode).toBe(429);
    expect(await wire.last().measured).toMatchObject({ usage: null, error: { type: "rate_limit" } });
  });

  it("failed inside the stream", async () => {
    for await (const _ of await client.chatStream(question, behaving("error-after=4")));
    expect(await wire.last().measured).toMatchObject({ usage: null, error: { message: "The model is overloaded." } });
  });

  it("left in the middle", async () => {
    const abort = new AbortController();
    const asked = { ...behaving("chunk-delay=2; tokens=5000"), abortSignal: abort.signal };
    let seen = 0;
    try {
      for await (const _ of await client.chatStream(question, asked)) if (++seen === 6) abort.abort();
    } catch {
      // As the client likes.
    }
    expect(await wire.last().measured).toMatchObject({ usageState: "absent", ended: false });
    expect(await loggedCall(mock, wire.last())).toMatchObject({ end: "aborted" });
  });
});

it("embeddings", async () => {
  const asked = { model: "embed-v4.0", inputType: "search_query" as const, embeddingTypes: ["float" as const] };
  await client.embed({ ...asked, texts: ["one", "two and three"] });
  expect((await expectAsServed(mock, wire.last())).usage?.inputTokens).toBeGreaterThan(0);
});

it("rerank, a search for each hundred documents", async () => {
  const documents = Array.from({ length: 201 }, (_, i) => `document ${i}`);
  await client.rerank({ model: "rerank-v3.5", query: "which?", documents });
  expect((await expectAsServed(mock, wire.last())).usage).toEqual({ searches: 3 });
});
