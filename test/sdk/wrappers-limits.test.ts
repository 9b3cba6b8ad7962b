import Anthropic, { RateLimitError as AnthropicRateLimitError } from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI, { InternalServerError, RateLimitError } from "openai";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { withOutlay as withAnthropic } from "../../packages/sdk/src/anthropic.ts";
import { outlayFetch } from "../../packages/sdk/src/fetch.ts";
import { withOutlay as withGoogle } from "../../packages/sdk/src/google.ts";
import { LimitExceeded, LimitsUnreachable } from "../../packages/sdk/src/limit-exceeded.ts";
import type { CallLease, LimitOptions } from "../../packages/sdk/src/limit-desk.ts";
import { withOutlay } from "../../packages/sdk/src/openai.ts";
import type { CallContext } from "../../packages/sdk/src/context.ts";
import type { TrackedCall } from "../../packages/sdk/src/tracker.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { CollectingTracker, mockedInternet } from "./mocked-internet.ts";

/** Clients of providers, held to limits without the gateway. */

let mock: RunningMock;
let internet: ReturnType<typeof mockedInternet>;
beforeAll(async () => {
  mock = await startMock();
  internet = mockedInternet(mock);
});
afterAll(() => mock.stop());

/** Says yes or no as it is told, and notes what it was asked and what became of what it set aside. */
class LimitingTracker extends CollectingTracker {
  refusing: Error | null = null;
  readonly asked: { call: TrackedCall; options: LimitOptions; context: CallContext }[] = [];
  readonly ended: string[] = [];

  async lease(call: TrackedCall, options: LimitOptions = {}, context: CallContext = {}): Promise<CallLease> {
    this.asked.push({ call, options, context });
    if (this.refusing !== null) throw this.refusing;
    const end = (what: string) => () => void this.ended.push(what);
    return {
      id: call.id!,
      model: call.model,
      leasedUsd: 0.1,
      warnings: [],
      end: end("ended"),
      release: end("released"),
    };
  }
}

const exceeded = new LimitExceeded({
  id: "refusal-1",
  code: "limit_exceeded",
  message: 'The limit "each user" (user ann, a day) is used up',
  limit: {
    limitId: "limit-1",
    name: "each user",
    value: "ann",
    scope: "user ann, a day",
    amountUsd: 1,
    spentUsd: 1,
    leasedUsd: 0,
    resetsAt: "2026-11-23T00:00:00.000Z",
  },
  wantedUsd: 0.1,
  retryAfterSeconds: 3_600,
});

let tracker: LimitingTracker;
beforeEach(() => {
  tracker = new LimitingTracker();
});

const messages = [{ role: "user" as const, content: "Hello there" }];
const openai = (options: { limits?: LimitOptions } = { limits: {} }) =>
  withOutlay(new OpenAI({ apiKey: "sk-mock", fetch: internet.fetch, maxRetries: 2 }), {
    outlay: tracker,
    user: "ann",
    ...options,
  });

it("asks with whose call it is and the most that it can use, under the id that is tracked", async () => {
  await openai().chat.completions.create({ model: "gpt-5", messages, max_completion_tokens: 50, n: 2 });
  expect(tracker.asked).toHaveLength(1);
  const { call, options, context } = tracker.asked[0]!;
  expect(call).toMatchObject({ provider: "openai", model: "gpt-5", operation: "chat" });
  expect(context).toMatchObject({ user: "ann" });
  expect(options).toMatchObject({ maxOutputTokens: 100, inputTokens: expect.any(Number) });
  expect(tracker.last()).toMatchObject({ id: call.id, success: true });
  expect(tracker.ended).toEqual(["ended"]);
});

it("asks nobody unless it is wanted", async () => {
  await openai({}).chat.completions.create({ model: "gpt-5", messages });
  expect(tracker.asked).toEqual([]);
});

it("raises each client's usual error, once, and makes no call", async () => {
  tracker.refusing = exceeded;
  const before = internet.sent.length;
  const ofOpenai = await openai()
    .chat.completions.create({ model: "gpt-5", messages })
    .catch((error: unknown) => error);
  expect(ofOpenai).toBeInstanceOf(RateLimitError);
  expect(ofOpenai).toMatchObject({
    status: 429,
    code: "limit_exceeded",
    message: expect.stringContaining('The limit "each user" (user ann, a day) is used up'),
    error: { limit: { id: "limit-1", scope: "user ann, a day", spentUsd: 1, resetsAt: "2026-11-23T00:00:00.000Z" } },
  });
  const anthropic = withAnthropic(new Anthropic({ apiKey: "sk-mock", fetch: internet.fetch }), {
    outlay: tracker,
    limits: {},
  });
  const ofAnthropic = await anthropic.messages
    .create({ model: "claude-haiku-4-5", messages, max_tokens: 10 })
    .catch((error: unknown) => error);
  expect(ofAnthropic).toBeInstanceOf(AnthropicRateLimitError);
  expect(String(ofAnthropic)).toContain("is used up");
  const google = withGoogle(new GoogleGenAI({ apiKey: "mock" }), { outlay: tracker, limits: {} });
  await expect(google.models.generateContent({ model: "gemini-2.5-flash", contents: "Hello" })).rejects.toMatchObject({
    status: 429,
    message: expect.stringContaining("is used up"),
  });
  expect(tracker.asked).toHaveLength(3);
  expect(tracker.events).toEqual([]);
  expect(internet.sent.length).toBe(before);
});

it("holds the call back when the limits cannot be asked and that is wanted; whatever else fails breaks nothing", async () => {
  tracker.refusing = new LimitsUnreachable("nobody answers");
  await expect(openai().chat.completions.create({ model: "gpt-5", messages })).rejects.toBeInstanceOf(
    InternalServerError,
  );
  tracker.refusing = new Error("a tracker that fails");
  await openai().chat.completions.create({ model: "gpt-5", messages });
  expect(tracker.events).toHaveLength(1);
});

it("lets go of what the provider refuses, and keeps what a stream has set aside until it ends", async () => {
  const limited = outlayFetch(internet.fetch, { outlay: tracker, limits: {} });
  const send = (words: string, body: object) =>
    limited("https://api.openai.com/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer sk-mock", "x-mock": words },
      body: JSON.stringify({ model: "gpt-5", messages, ...body }),
    });
  await (await send("status=429", {})).text();
  expect(tracker.ended).toEqual(["released"]);
  const stream = await send("", { stream: true });
  expect(tracker.ended).toEqual(["released"]);
  await stream.text();
  expect(tracker.ended).toEqual(["released", "ended"]);
});
