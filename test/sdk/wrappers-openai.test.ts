import OpenAI, { AzureOpenAI, RateLimitError, toFile } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { withOutlay } from "../../packages/sdk/src/openai.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { CollectingTracker, comparable, expectTracked, failingTracker, mockedInternet } from "./mocked-internet.ts";

let mock: RunningMock;
let internet: ReturnType<typeof mockedInternet>;
let plain: OpenAI;
let client: OpenAI;
let tracker: CollectingTracker;

beforeAll(async () => {
  mock = await startMock();
  internet = mockedInternet(mock);
  plain = new OpenAI({ apiKey: "sk-mock", fetch: internet.fetch, maxRetries: 0 });
});
beforeEach(() => {
  tracker = new CollectingTracker();
  client = withOutlay(plain, { outlay: tracker });
});
afterAll(() => mock.stop());

const messages = [{ role: "user" as const, content: "Wie spät ist es? 👋" }];
const behaving = (words: string, headers: Record<string, string> = {}) => ({
  headers: { "x-mock": words, ...headers },
});
/** As badly cut as the wire can cut. */
const cuts = ["", "chunk-size=1", "chunk-size=7; gzip"];
const counts = "cached=1000; reasoning=50; audio-in=20; audio-out=30";
const tools = [
  {
    type: "function" as const,
    function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
  },
];

/** Knows no `stream_options`. */
const old: typeof fetch = async (input, init) => {
  if (!String(init?.body).includes("stream_options")) return internet.fetch(input, init);
  return Response.json({ error: { message: "Unrecognized request argument: stream_options" } }, { status: 400 });
};

async function collect<Piece>(stream: AsyncIterable<Piece>): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

/** What the application gets, with the wrapper as without. */
async function same<Result>(use: (openai: OpenAI) => Promise<Result>): Promise<Result> {
  const without = await use(plain);
  const withIt = await use(client);
  expect(comparable(withIt)).toEqual(comparable(without));
  return withIt;
}

describe("chat", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    const answer = await same((openai) =>
      openai.chat.completions.create({ model: "gpt-5", messages }, behaving(`${counts}; ${cut}`)),
    );
    expect(await expectTracked(tracker, internet)).toMatchObject({
      provider: "openai",
      model: "gpt-5",
      operation: "chat",
      success: true,
      metadata: { stopReason: "stop", responseId: answer.id },
    });
    expect(tracker.events).toHaveLength(1);
  });

  it.each(cuts)("streamed without asking for usage: asked for, and taken out again (%s)", async (cut) => {
    const chunks = await same(async (openai) =>
      collect(
        await openai.chat.completions.create({ model: "gpt-5", messages, stream: true }, behaving(`${counts}; ${cut}`)),
      ),
    );
    expect(chunks.some((chunk) => "usage" in chunk)).toBe(false);
    expect(await expectTracked(tracker, internet)).toMatchObject({ streaming: true, success: true });
    expect(tracker.last().usage?.cacheReadTokens).toBe(1_000);
    expect(tracker.last().timeToFirstTokenMs).toBeTypeOf("number");
    expect(tracker.last().metadata ?? {}).not.toHaveProperty("usageState");
  });

  it.each(cuts)("streamed with usage (%s)", async (cut) => {
    const chunks = await same(async (openai) =>
      collect(
        await openai.chat.completions.create(
          { model: "gpt-5", messages, stream: true, stream_options: { include_usage: true } },
          behaving(`${counts}; ${cut}`),
        ),
      ),
    );
    expect(chunks.at(-1)!.usage?.total_tokens).toBeGreaterThan(0);
    await expectTracked(tracker, internet);
  });

  it("with the stream helper and tools", async () => {
    await same(async (openai) => {
      const stream = openai.chat.completions.stream({ model: "gpt-5", messages, tools, tool_choice: "required" });
      return (await stream.finalChatCompletion()).choices;
    });
    expect(await expectTracked(tracker, internet)).toMatchObject({ metadata: { stopReason: "tool_calls" } });
  });

  it("with a tool runner: each step is a call", async () => {
    const runner = client.chat.completions.runTools(
      {
        model: "gpt-5",
        messages,
        tools: [
          {
            type: "function",
            function: {
              name: "weather",
              description: "The weather in a city",
              parse: JSON.parse,
              parameters: { type: "object", properties: { city: { type: "string" } } },
              function: () => "sunny",
            },
          },
        ],
      },
      { ...behaving("tool"), maxChatCompletions: 2 },
    );
    await runner.done().catch(() => {});
    expect(tracker.events.length).toBeGreaterThanOrEqual(2);
    expect(new Set(tracker.events.map(({ id }) => id)).size).toBe(tracker.events.length);
  });

  it("with parse, asResponse, withResponse, tee and toReadableStream", async () => {
    const request = { model: "gpt-5", messages };
    await same((openai) => openai.chat.completions.parse(request));
    const raw = await client.chat.completions.create(request).asResponse();
    expect(raw.url).toContain("/openai/v1/chat/completions");
    expect(((await raw.json()) as { object: string }).object).toBe("chat.completion");
    const { data, response, request_id } = await client.chat.completions.create(request).withResponse();
    expect([data.object, response.status, request_id]).toEqual([
      "chat.completion",
      200,
      expect.stringMatching(/^req_/),
    ]);
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const [left, right] = stream.tee();
    expect(comparable(await collect(left))).toEqual(comparable(await collect(right)));
    const readable = (await client.chat.completions.create({ ...request, stream: true })).toReadableStream();
    const lines = (await new Response(readable).text()).trim().split("\n");
    expect(lines.length).toBeGreaterThan(3);
    expect(tracker.events).toHaveLength(5);
    await expectTracked(tracker, internet);
  });

  it("without usage: what it can be estimated from", async () => {
    await client.chat.completions.create({ model: "gpt-5", messages }, behaving("no-usage"));
    expect(tracker.last()).toMatchObject({ success: true, metadata: { usageState: "absent", promptCharacters: 19 } });
    expect(tracker.last().usage).toBeUndefined();
    expect(tracker.last().metadata!["producedCharacters"]).toBeGreaterThan(0);
  });

  it("never tracks what was said", async () => {
    const secret = "a-secret-of-the-prompt";
    await client.chat.completions.create({ model: "gpt-5", messages: [{ role: "user", content: secret }] });
    await client.chat.completions
      .create({ model: "gpt-5", messages: [{ role: "user", content: secret }] }, behaving("no-usage"))
      .catch(() => {});
    expect(tracker.events).toHaveLength(2);
    expect(JSON.stringify(tracker.events)).not.toContain(secret);
  });
});

describe("other endpoints", () => {
  it.each(cuts)("responses, whole and streamed (%s)", async (cut) => {
    const request = { model: "gpt-5", input: "Hi" };
    await same((openai) => openai.responses.create(request, behaving(`${counts}; ${cut}`)));
    expect(await expectTracked(tracker, internet)).toMatchObject({ operation: "chat", serviceTier: "standard" });
    await same(async (openai) => collect(await openai.responses.create({ ...request, stream: true }, behaving(cut))));
    expect(await expectTracked(tracker, internet)).toMatchObject({ streaming: true });
  });

  it("embeddings, pictures, speech and transcription", async () => {
    await same((openai) => openai.embeddings.create({ model: "text-embedding-3-small", input: ["one", "two"] }));
    expect(await expectTracked(tracker, internet)).toMatchObject({ operation: "embedding" });
    await same((openai) => openai.images.generate({ model: "dall-e-3", prompt: "a cat", size: "1792x1024" }));
    expect(tracker.last()).toMatchObject({ operation: "image", usage: { images: 1, imageSize: "1792x1024" } });
    const sound = await client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "Hallo 👋" });
    expect((await sound.arrayBuffer()).byteLength).toBeGreaterThan(0);
    expect(tracker.last()).toMatchObject({ operation: "audio", usage: { characters: 7 } });
    const file = await toFile(Buffer.alloc(200_000), "speech.mp3");
    await same((openai) => openai.audio.transcriptions.create({ model: "whisper-1", file }));
    expect(await expectTracked(tracker, internet)).toMatchObject({ operation: "audio", model: "whisper-1" });
  });

  it("lists of models and moderations, which cost nothing, are no calls", async () => {
    await client.models.list();
    await client.moderations.create({ input: "Hi" }).catch(() => {});
    expect(tracker.events).toEqual([]);
  });
});

describe("errors", () => {
  it("are the client's own, and tracked", async () => {
    const call = client.chat.completions.create({ model: "gpt-5", messages }, behaving("status=429"));
    await expect(call).rejects.toBeInstanceOf(RateLimitError);
    expect(tracker.last()).toMatchObject({ success: false, model: "gpt-5" });
    expect(tracker.last().errorMessage).toMatch(/mock provider|limit/i);
    // Not even a fee for the request.
    expect(tracker.last().usage).toEqual({ requests: 0 });
    expect(tracker.last().metadata ?? {}).not.toHaveProperty("usageState");
  });

  it("that are retried are attempts of one call", async () => {
    const words = "status=429; retry-after=0; times=2; text=again";
    await client.chat.completions.create({ model: "gpt-5", messages }, { ...behaving(words), maxRetries: 3 });
    const [first, second, third] = tracker.events;
    expect(tracker.events.map(({ success, attempt }) => [success, attempt ?? 1])).toEqual([
      [false, 1],
      [false, 2],
      [true, 3],
    ]);
    expect([second!.metadata!["call"], third!.metadata!["call"]]).toEqual([first!.id, first!.id]);
    expect(first!.metadata ?? {}).not.toHaveProperty("call");
    await expectTracked(tracker, internet);
    // The same question again is another call.
    await client.chat.completions.create({ model: "gpt-5", messages });
    expect(tracker.last().attempt).toBe(1);
  });

  it("inside a stream", async () => {
    const stream = await client.chat.completions.create(
      { model: "gpt-5", messages, stream: true },
      behaving("error-after=3"),
    );
    await expect(collect(stream)).rejects.toThrow(/had an error/);
    expect(tracker.last()).toMatchObject({ success: false, errorType: "server_error" });
  });

  it("of the connection, in the middle and before", async () => {
    const stream = await client.chat.completions.create(
      { model: "gpt-5", messages, stream: true },
      behaving("reset-after=3; chunk-delay=5"),
    );
    await expect(collect(stream)).rejects.toThrow();
    expect(tracker.last()).toMatchObject({ success: false, metadata: { usageState: "absent" } });
    expect(tracker.last().metadata!["producedCharacters"]).toBeGreaterThan(0);
    const away = withOutlay(plain.withOptions({ baseURL: "https://nowhere.example/v1" }), { outlay: tracker });
    await expect(away.chat.completions.create({ model: "x", messages })).rejects.toThrow("Connection error");
    expect(tracker.last()).toMatchObject({ success: false, provider: "nowhere.example", model: "x" });
    expect(tracker.last().usage).toEqual({ requests: 0 });
  });

  it("of the tracker break nothing", async () => {
    const unlucky = withOutlay(plain, { outlay: failingTracker });
    const answer = await unlucky.chat.completions.create({ model: "gpt-5", messages });
    expect(answer.choices[0]!.message.content).toContain("Wie spät");
    const chunks = await collect(await unlucky.chat.completions.create({ model: "gpt-5", messages, stream: true }));
    expect(chunks.length).toBeGreaterThan(3);
  });

  it("of a server that knows no stream_options are ours, not the application's", async () => {
    const wrapped = withOutlay(plain.withOptions({ fetch: old }), { outlay: tracker });
    for (const expected of [1, 2]) {
      const stream = await wrapped.chat.completions.create({ model: "gpt-5", messages, stream: true });
      expect((await collect(stream)).length).toBeGreaterThan(3);
      expect(tracker.events).toHaveLength(expected);
    }
    expect(tracker.last()).toMatchObject({ success: true, metadata: { usageState: "absent" } });
  });
});

describe("a client that stops", () => {
  const long = behaving("chunk-delay=2; tokens=5000");

  it("in the middle is tracked with what was produced until then", async () => {
    const stream = await client.chat.completions.create({ model: "gpt-5", messages, stream: true }, long);
    let chunks = 0;
    for await (const _ of stream) if (++chunks === 5) break;
    expect(tracker.events).toHaveLength(1);
    expect(tracker.last()).toMatchObject({ success: false, errorType: "aborted", metadata: { usageState: "absent" } });
    expect(tracker.last().metadata!["producedCharacters"]).toBeGreaterThan(5);
    expect(await internet.logged()).toMatchObject({ end: "aborted" });
  });

  it("by a signal, during and before the answer", async () => {
    const abort = new AbortController();
    const stream = await client.chat.completions.create(
      { model: "gpt-5", messages, stream: true },
      { ...long, signal: abort.signal },
    );
    let chunks = 0;
    // This client ends an aborted stream quietly.
    for await (const _ of stream) if (++chunks === 5) abort.abort();
    expect(tracker.last()).toMatchObject({ success: false, errorType: "aborted" });
    const before = new AbortController();
    const slow = { ...behaving("delay=2000"), signal: before.signal };
    const call = client.chat.completions.create({ model: "gpt-5", messages }, slow);
    setTimeout(() => before.abort(), 20);
    await expect(call).rejects.toThrow(/abort/i);
    expect(tracker.events).toHaveLength(2);
    expect(tracker.last()).toMatchObject({ success: false, errorType: "aborted" });
  });
});

describe("who is billed", () => {
  it.each([
    ["https://api.groq.com/openai/v1", "groq"],
    ["https://api.mistral.ai/v1", "mistral"],
    ["https://api.deepseek.com/v1", "deepseek"],
    ["https://api.x.ai/v1", "x-ai"],
    ["https://openrouter.ai/api/v1", "openrouter"],
  ])("is the address's owner: %s", async (baseURL, provider) => {
    const there = withOutlay(plain.withOptions({ baseURL }), { outlay: tracker });
    const words = behaving("cached=100; reasoning=40");
    await there.chat.completions.create({ model: "anthropic/claude-sonnet-4", messages }, words);
    expect(await expectTracked(tracker, internet)).toMatchObject({ provider, model: "anthropic/claude-sonnet-4" });
    const stream = await there.chat.completions.create({ model: "some-model", messages, stream: true }, words);
    expect((await collect(stream)).length).toBeGreaterThan(3);
    expect(await expectTracked(tracker, internet)).toMatchObject({ provider, streaming: true });
  });

  it("is Azure for its client", async () => {
    const azure = withOutlay(
      new AzureOpenAI({
        endpoint: "https://my-company.openai.azure.com",
        apiKey: "key",
        apiVersion: "2025-04-01-preview",
        deployment: "my-gpt",
        fetch: internet.fetch,
      }),
      { outlay: tracker },
    );
    expect(azure).toBeInstanceOf(AzureOpenAI);
    await azure.chat.completions.create({ model: "my-gpt", messages });
    expect(await expectTracked(tracker, internet)).toMatchObject({ provider: "azure" });
  });

  it("is told by the model or the application at an unknown address", async () => {
    const proxy = plain.withOptions({ baseURL: "https://llm.example.com/v1" });
    await withOutlay(proxy, { outlay: tracker }).chat.completions.create({ model: "gpt-5", messages });
    expect(tracker.last()).toMatchObject({ provider: "openai", metadata: { host: "llm.example.com" } });
    await withOutlay(proxy, { outlay: tracker }).chat.completions.create({ model: "our-own", messages });
    expect(tracker.last()).toMatchObject({ provider: "llm.example.com" });
    await withOutlay(proxy, { outlay: tracker, provider: "vllm" }).chat.completions.create({
      model: "our-own",
      messages,
    });
    expect(await expectTracked(tracker, internet)).toMatchObject({ provider: "vllm" });
  });

  it("is nobody a second time behind Outlay's gateway", async () => {
    const gateway: typeof fetch = async (input, init) => {
      const response = await internet.fetch(new URL(String(input)).href.replace("/gateway/openai", ""), init);
      return new Response(response.body, {
        headers: { ...Object.fromEntries(response.headers), "x-outlay-event-id": "e" },
      });
    };
    const behind = plain.withOptions({ baseURL: "https://llm.example.com/gateway/openai/v1", fetch: gateway });
    await withOutlay(behind, { outlay: tracker }).chat.completions.create(
      { model: "gpt-5", messages },
      behaving("", { "x-outlay-user": "u-1" }),
    );
    expect(tracker.events).toEqual([]);
    expect(internet.sent.at(-1)!.headers.get("x-outlay-user")).toBe("u-1");
  });
});

describe("whose call it is", () => {
  it("says the client's wrapper, with() and the call, in this order", async () => {
    const ours = withOutlay(plain, { outlay: tracker, agent: "dexter", activity: "planning", tags: { plan: "pro" } });
    tracker.context = { activity: "planning.propose", session: "s-1", team: "red", tags: { story: "st-9" } };
    await ours.chat.completions.create(
      {
        model: "gpt-5",
        messages,
        safety_identifier: "hash-1",
        metadata: { epic: "ep-2", customer: "c-1", session_id: "other" },
      },
      behaving("", { "x-outlay-team": "blue", "x-outlay-tags": "city=Ulm" }),
    );
    expect(tracker.last()).toMatchObject({
      agent: "dexter",
      activity: "planning.propose",
      session: "s-1",
      user: "hash-1",
      customer: "c-1",
      team: "blue",
      tags: { plan: "pro", story: "st-9", epic: "ep-2", city: "Ulm" },
    });
    const { headers } = internet.sent.at(-1)!;
    expect([...headers.keys()].filter((name) => name.startsWith("x-outlay"))).toEqual([]);
    expect(headers.get("authorization")).toBe("Bearer sk-mock");
  });

  it("leaves the given client as it was", async () => {
    await plain.chat.completions.create({ model: "gpt-5", messages });
    expect(tracker.events).toEqual([]);
    expect(client).toBeInstanceOf(OpenAI);
  });
});
