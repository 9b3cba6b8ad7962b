import OpenAI, {
  APIConnectionError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  RateLimitError,
  toFile,
} from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAsServed, loggedCall, measuringFetch } from "./measuring-fetch.ts";
import { startMock, type RunningMock } from "./start-mock-provider.ts";

let mock: RunningMock;
let wire: ReturnType<typeof measuringFetch>;
let client: OpenAI;

beforeAll(async () => {
  mock = await startMock();
  wire = measuringFetch(mock);
  client = new OpenAI({ apiKey: "sk-mock", baseURL: `${mock.url}/openai/v1`, fetch: wire.fetch, maxRetries: 0 });
});
afterAll(() => mock.stop());

const messages = [{ role: "user" as const, content: "Wie spät ist es? 👋" }];
const behaving = (words: string) => ({ headers: { "x-mock": words } });
/** As badly cut as the wire can cut. */
const cuts = ["", "chunk-size=1", "chunk-size=7; gzip"];
const tools = [
  {
    type: "function" as const,
    function: {
      name: "weather",
      parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
    },
  },
];

describe("chat", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    const words = `cached=1000; reasoning=50; audio-in=20; audio-out=30; ${cut}`;
    const answer = await client.chat.completions.create({ model: "gpt-5", messages }, behaving(words));
    expect(answer.choices[0]!.message.content).toContain("Wie spät ist es? 👋");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured.usage?.inputTokens).toBe(answer.usage?.prompt_tokens);
    expect(measured).toMatchObject({ model: "gpt-5", responseId: answer.id, stopReason: "stop", ended: true });
  });

  it.each(cuts)("streamed, asked for usage (%s)", async (cut) => {
    const stream = await client.chat.completions.create(
      { model: "gpt-5", messages, stream: true, stream_options: { include_usage: true } },
      behaving(`cached=64; written=10; ${cut}`),
    );
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toContain("你好, ça va 👋");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ usageState: "complete", ended: true, produced: { characters: text.length } });
    expect(measured.produced.sample).toBe(text);
  });

  it("streamed, not asked for usage", async () => {
    const stream = await client.chat.completions.create({ model: "gpt-5", messages, stream: true });
    for await (const _ of stream);
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "absent", ended: true });
  });

  it.each(cuts)("tools (%s)", async (cut) => {
    const stream = client.chat.completions.stream(
      { model: "gpt-5", messages, tools, tool_choice: "required", stream_options: { include_usage: true } },
      behaving(cut),
    );
    const final = await stream.finalChatCompletion();
    const call = final.choices[0]!.message.tool_calls![0]!;
    expect(call).toMatchObject({ type: "function", function: { name: "weather" } });
    expect(JSON.parse((call as { function: { arguments: string } }).function.arguments)).toEqual({
      city: "Köln",
      days: 7,
    });
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ stopReason: "tool_calls" });
  });

  it("stops at the most that may be generated", async () => {
    const answer = await client.chat.completions.create({ model: "gpt-5", messages, max_completion_tokens: 5 });
    expect(answer.choices[0]!.finish_reason).toBe("length");
    expect(answer.usage!.completion_tokens).toBe(5);
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ stopReason: "length" });
  });

  it("without usage", async () => {
    const answer = await client.chat.completions.create({ model: "gpt-5", messages }, behaving("no-usage"));
    expect(answer.usage).toBeUndefined();
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "absent" });
  });

  it("of a tier", async () => {
    await client.chat.completions.create({ model: "gpt-5", messages, service_tier: "auto" }, behaving("tier=flex"));
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ serviceTier: "flex" });
  });
});

describe("responses", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    const answer = await client.responses.create(
      { model: "gpt-5", input: "Hi" },
      behaving(`cached=10; reasoning=20; searches=2; ${cut}`),
    );
    expect(answer.output_text).toContain("You said: Hi");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ responseId: answer.id, serviceTier: "standard", usage: { searches: 2 } });
  });

  it.each(cuts)("streamed (%s)", async (cut) => {
    const stream = client.responses.stream({ model: "gpt-5", input: "Hi" }, behaving(`reasoning=20; ${cut}`));
    const final = await stream.finalResponse();
    expect(final.output_text).toContain("You said: Hi");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ usageState: "complete", ended: true });
    expect(measured.produced.sample).toBe(final.output_text);
  });

  it("tools", async () => {
    const answer = await client.responses.create(
      {
        model: "gpt-5",
        input: "Hi",
        tools: [
          {
            type: "function",
            name: "weather",
            strict: false,
            parameters: { type: "object", properties: { city: { type: "string" } } },
          },
        ],
      },
      behaving("tool"),
    );
    expect(answer.output).toMatchObject([{ type: "function_call", name: "weather", arguments: '{"city":"Köln"}' }]);
    await expectAsServed(mock, wire.last());
  });
});

describe("other endpoints", () => {
  it("embeddings", async () => {
    const answer = await client.embeddings.create({
      model: "text-embedding-3-small",
      input: ["one", "two"],
      dimensions: 256,
    });
    expect(answer.data.map(({ embedding }) => embedding.length)).toEqual([256, 256]);
    expect(answer.data[0]!.embedding).not.toEqual(answer.data[1]!.embedding);
    await expectAsServed(mock, wire.last());
  });

  it("pictures by token, whole and streamed, and by piece", async () => {
    const prompt = "a cat";
    await client.images.generate({ model: "gpt-image-1", prompt });
    await expectAsServed(mock, wire.last());
    const stream = await client.images.generate({ model: "gpt-image-1", prompt, stream: true });
    for await (const _ of stream);
    await expectAsServed(mock, wire.last());
    const answer = await client.images.generate({ model: "dall-e-3", prompt, size: "1792x1024" });
    expect(answer.data).toHaveLength(1);
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usage: { images: 1, imageSize: "1792x1024" } });
  });

  it("speech by the character", async () => {
    const sound = await client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "Hallo 👋" });
    expect((await sound.arrayBuffer()).byteLength).toBeGreaterThan(0);
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usage: { characters: 7 } });
  });

  it.each(["gpt-4o-transcribe", "whisper-1"])("transcription with %s", async (model) => {
    const file = await toFile(Buffer.alloc(200_000), "speech.mp3");
    const answer = await client.audio.transcriptions.create({ model, file });
    expect(answer.text).toBe("This is what was said.");
    expect(wire.last().request.model).toBe(model);
    await expectAsServed(mock, wire.last());
  });

  it("a list of models, which is no call", async () => {
    const before = wire.calls.length;
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toContain("gpt-5");
    expect(wire.calls.length).toBe(before);
  });
});

describe("errors", () => {
  it.each([
    [400, BadRequestError],
    [401, AuthenticationError],
    [429, RateLimitError],
    [500, InternalServerError],
    [529, InternalServerError],
  ])("of status %i are the client's own", async (status, kind) => {
    const call = client.chat.completions.create({ model: "gpt-5", messages }, behaving(`status=${status}`));
    await expect(call).rejects.toBeInstanceOf(kind);
    const measured = await wire.last().measured;
    expect(measured.usage).toBeNull();
    expect(measured.error?.message).toMatch(/mock provider|Overloaded/);
  });

  it("are retried by the client, and then go well", async () => {
    const before = wire.calls.length;
    const words = "status=429; retry-after=0; times=2; text=again";
    await client.chat.completions.create({ model: "gpt-5", messages }, { ...behaving(words), maxRetries: 3 });
    expect(wire.calls.slice(before).map(({ status }) => status)).toEqual([429, 429, 200]);
    await expectAsServed(mock, wire.last());
  });

  it("inside a stream", async () => {
    const stream = await client.chat.completions.create(
      { model: "gpt-5", messages, stream: true },
      behaving("error-after=3"),
    );
    await expect(drain(stream)).rejects.toThrow(/had an error/);
    expect(await wire.last().measured).toMatchObject({ error: { type: "server_error" }, ended: false });
  });

  it("of the connection", async () => {
    const stream = await client.chat.completions.create(
      { model: "gpt-5", messages, stream: true },
      behaving("reset-after=3; chunk-delay=5"),
    );
    await expect(drain(stream)).rejects.toThrow();
    const measured = await wire.last().measured;
    expect(measured).toMatchObject({ usageState: "absent", ended: false });
    expect(measured.produced.characters).toBeGreaterThan(0);
    expect(await loggedCall(mock, wire.last())).toMatchObject({ end: "reset" });
  });

  it("of a server that is away", async () => {
    const away = new OpenAI({ apiKey: "x", baseURL: "http://127.0.0.1:1/v1", maxRetries: 0 });
    await expect(away.chat.completions.create({ model: "x", messages })).rejects.toBeInstanceOf(APIConnectionError);
  });
});

it("a client that stops in the middle", async () => {
  const stream = await client.chat.completions.create(
    { model: "gpt-5", messages, stream: true, stream_options: { include_usage: true } },
    behaving("chunk-delay=2; tokens=5000"),
  );
  let chunks = 0;
  for await (const _ of stream) if (++chunks === 5) break;
  const measured = await wire.last().measured;
  expect(measured).toMatchObject({ usageState: "absent", ended: false, model: "gpt-5" });
  expect(measured.produced.characters).toBeGreaterThan(5);
  expect(await loggedCall(mock, wire.last())).toMatchObject({ end: "aborted" });
});

describe.each(["groq/openai", "mistral", "deepseek", "xai", "openrouter/api"])("%s", (path) => {
  const model = "some-model";
  const words = "cached=100; reasoning=40";
  const dialect = () =>
    new OpenAI({ apiKey: "x", baseURL: `${mock.url}/${path}/v1`, fetch: wire.fetch, maxRetries: 0 });

  it("whole", async () => {
    await dialect().chat.completions.create({ model, messages }, behaving(words));
    await expectAsServed(mock, wire.last());
  });

  it.each([true, false])("streamed, usage asked for: %s", async (asked) => {
    const options = asked ? { stream_options: { include_usage: true } } : {};
    const stream = await dialect().chat.completions.create(
      { model, messages, stream: true, ...options },
      behaving(`${words}; chunk-size=5`),
    );
    for await (const _ of stream);
    await expectAsServed(mock, wire.last());
  });

  it("refused", async () => {
    const call = dialect().chat.completions.create({ model, messages }, behaving("status=429"));
    await expect(call).rejects.toBeInstanceOf(RateLimitError);
    expect((await wire.last().measured).error?.message).toContain("Rate limit");
  });
});

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
