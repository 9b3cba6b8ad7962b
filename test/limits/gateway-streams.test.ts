import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import {
  type BedrockRuntimeClient,
  ConverseStreamCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { GoogleGenAI } from "@google/genai";
import { streamText } from "ai";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { bedrockClient } from "./bedrock-client.ts";
import { startLimited, type LimitedGateway } from "./limited-gateway.ts";

let mock: RunningMock;
let gateway: LimitedGateway;
const dataDir = mkdtempSync(join(tmpdir(), "outlay-streams-"));

/** Longer than any limit here has room for. */
const LONG = "tokens=9000; chunk-delay=1";
const AMOUNT_USD = 0.035;
/** The counting of tokens has to start first. */
const WAIT = { timeout: 20_000 };
const messages = [{ role: "user" as const, content: "How much is the fish?" }];

beforeAll(async () => {
  mock = await startMock();
  const providers = {
    bedrock: { baseUrl: `${mock.url}/bedrock` },
    ollama: { baseUrl: `${mock.url}/ollama`, billedAs: "openai" },
  };
  gateway = await startLimited(dataDir, mock.url, { env: { OUTLAY_PROVIDERS: JSON.stringify(providers) } });
  await gateway.limit({
    name: "Each session some cents",
    amountUsd: AMOUNT_USD,
    period: "total",
    each: "session",
    enforcement: { whenStreamRunsOut: "end" },
  });
});
afterAll(async () => {
  await gateway.server.stop();
  await mock.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const openai = () => new OpenAI({ apiKey: "mock", baseURL: `${gateway.url}/openai/v1`, maxRetries: 0 });

let sessions = 0;

/** Headers of a call in a session of its own. */
function inSession(words = LONG): { headers: Record<string, string>; session: string } {
  sessions += 1;
  const session = `session-${sessions}`;
  return { session, headers: { "x-outlay-session": session, "x-cell": session, "x-mock": words } };
}

/** The call has ended where its limit did: what it produced is recorded, and nothing is set aside any more. */
async function expectEnded(session: string, text: string): Promise<void> {
  expect(text.length).toBeGreaterThan(200);
  const address = `${gateway.server.url}/api/v1/events?limit=5&period=all&filter=session:${session}`;
  const read = async () => ((await (await fetch(address)).json()) as { events: Record<string, unknown>[] }).events;
  const [event] = await vi.waitFor(async () => {
    const found = await read();
    expect(found).toHaveLength(1);
    return found;
  }, WAIT);
  expect(event).toMatchObject({ success: false, errorType: "limit_exceeded", basis: "estimated", streaming: true });
  expect(event!["costUsd"]).toBeGreaterThan(AMOUNT_USD * 0.3);
  expect(event!["costUsd"]).toBeLessThan(AMOUNT_USD * 1.5);
  const usage = event!["usage"] as { outputTokens: number };
  expect(usage.outputTokens).toBeLessThan(8_900);
  await vi.waitFor(async () => {
    const sent = (await mock.requests()).find(({ headers }) => headers["x-cell"] === session);
    expect(sent!.end).toBe("aborted");
  }, WAIT);
}

describe.concurrent("a stream that has used up its limit ends as if it had reached its most tokens", () => {
  it("openai, chat", async () => {
    const { session, headers } = inSession();
    const stream = openai().chat.completions.stream(
      { model: "ten-dollars-out", messages, stream_options: { include_usage: true } },
      { headers },
    );
    const answer = await stream.finalChatCompletion();
    expect(answer.choices[0]!.finish_reason).toBe("length");
    expect(answer.usage!.completion_tokens).toBeGreaterThan(100);
    await expectEnded(session, answer.choices[0]!.message.content!);
  });

  it("openai, chat, usage not asked for, pieces cut anywhere", async () => {
    const { session, headers } = inSession(`${LONG}; chunk-size=37`);
    const stream = await openai().chat.completions.create(
      { model: "ten-dollars-out", messages, stream: true },
      { headers },
    );
    let text = "";
    let reason = null;
    for await (const { choices, usage } of stream) {
      expect(usage ?? null).toBeNull();
      text += choices[0]!.delta.content ?? "";
      reason = choices[0]!.finish_reason;
    }
    expect(reason).toBe("length");
    await expectEnded(session, text);
  });

  it("openai, responses", async () => {
    const { session, headers } = inSession();
    const stream = await openai().responses.create(
      { model: "ten-dollars-out", input: "Hi", stream: true },
      { headers },
    );
    let text = "";
    let last;
    for await (const event of stream) {
      if (event.type === "response.output_text.delta") text += event.delta;
      last = event;
    }
    expect(last).toMatchObject({
      type: "response.incomplete",
      response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } },
    });
    await expectEnded(session, text);
  });

  it("anthropic", async () => {
    const { session, headers } = inSession();
    const client = new Anthropic({ apiKey: "mock", baseURL: `${gateway.url}/anthropic`, maxRetries: 0 });
    const message = await client.messages
      .stream({ model: "claude-haiku-4-5", max_tokens: 9_000, messages }, { headers })
      .finalMessage();
    expect(message.stop_reason).toBe("max_tokens");
    await expectEnded(session, message.content.map((block) => (block.type === "text" ? block.text : "")).join(""));
  });

  it.each([undefined, "json"])("google, as events and as a list (%s)", async (way) => {
    const { session, headers } = inSession("tokens=20000");
    if (way === "json") {
      const answer = await fetch(`${gateway.url}/google/v1beta/models/gemini-2.5-flash:streamGenerateContent`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ contents: [{ role: "user", parts: [{ text: "Hi" }] }] }),
      });
      const pieces = (await answer.json()) as {
        candidates: { finishReason?: string; content: { parts: { text: string }[] } }[];
      }[];
      expect(pieces.at(-1)!.candidates[0]!.finishReason).toBe("MAX_TOKENS");
      await expectEndedLong(session, pieces.map((piece) => piece.candidates[0]!.content.parts[0]!.text).join(""));
      return;
    }
    const client = new GoogleGenAI({ apiKey: "mock", httpOptions: { baseUrl: `${gateway.url}/google`, headers } });
    const stream = await client.models.generateContentStream({ model: "gemini-2.5-flash", contents: "Hi" });
    let text = "";
    let reason;
    for await (const { candidates } of stream) {
      text += candidates![0]!.content?.parts?.[0]?.text ?? "";
      reason = candidates![0]!.finishReason;
    }
    expect(reason).toBe("MAX_TOKENS");
    await expectEndedLong(session, text);
  });

  it("ollama, a line for each piece", async () => {
    const { session, headers } = inSession();
    const client = new Ollama({ host: `${gateway.url}/ollama`, headers });
    let text = "";
    let last;
    for await (const part of await client.chat({ model: "ten-dollars-out", messages, stream: true })) {
      text += part.message.content;
      last = part;
    }
    expect(last).toMatchObject({ done: true, done_reason: "length" });
    await expectEnded(session, text);
  });

  it("AWS: converse, and the maker's own language", async () => {
    const modelId = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    const first = inSession().session;
    const converse = new ConverseStreamCommand({ modelId, messages: [{ role: "user", content: [{ text: "Hi" }] }] });
    let text = "";
    let reason;
    for await (const event of (await awsClient(first).send(converse)).stream!) {
      text += event.contentBlockDelta?.delta?.text ?? "";
      reason = event.messageStop?.stopReason ?? reason;
    }
    expect(reason).toBe("max_tokens");
    await expectEnded(first, text);

    const second = inSession().session;
    const body = JSON.stringify({ anthropic_version: "bedrock-2023-05-31", max_tokens: 9_000, messages });
    const invoke = new InvokeModelWithResponseStreamCommand({ modelId, body });
    const events: { type: string; delta?: { text?: string; stop_reason?: string } }[] = [];
    for await (const { chunk } of (await awsClient(second).send(invoke)).body!) {
      events.push(JSON.parse(Buffer.from(chunk!.bytes!).toString()) as (typeof events)[number]);
    }
    expect(events.slice(-3).map(({ type }) => type)).toEqual(["content_block_stop", "message_delta", "message_stop"]);
    expect(events.at(-2)!.delta!.stop_reason).toBe("max_tokens");
    await expectEnded(second, events.map(({ delta }) => delta?.text ?? "").join(""));
  });

  it.each([
    [
      "openai chat",
      () => createOpenAI({ apiKey: "mock", baseURL: `${gateway.url}/openai/v1` }).chat("ten-dollars-out"),
    ],
    [
      "openai responses",
      () => createOpenAI({ apiKey: "mock", baseURL: `${gateway.url}/openai/v1` }).responses("ten-dollars-out"),
    ],
    [
      "anthropic",
      () => createAnthropic({ apiKey: "mock", baseURL: `${gateway.url}/anthropic/v1` })("claude-haiku-4-5"),
    ],
  ])("the AI SDK with %s", async (_, model) => {
    const { session, headers } = inSession();
    const result = streamText({ model: model(), prompt: "Hi", maxRetries: 0, headers });
    const [text, reason] = [await result.text, await result.finishReason];
    expect(reason).toBe("length");
    await expectEnded(session, text);
  });
});

/** Gemini says its counts as it goes, and costs less: much is produced for a cent. */
async function expectEndedLong(session: string, text: string): Promise<void> {
  expect(text.length).toBeGreaterThan(200);
  const address = `${gateway.server.url}/api/v1/events?limit=5&period=all&filter=session:${session}`;
  const read = async () => ((await (await fetch(address)).json()) as { events: Record<string, unknown>[] }).events;
  await vi.waitFor(async () => {
    expect(await read()).toMatchObject([{ success: false, errorType: "limit_exceeded" }]);
  }, WAIT);
}

it("a stream may finish where its limit says so, and what is set aside grows with it", async () => {
  const { id } = await gateway.limit({
    amountUsd: 0.02,
    period: "total",
    filters: ["user:finishing"],
    enforcement: { whenStreamRunsOut: "finish" },
  });
  const client = new OpenAI({ apiKey: "mock", baseURL: `${gateway.url}/openai/v1`, maxRetries: 0 });
  const headers = { "x-outlay-user": "finishing", "x-mock": "tokens=2500; chunk-delay=1" };
  const stream = await client.chat.completions.create(
    { model: "ten-dollars-out", messages, stream: true },
    { headers },
  );
  let reason = null;
  let most = 0;
  let pieces = 0;
  for await (const { choices } of stream) {
    reason = choices[0]!.finish_reason;
    pieces += 1;
    if (pieces % 500 === 0) most = Math.max(most, (await gateway.states(id))[0]!.leasedUsd);
  }
  expect(reason).toBe("stop");
  expect(most).toBeGreaterThan(0);
  await expect.poll(() => gateway.states(id)).toMatchObject([{ spentUsd: 0.025, leasedUsd: 0 }]);
});

it("a stream that fits goes through byte for byte as without limits", async () => {
  const limited = await seededStream(inSession("tokens=200").headers);
  expect(limited).toContain("[DONE]");
  expect(limited).toBe(await seededStream({ "x-mock": "tokens=200" }));
});

/** The bytes of a stream that is always the same, without its id and the time. */
async function seededStream(headers: Record<string, string>): Promise<string> {
  const answer = await fetch(`${gateway.url}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "one-dollar-out", messages, stream: true, seed: 3 }),
  });
  return (await answer.text()).replaceAll(/"id":"[^"]*"/g, "").replaceAll(/"created":\d+/g, "");
}

function awsClient(session: string): BedrockRuntimeClient {
  const made = bedrockClient(`${gateway.url}/bedrock`, LONG);
  made.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      Object.assign(headers, { "x-outlay-session": session, "x-cell": session });
      return next(args);
    },
    { step: "build" },
  );
  return made;
}
