import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { ConverseCommand, ThrottlingException } from "@aws-sdk/client-bedrock-runtime";
import { ApiError, GoogleGenAI } from "@google/genai";
import { APICallError, generateText } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { get, record } from "../api.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { bedrockClient } from "./bedrock-client.ts";
import { startLimited, type LimitedGateway } from "./limited-gateway.ts";

let mock: RunningMock;
let gateway: LimitedGateway;
const dataDir = mkdtempSync(join(tmpdir(), "outlay-answers-"));

beforeAll(async () => {
  mock = await startMock();
  const providers = {
    "my-servers": { baseUrl: `${mock.url}/openai` },
    bedrock: { baseUrl: `${mock.url}/bedrock` },
  };
  gateway = await startLimited(dataDir, mock.url, { env: { OUTLAY_PROVIDERS: JSON.stringify(providers) } });
});
afterAll(async () => {
  await gateway.server.stop();
  await mock.stop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  const { limits } = await get<{ limits: { id: string }[] }>(gateway.server.url, "/api/v1/limits");
  for (const { id } of limits) await gateway.remove(id);
  await fetch(`${mock.url}/mock/requests`, { method: "DELETE" });
});

/** Of what was cut off the tokens are counted first. */
const messages = [{ role: "user" as const, content: "How much is the fish?" }];
const openai = (options: object = {}) =>
  new OpenAI({ apiKey: "sk-mock", baseURL: `${gateway.url}/openai/v1`, maxRetries: 0, ...options });
const ask = (model: string, headers: Record<string, string> = {}, more: object = {}) =>
  openai()
    .chat.completions.create({ model, messages, max_tokens: 100, ...more }, { headers })
    .withResponse();

/** The error of something that must fail. */
async function failure<T>(failing: Promise<unknown>, kind: abstract new (...args: never[]) => T): Promise<T> {
  const error = await failing.then(
    () => new Error("nothing failed"),
    (caught: unknown) => caught,
  );
  if (error instanceof kind) return error;
  throw error;
}

describe("a refusal is what the provider's own client takes for its rate limit, and says everything", () => {
  const nothing = { name: "Nobody today", amountUsd: 0, period: "day" as const, filters: ["user:alice"] };
  const headers = { "x-outlay-user": "alice" };

  it("openai, which does not try again", async () => {
    const { id } = await gateway.limit(nothing);
    const client = openai({ maxRetries: 2 });
    const error = await failure(
      client.chat.completions.create({ model: "gpt-5", messages }, { headers }),
      OpenAI.RateLimitError,
    );
    expect(error.code).toBe("limit_exceeded");
    expect(error.message).toMatch(/limit "Nobody today" \(user alice, a day\) is used up: \$0 of \$0 spent.*resets 20/);
    const { limit } = error.error as { limit: Record<string, unknown> };
    expect(limit).toMatchObject({ id, name: "Nobody today", amountUsd: 0, spentUsd: 0, leasedUsd: 0, value: null });
    expect(limit["wantedUsd"]).toBeGreaterThan(0);
    expect(Date.parse(limit["resetsAt"] as string)).toBeGreaterThan(Date.now());
    expect(error.headers.get("x-should-retry")).toBe("false");
    expect(error.headers.get("x-outlay-limit-remaining-usd")).toBe("0");
    expect(await mock.requests()).toHaveLength(0);
    const explained = await get<{ refusal?: unknown }>(
      gateway.server.url,
      `/api/v1/limits/refusals/${String(limit["refusalId"])}`,
    );
    expect(JSON.stringify(explained)).toContain("Nobody today");
  });

  it("openai, streamed, and its Responses", async () => {
    await gateway.limit(nothing);
    const client = openai({ defaultHeaders: headers });
    await failure(client.chat.completions.create({ model: "gpt-5", messages, stream: true }), OpenAI.RateLimitError);
    await failure(client.responses.create({ model: "gpt-5", input: "Hi" }), OpenAI.RateLimitError);
  });

  it("anthropic", async () => {
    await gateway.limit(nothing);
    const client = new Anthropic({ apiKey: "sk-mock", baseURL: `${gateway.url}/anthropic`, defaultHeaders: headers });
    const question = { model: "claude-haiku-4-5", max_tokens: 500, messages };
    const error = await failure(client.messages.create(question), Anthropic.RateLimitError);
    expect(error.error).toMatchObject({
      type: "error",
      error: { type: "rate_limit_error", code: "limit_exceeded", limit: { name: "Nobody today" } },
    });
    await failure(client.messages.stream(question).finalMessage(), Anthropic.RateLimitError);
    expect(await mock.requests()).toHaveLength(0);
  });

  it("google", async () => {
    await gateway.limit(nothing);
    const client = new GoogleGenAI({ apiKey: "mock", httpOptions: { baseUrl: `${gateway.url}/google`, headers } });
    const question = { model: "gemini-2.5-flash", contents: "Hi" };
    const error = await failure(client.models.generateContent(question), ApiError);
    expect(error.status).toBe(429);
    expect(JSON.parse(error.message)).toMatchObject({
      error: { code: 429, status: "RESOURCE_EXHAUSTED", details: [{ reason: "limit_exceeded" }] },
    });
    await failure(client.models.generateContentStream(question), ApiError);
  });

  it("AWS", async () => {
    await gateway.limit({ ...nothing, filters: ["provider:aws"] });
    const client = bedrockClient(`${gateway.url}/bedrock`);
    const call = new ConverseCommand({
      modelId: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
      messages: [{ role: "user", content: [{ text: "Hi" }] }],
    });
    const error = await failure(client.send(call), ThrottlingException);
    expect(error.message).toContain("Nobody today");
  });

  it("the AI SDK", async () => {
    await gateway.limit(nothing);
    const model = createOpenAI({ apiKey: "mock", baseURL: `${gateway.url}/openai/v1`, headers }).chat("gpt-5");
    const error = await failure(generateText({ model, prompt: "Hi", maxRetries: 0 }), APICallError);
    expect([error.statusCode, error.message]).toEqual([429, expect.stringContaining("Nobody today")]);
  });
});

describe("what answers say", () => {
  it("what is left, what it cost, and that a limit fills; nothing of that where none applies", async () => {
    await gateway.limit({ name: "Alice, a day", amountUsd: 0.05, period: "total", filters: ["user:headers"] });
    const headers = { "x-outlay-user": "headers" };
    const answers: Headers[] = [];
    for (let calls = 0; calls < 5; calls += 1) answers.push((await ask("one-cent", headers)).response.headers);
    const of = (name: string) => answers.map((headersOfAnswer) => headersOfAnswer.get(name));
    expect(of("x-outlay-cost-usd")).toEqual(Array.from({ length: 5 }, () => "0.01"));
    expect(of("x-outlay-limit-remaining-usd")).toEqual(["0.04", "0.03", "0.02", "0.01", "0"]);
    expect(of("x-outlay-warning").slice(0, 4)).toEqual([null, null, null, null]);
    expect(of("x-outlay-warning")[4]).toContain('limit "Alice, a day" (user headers');
    await failure(ask("one-cent", headers), OpenAI.RateLimitError);

    const other = await ask("one-cent", { "x-outlay-user": "somebody-else" });
    const names = [...other.response.headers.keys()].filter((name) => name.startsWith("x-outlay-"));
    expect(names.toSorted()).toEqual(["x-outlay-cost-usd", "x-outlay-event-id"]);
  });

  it("of a limit that only warns, every call goes on", async () => {
    await gateway.limit({ name: "Only told", amountUsd: 0, period: "day", atLimit: "warn", filters: ["user:told"] });
    const { response } = await ask("one-cent", { "x-outlay-user": "told" });
    expect(response.headers.get("x-outlay-warning")).toContain("Only told");
  });

  it("a budget tells, and refuses nothing", async () => {
    await gateway.limit({ kind: "budget", amountUsd: 0, period: "day", filters: ["user:budgeted"] });
    const { response } = await ask("one-cent", { "x-outlay-user": "budgeted" });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-outlay-limit-remaining-usd")).toBeNull();
  });
});

describe("another model instead", () => {
  const headers = { "x-outlay-user": "swapped" };

  it("goes on in the body, is told in a header, and is recorded with both names", async () => {
    await gateway.limit(swapping({ "gpt-5": "one-cent" }));
    const { data, response } = await ask("gpt-5", headers, { seed: 7 });
    expect(data.model).toBe("one-cent");
    expect(response.headers.get("x-outlay-model-swapped")).toBe("one-cent");
    await (
      await recorded(response.headers.get("x-outlay-event-id")!)
    ).toMatchObject({
      model: "one-cent",
      requestedModel: "gpt-5",
      costUsd: 0.01,
    });
    const [sent] = await mock.requests();
    expect(JSON.parse(sent!.body)).toEqual({ model: "one-cent", messages, max_tokens: 100, seed: 7 });
    expect((await ask("gpt-4o-mini", headers)).response.headers.get("x-outlay-model-swapped")).toBeNull();
  });

  it("in the path, where the model stands there", async () => {
    await gateway.limit(swapping({ "gemini-2.5-pro": "gemini-2.5-flash" }));
    const client = new GoogleGenAI({ apiKey: "mock", httpOptions: { baseUrl: `${gateway.url}/google`, headers } });
    const answer = await client.models.generateContent({ model: "gemini-2.5-pro", contents: "Hi" });
    expect(answer.modelVersion).toBe("gemini-2.5-flash");
    const stream = await client.models.generateContentStream({ model: "gemini-2.5-pro", contents: "Hi" });
    for await (const { modelVersion } of stream) expect(modelVersion).toBe("gemini-2.5-flash");
  });

  it("counts what the other model costs: it fits where the first would not", async () => {
    const { id } = await gateway.limit({
      ...swapping({ "ten-dollars-out": "one-dollar-out" }),
      amountUsd: 0.0005,
      filters: ["user:fits"],
      enforcement: { strict: true, swap: { fromPercent: 0, models: { "ten-dollars-out": "one-dollar-out" } } },
    });
    const { response } = await ask("ten-dollars-out", { "x-outlay-user": "fits", "x-mock": "tokens=100" });
    expect(response.headers.get("x-outlay-model-swapped")).toBe("one-dollar-out");
    await expect.poll(() => gateway.states(id)).toMatchObject([{ spentUsd: 0.0001, leasedUsd: 0 }]);
  });
});

it("slows down as the end comes near, and says how long to wait", async () => {
  const throttle = { fromPercent: 0, callsPerMinute: 4 };
  await gateway.limit({ amountUsd: 100, period: "day", filters: ["user:slow"], enforcement: { throttle } });
  const headers = { "x-outlay-user": "slow" };
  for (let calls = 0; calls < 4; calls += 1) await ask("one-cent", headers);
  const error = await failure(ask("one-cent", headers), OpenAI.RateLimitError);
  expect(error.code).toBe("rate_limited");
  const seconds = Number(error.headers.get("retry-after"));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
});

describe("models without a price", () => {
  const headers = { "x-outlay-user": "unknown" };

  it("are refused where the limit says so, and by strict limits", async () => {
    for (const enforcement of [{ unpriced: "block" }, { strict: true }]) {
      const { id } = await gateway.limit(ofUnknown(enforcement));
      const error = await failure(ask("never-heard-of", headers), OpenAI.RateLimitError);
      expect([error.code, error.message]).toEqual(["unpriced_model", expect.stringContaining('"never-heard-of"')]);
      await gateway.remove(id);
    }
  });

  it("go on where it says so, with a warning", async () => {
    await gateway.limit(ofUnknown({ unpriced: "pass" }));
    expect((await ask("never-heard-of", headers)).response.headers.get("x-outlay-warning")).toContain("A limit");
  });

  it("are counted at the stand-in price", async () => {
    const { id } = await gateway.limit({
      ...ofUnknown({ unpriced: { standInUsdPerMillionTokens: 10 } }),
      amountUsd: 0.01,
    });
    await ask("never-heard-of", { ...headers, "x-mock": "tokens=90" });
    await expect.poll(async () => (await gateway.states(id))[0]!.spentUsd).toBeGreaterThan(0.0009);
    const error = await failure(ask("never-heard-of", headers, { max_tokens: 1_000 }), OpenAI.RateLimitError);
    expect(error.code).toBe("limit_exceeded");
  });
});

it("free models pass a used-up limit; one of one's own servers with a price of one's own is counted", async () => {
  const { id } = await gateway.limit({
    amountUsd: 0.001,
    period: "total",
    enforcement: { strict: true },
    filters: ["user:home"],
  });
  const client = openai({ baseURL: `${gateway.url}/my-servers/v1`, defaultHeaders: { "x-outlay-user": "home" } });
  const atHome = () =>
    client.chat.completions.create(
      { model: "llama-at-home", messages, max_tokens: 100 },
      { headers: { "x-mock": "tokens=100" } },
    );
  await atHome();
  await expect.poll(() => gateway.states(id)).toMatchObject([{ spentUsd: 0.001, leasedUsd: 0 }]);
  await failure(atHome(), OpenAI.RateLimitError);
  expect((await ask("free", { "x-outlay-user": "home" })).response.status).toBe(200);
});

describe("what nobody measures", () => {
  const sent = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };

  it("is refused by a strict limit; looking something up is not", async () => {
    await gateway.limit({ amountUsd: 1, period: "day", enforcement: { strict: true } });
    const answer = await batches(sent);
    expect([answer.status, await answer.json()]).toMatchObject([
      429,
      { error: { code: "unpriced_model", message: expect.stringContaining("/v1/batches costs cannot be measured") } },
    ]);
    expect((await fetch(`${gateway.url}/openai/v1/models`)).status).toBe(200);
    const count = await fetch(`${gateway.url}/anthropic/v1/messages/count_tokens`, {
      ...sent,
      body: JSON.stringify({ model: "claude-haiku-4-5", messages }),
    });
    expect(count.status).toBe(200);
  });

  it("goes on elsewhere, and leaves nothing set aside", async () => {
    const { id } = await gateway.limit({
      amountUsd: 1,
      period: "day",
      enforcement: { unpriced: { standInUsdPerMillionTokens: 10 } },
    });
    const answer = await batches(sent);
    expect(answer.status).not.toBe(429);
    await answer.arrayBuffer();
    await expect.poll(() => gateway.states(id)).toMatchObject([{ leasedUsd: 0 }]);
  });
});

it("prices what it sets aside at the tier that is asked for, and for as many answers", async () => {
  const { id } = await gateway.limit({ amountUsd: 1_000, period: "total", enforcement: { strict: true } });
  const leased = async (model: string, more: object, words = "hang"): Promise<number> => {
    const abort = new AbortController();
    const call = openai()
      .chat.completions.create(
        { model, messages, max_tokens: 1_000, ...more },
        { headers: { "x-mock": words }, signal: abort.signal },
      )
      .catch(() => {});
    await expect.poll(async () => (await gateway.states(id))[0]!.leasedUsd).toBeGreaterThan(0);
    const { leasedUsd } = (await gateway.states(id))[0]!;
    abort.abort();
    await call;
    await expect.poll(async () => (await gateway.states(id))[0]!.leasedUsd).toBe(0);
    return leasedUsd;
  };
  const usual = await leased("gpt-5", {});
  expect(await leased("gpt-5", { service_tier: "priority" })).toBeGreaterThan(usual * 1.5);
  expect(await leased("gpt-5", { service_tier: "flex" })).toBeGreaterThanOrEqual(usual);
  expect(await leased("gpt-5", { n: 3 })).toBeGreaterThan(usual * 2.5);
  expect(await leased("gpt-5", { max_tokens: undefined, max_completion_tokens: 2_000 })).toBeGreaterThan(usual * 1.8);
});

it("lets go of what was set aside when a call fails, is broken off, or its client goes", async () => {
  const { id } = await gateway.limit({ amountUsd: 10, period: "total", enforcement: { strict: true } });
  for (const words of ["status=400", "status=500", "close", "reset-after=3", "close-after=3", "malformed-after=2"]) {
    await openai({ timeout: 5_000 })
      .chat.completions.create({ model: "gpt-5", messages, stream: true }, { headers: { "x-mock": words } })
      .then(async (stream) => {
        for await (const _ of stream);
      })
      .catch(() => {});
  }
  await openai({ maxRetries: 2 }).chat.completions.create(
    { model: "gpt-5", messages: [{ role: "user", content: "again" }] },
    { headers: { "x-mock": "status=500; times=2; retry-after=0" } },
  );
  const cut = httpRequest(`${gateway.url}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": "5000" },
  });
  cut.on("error", () => {});
  cut.write('{"model":"gpt-5"');
  setTimeout(() => cut.destroy(), 100);
  const abort = new AbortController();
  const hanging = openai()
    .chat.completions.create({ model: "gpt-5", messages }, { headers: { "x-mock": "hang" }, signal: abort.signal })
    .catch(() => {});
  setTimeout(() => abort.abort(), 300);
  await hanging;
  await expect.poll(async () => (await gateway.states(id))[0]!.leasedUsd).toBe(0);
  const { totals } = await get(gateway.server.url, "/api/v1/query?metrics=cost&period=today");
  const [state] = await gateway.states(id);
  expect(state!.spentUsd).toBeCloseTo(totals["cost"]!, 9);
});

it("what clients of an id say twice is counted twice, and a refused call does not use up its id", async () => {
  const { id } = await gateway.limit({
    amountUsd: 0.03,
    period: "total",
    filters: ["user:twice"],
    enforcement: { strict: true },
  });
  const headers = { "x-outlay-user": "twice", "x-outlay-event-id": "my-own-id" };
  const first = await ask("one-cent", headers);
  const second = await ask("one-cent", headers);
  expect([first, second].map(({ response }) => response.headers.get("x-outlay-event-id"))).toEqual([
    "my-own-id",
    "my-own-id/again-2",
  ]);
  await expect.poll(() => gateway.states(id)).toMatchObject([{ spentUsd: 0.02, leasedUsd: 0 }]);
  await gateway.change(id, { amountUsd: 0.02 });
  await failure(ask("one-cent", headers), OpenAI.RateLimitError);
  await gateway.change(id, { amountUsd: 0.03 });
  const third = await ask("one-cent", headers);
  expect(third.response.headers.get("x-outlay-event-id")).toBe("my-own-id/again-3");
});

it("a call under an id that is in the ledger already is counted all the same", async () => {
  const { id } = await gateway.limit({ amountUsd: 1, period: "total", filters: ["user:reused"] });
  await record(gateway.server.url, [
    { id: "in-the-ledger", provider: "openai", model: "free", occurredAt: new Date().toISOString(), usage: {} },
  ]);
  await ask("one-cent", { "x-outlay-user": "reused", "x-outlay-event-id": "in-the-ledger" });
  await expect.poll(() => gateway.states(id)).toMatchObject([{ spentUsd: 0.01, leasedUsd: 0 }]);
});

/** A limit of a user that has calls go to other models from its first dollar on. */
function swapping(models: Record<string, string>) {
  return {
    name: "Cheaper when nearly full",
    amountUsd: 1,
    period: "total" as const,
    filters: ["user:swapped"],
    enforcement: { swap: { fromPercent: 0, models } },
  };
}

function recorded(id: string) {
  return expect.poll(() => fetch(`${gateway.server.url}/api/v1/events/${id}`).then((answer) => answer.json()));
}

function ofUnknown(enforcement: object) {
  return { amountUsd: 1, period: "total" as const, filters: ["user:unknown"], enforcement };
}

function batches(init: RequestInit): Promise<Response> {
  return fetch(`${gateway.url}/openai/v1/batches`, init);
}
