import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  RateLimitError,
} from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAsServed, loggedCall, measuringFetch } from "./measuring-fetch.ts";
import { startMock, type RunningMock } from "./start-mock-provider.ts";

let mock: RunningMock;
let wire: ReturnType<typeof measuringFetch>;
let client: Anthropic;

beforeAll(async () => {
  mock = await startMock();
  wire = measuringFetch(mock);
  client = new Anthropic({ apiKey: "sk-mock", baseURL: `${mock.url}/anthropic`, fetch: wire.fetch, maxRetries: 0 });
});
afterAll(() => mock.stop());

const question = {
  model: "claude-sonnet-5-5",
  max_tokens: 500,
  messages: [{ role: "user" as const, content: "Wie spät ist es?" }],
};
const behaving = (words: string) => ({ headers: { "x-mock": words } });
const counts = "cached=1000; written=300; written-1h=100; reasoning=50; searches=2";
const cuts = ["", "chunk-size=1", "chunk-size=7; gzip"];

describe("messages", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    const answer = await client.messages.create(question, behaving(`${counts}; ${cut}`));
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({
      responseId: answer.id,
      stopReason: "end_turn",
      serviceTier: "standard",
      geo: null,
    });
    expect(measured.usage?.inputTokens).toBe(answer.usage.input_tokens + 1_300);
  });

  it.each(cuts)("streamed (%s)", async (cut) => {
    const final = await client.messages.stream(question, behaving(`${counts}; ${cut}`)).finalMessage();
    expect(final.content.map(({ type }) => type)).toEqual(["thinking", "text"]);
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ usageState: "complete", ended: true, stopReason: "end_turn" });
    expect(measured.usage?.outputTokens).toBe(final.usage.output_tokens);
  });

  it.each(cuts)("tools (%s)", async (cut) => {
    const input_schema = { type: "object" as const, properties: { city: { type: "string" } } };
    const asked = { ...question, tools: [{ name: "weather", input_schema }], tool_choice: { type: "any" as const } };
    const final = await client.messages.stream(asked, behaving(cut)).finalMessage();
    expect(final.content).toMatchObject([{ type: "tool_use", name: "weather", input: { city: "Köln" } }]);
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ stopReason: "tool_use", produced: { sample: '{"city":"Köln"}' } });
  });

  it("without usage", async () => {
    await client.messages.create(question, behaving("no-usage"));
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "absent" });
  });
});

it("counting tokens, which is free", async () => {
  const { max_tokens: _, ...asked } = question;
  expect((await client.messages.countTokens(asked)).input_tokens).toBeGreaterThan(0);
  expect(wire.last().route).toMatchObject({ operation: "count_tokens", billed: false });
  await expectAsServed(mock, wire.last());
});

it("a list of models", async () => {
  expect((await client.models.list()).data.map(({ id }) => id)).toContain("claude-sonnet-5-5");
});

describe("errors", () => {
  it.each([
    [400, BadRequestError, "invalid_request_error"],
    [401, AuthenticationError, "authentication_error"],
    [429, RateLimitError, "rate_limit_error"],
    [500, InternalServerError, "api_error"],
    [529, InternalServerError, "overloaded_error"],
  ])("of status %i are the client's own", async (status, kind, type) => {
    await expect(client.messages.create(question, behaving(`status=${status}`))).rejects.toBeInstanceOf(kind);
    expect(await wire.last().measured).toMatchObject({ usage: null, error: { type } });
  });

  it("inside a stream", async () => {
    const stream = client.messages.stream(question, behaving(`${counts}; error-after=5`));
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(APIError);
    const measured = await wire.last().measured;
    expect(measured).toMatchObject({ usageState: "partial", error: { type: "overloaded_error" }, ended: false });
    expect(measured.usage).toMatchObject({ cacheReadTokens: 1_000, cacheWriteTokens: 300, cacheWrite1hTokens: 100 });
  });

  it("of the connection", async () => {
    const stream = client.messages.stream(question, behaving("reset-after=6; chunk-delay=5"));
    await expect(stream.finalMessage()).rejects.toThrow();
    expect(await wire.last().measured).toMatchObject({ usageState: "partial", ended: false });
  });
});

it("a client that stops in the middle", async () => {
  const stream = client.messages.stream(question, behaving(`${counts}; chunk-delay=2; tokens=5000`));
  let seen = 0;
  for await (const event of stream) {
    if (event.type === "content_block_delta" && ++seen === 5) break;
  }
  const measured = await wire.last().measured;
  const entry = await loggedCall(mock, wire.last());
  expect(entry.end).toBe("aborted");
  expect(measured).toMatchObject({ usageState: "partial", ended: false });
  // The prompt is known exactly from the first event; of the output only what came.
  expect(measured.usage?.inputTokens).toBe(entry.served?.inputTokens);
  expect(measured.usage?.outputTokens).toBe(1);
  expect(measured.produced.characters).toBeGreaterThan(0);
});
