import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  ThrottlingException,
  type ConverseCommandInput,
} from "@aws-sdk/client-bedrock-runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAsServed, loggedCall, measuringFetch } from "./measuring-fetch.ts";
import { startMock, type RunningMock } from "./start-mock-provider.ts";

let mock: RunningMock;
let wire: ReturnType<typeof measuringFetch>;
let words = "";
let client: BedrockRuntimeClient;

beforeAll(async () => {
  mock = await startMock();
  wire = measuringFetch(mock);
  client = new BedrockRuntimeClient({
    region: "us-east-1",
    endpoint: `${mock.url}/bedrock`,
    credentials: { accessKeyId: "mock", secretAccessKey: "mock" },
    maxAttempts: 1,
    requestHandler: { handle },
  });
});
afterAll(() => mock.stop());

/** What the client needs of a request that it has signed. */
interface SignedRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: unknown;
}

async function handle(request: SignedRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
  const { protocol, hostname, port, path, method, headers, body } = request;
  const { host: _, "content-length": __, ...sent } = headers;
  const init = { method, headers: { ...sent, "x-mock": words }, body: body as Uint8Array<ArrayBuffer> };
  const address = `${protocol}//${hostname}:${port}${path}`;
  const response = await wire.fetch(address, { ...init, signal: abortSignal ?? null });
  return {
    response: {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: response.body,
    },
  };
}

const claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const question: ConverseCommandInput = {
  modelId: claude,
  messages: [{ role: "user", content: [{ text: "Wie spät ist es?" }] }],
};
const weather = {
  toolSpec: { name: "weather", inputSchema: { json: { type: "object", properties: { city: { type: "string" } } } } },
};
const counts = "cached=1000; written=300; written-1h=100";
const cuts = ["", "chunk-size=1", "chunk-size=7"];

/** Everything that a stream of theirs says. */
async function all<Event>(stream: AsyncIterable<Event> | undefined): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream!) events.push(event);
  return events;
}

describe("Converse", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    words = `${counts}; ${cut}`;
    const answer = await client.send(new ConverseCommand(question));
    expect(answer.output?.message?.content?.[0]?.text).toContain("Wie spät ist es?");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ stopReason: "end_turn", serviceTier: "standard" });
    expect(wire.last().request.model).toBe(claude);
    expect(measured.usage?.inputTokens).toBe(answer.usage!.inputTokens! + 1_300);
  });

  it.each(cuts)("streamed, checksums included (%s)", async (cut) => {
    words = `${counts}; reasoning=50; ${cut}`;
    const { stream } = await client.send(new ConverseStreamCommand(question));
    const events = await all(stream);
    const text = events.map((event) => event.contentBlockDelta?.delta?.text ?? "").join("");
    expect(text).toContain("你好, ça va 👋");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ usageState: "complete", ended: true, stopReason: "end_turn" });
    expect(events.at(-1)?.metadata?.usage?.outputTokens).toBe(measured.usage?.outputTokens);
    expect(measured.produced.sample).toBe(`Let me think about it.${text}`);
  });

  it.each([false, true])("tools (streamed: %s)", async (streamed) => {
    words = "";
    const asked = { ...question, toolConfig: { tools: [weather], toolChoice: { any: {} } } };
    if (streamed) {
      const events = await all((await client.send(new ConverseStreamCommand(asked))).stream);
      const input = events.map((event) => event.contentBlockDelta?.delta?.toolUse?.input ?? "").join("");
      expect(JSON.parse(input)).toEqual({ city: "Köln" });
    } else {
      const answer = await client.send(new ConverseCommand(asked));
      expect(answer.output?.message?.content?.[0]?.toolUse).toMatchObject({ name: "weather", input: { city: "Köln" } });
    }
    expect(await expectAsServed(mock, wire.last())).toMatchObject({
      stopReason: "tool_use",
      produced: { sample: '{"city":"Köln"}' },
    });
  });

  it("without usage", async () => {
    words = "no-usage";
    await client.send(new ConverseCommand(question));
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "absent" });
  });

  it("refused", async () => {
    words = "status=429";
    await expect(client.send(new ConverseCommand(question))).rejects.toBeInstanceOf(ThrottlingException);
    expect(await wire.last().measured).toMatchObject({ usage: null, error: { type: "ThrottlingException" } });
  });

  it("throttled inside a stream", async () => {
    words = "error-after=5";
    const { stream } = await client.send(new ConverseStreamCommand(question));
    await expect(all(stream)).rejects.toBeInstanceOf(ThrottlingException);
    expect(await wire.last().measured).toMatchObject({ usage: null, error: { type: "throttlingException" } });
  });

  it("left in the middle", async () => {
    words = "chunk-delay=2; tokens=5000";
    const abort = new AbortController();
    const { stream } = await client.send(new ConverseStreamCommand(question), { abortSignal: abort.signal });
    let seen = 0;
    const left = (async () => {
      for await (const event of stream!) if (event.contentBlockDelta && ++seen === 5) abort.abort();
    })();
    await expect(left).rejects.toThrow();
    const measured = await wire.last().measured;
    expect(measured).toMatchObject({ usageState: "absent", ended: false });
    expect(measured.produced.characters).toBeGreaterThan(0);
    expect(await loggedCall(mock, wire.last())).toMatchObject({ end: "aborted" });
  });
});

describe.each([
  [
    "Claude",
    claude,
    `${counts}; reasoning=50`,
    { anthropic_version: "bedrock-2023-05-31", max_tokens: 500, messages: [] },
  ],
  ["Llama", "meta.llama3-1-70b-instruct-v1:0", "", { prompt: "Wie spät ist es?" }],
])("InvokeModel of %s", (_name, modelId, asked, body) => {
  const input = { modelId, contentType: "application/json", body: JSON.stringify(body) };

  it("whole", async () => {
    words = asked;
    const answer = await client.send(new InvokeModelCommand(input));
    expect(answer.body.transformToString()).toContain("你好");
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "complete" });
  });

  it.each(cuts)("streamed (%s)", async (cut) => {
    words = `${asked}; ${cut}`;
    const { body: stream } = await client.send(new InvokeModelWithResponseStreamCommand(input));
    const pieces = (await all(stream)).map(
      (event) => JSON.parse(new TextDecoder().decode(event.chunk?.bytes)) as object,
    );
    expect(pieces.at(-1)).toHaveProperty("amazon-bedrock-invocationMetrics");
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "complete", ended: true });
  });
});
