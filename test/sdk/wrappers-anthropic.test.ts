import Anthropic, { RateLimitError } from "@anthropic-ai/sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { withOutlay } from "../../packages/sdk/src/anthropic.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { CollectingTracker, comparable, expectTracked, failingTracker, mockedInternet } from "./mocked-internet.ts";

let mock: RunningMock;
let internet: ReturnType<typeof mockedInternet>;
let plain: Anthropic;
let client: Anthropic;
let tracker: CollectingTracker;

beforeAll(async () => {
  mock = await startMock();
  internet = mockedInternet(mock);
  plain = new Anthropic({ apiKey: "sk-ant-mock", fetch: internet.fetch, maxRetries: 0 });
});
beforeEach(() => {
  tracker = new CollectingTracker();
  client = withOutlay(plain, { outlay: tracker });
});
afterAll(() => mock.stop());

const asked = {
  model: "claude-haiku-4-5",
  max_tokens: 500,
  messages: [{ role: "user" as const, content: "Wie spät ist es? 👋" }],
};
const behaving = (words: string) => ({ headers: { "x-mock": words } });
const counts = "cached=1000; written=200; written-1h=50; reasoning=50; searches=2";
const cuts = ["", "chunk-size=1", "chunk-size=7; gzip"];

async function same<Result>(use: (anthropic: Anthropic) => Promise<Result>): Promise<Result> {
  const without = await use(plain);
  const withIt = await use(client);
  expect(comparable(withIt)).toEqual(comparable(without));
  return withIt;
}

async function collect<Piece>(stream: AsyncIterable<Piece>): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

describe("messages", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    const answer = await same((anthropic) => anthropic.messages.create(asked, behaving(`${counts}; ${cut}`)));
    expect(await expectTracked(tracker, internet)).toMatchObject({
      provider: "anthropic",
      model: "claude-haiku-4-5",
      metadata: { responseId: answer.id, stopReason: answer.stop_reason },
    });
    // Anthropic counts cached tokens apart; in an event they are inside the input.
    const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = answer.usage;
    expect(tracker.last().usage?.inputTokens).toBe(
      input_tokens + cache_read_input_tokens! + cache_creation_input_tokens!,
    );
  });

  it.each(cuts)("streamed (%s)", async (cut) => {
    await same(async (anthropic) =>
      collect(await anthropic.messages.create({ ...asked, stream: true }, behaving(`${counts}; ${cut}`))),
    );
    expect(await expectTracked(tracker, internet)).toMatchObject({ streaming: true, success: true });
    await same((anthropic) => anthropic.messages.stream(asked, behaving(`${counts}; ${cut}`)).finalMessage());
    await expectTracked(tracker, internet);
    expect(tracker.events).toHaveLength(2);
  });

  it("with tools, beta, parse and raw responses", async () => {
    const tools = [
      {
        name: "weather",
        input_schema: { type: "object" as const, properties: { city: { type: "string" } } },
      },
    ];
    await same((anthropic) => anthropic.messages.create({ ...asked, tools, tool_choice: { type: "any" } }));
    expect(await expectTracked(tracker, internet)).toMatchObject({ metadata: { stopReason: "tool_use" } });
    await same((anthropic) => anthropic.beta.messages.create(asked));
    await expectTracked(tracker, internet);
    const { data, response } = await client.messages.create(asked).withResponse();
    expect([data.type, response.status]).toEqual(["message", 200]);
    expect(tracker.events).toHaveLength(3);
  });

  it("counted beforehand costs nothing", async () => {
    const { max_tokens: _, ...counted } = asked;
    await client.messages.countTokens(counted);
    expect(tracker.events).toEqual([]);
  });
});

describe("errors", () => {
  it("are the client's own, and attempts of one call when retried", async () => {
    await expect(client.messages.create(asked, behaving("status=429"))).rejects.toBeInstanceOf(RateLimitError);
    expect(tracker.last()).toMatchObject({ success: false, errorType: "rate_limit_error" });
    tracker.events.length = 0;
    const words = "status=529; retry-after=0; times=1; text=again";
    await client.messages.create(asked, { ...behaving(words), maxRetries: 2 });
    expect(tracker.events.map(({ success, attempt }) => [success, attempt ?? 1])).toEqual([
      [false, 1],
      [true, 2],
    ]);
    expect(tracker.last().metadata).toMatchObject({ call: tracker.events[0]!.id });
  });

  it("in the middle of a stream keep what was counted", async () => {
    const stream = client.messages.stream(asked, behaving(`${counts}; reset-after=5; chunk-delay=5`));
    await expect(stream.finalMessage()).rejects.toThrow();
    expect(tracker.last()).toMatchObject({
      success: false,
      usage: { cacheReadTokens: 1_000 },
      metadata: { usageState: "partial" },
    });
  });

  it("of the tracker break nothing", async () => {
    const unlucky = withOutlay(plain, { outlay: failingTracker });
    expect((await unlucky.messages.create(asked)).type).toBe("message");
    expect((await unlucky.messages.stream(asked).finalMessage()).type).toBe("message");
  });
});

it("a client that stops in the middle", async () => {
  const stream = client.messages.stream(asked, behaving("chunk-delay=2; tokens=5000"));
  let seen = 0;
  stream.on("text", () => void (++seen === 5 && stream.abort()));
  await expect(stream.finalMessage()).rejects.toThrow(/abort/i);
  expect(tracker.last()).toMatchObject({ success: false, errorType: "aborted", metadata: { usageState: "partial" } });
  expect(tracker.last().metadata!["producedCharacters"]).toBeGreaterThan(5);
  expect(await internet.logged()).toMatchObject({ end: "aborted" });
});

it("leaves the given client as it was, and takes the user from the request", async () => {
  await plain.messages.create(asked);
  expect(tracker.events).toEqual([]);
  await client.messages.create({ ...asked, metadata: { user_id: "u-1" } });
  expect(tracker.last().user).toBe("u-1");
});
