import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, it } from "vitest";

import { providersAt, startGateway, type RunningGateway } from "./gateway/start-gateway.ts";

/** Outlay's keys in the hands of the providers' own clients: what goes out, what is recorded, and what stops. */

const secrets = { openai: "sk-live-openai-0001", anthropic: "sk-ant-live-0002", google: "AIzaLive0003-000000" };
let provider: Server;
let gateway: RunningGateway;
let token: string;
/** What the provider received last. */
let received: { url: string; headers: IncomingHttpHeaders };

beforeAll(async () => {
  provider = createServer((incoming, outgoing) => {
    received = { url: incoming.url ?? "", headers: incoming.headers };
    incoming.resume();
    outgoing.setHeader("content-type", "application/json").end(JSON.stringify(answerTo(received.url)));
  }).listen(0, "127.0.0.1");
  await once(provider, "listening");
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  gateway = await startGateway({ env: providersAt({ openai: url, anthropic: url, google: url }) });
  for (const [name, key] of Object.entries(secrets))
    await send("PUT", "/api/v1/provider-keys", { provider: name, key });
  ({ token } = await makeKey({ attribution: { user: "ann", project: "shop", tags: { plan: "gold" } } }));
});

afterAll(async () => {
  await gateway.stop();
  provider.close();
});

function answerTo(url: string): object {
  if (url.includes("/messages")) {
    return {
      type: "message",
      model: "claude-haiku-5-5",
      content: [{ type: "text", text: "Hi" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 9, output_tokens: 5 },
    };
  }
  if (url.includes(":generateContent")) {
    return {
      candidates: [{ content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 5, totalTokenCount: 14 },
      modelVersion: "gemini-2.5-flash",
    };
  }
  return {
    id: "c-1",
    object: "chat.completion",
    model: "gpt-5",
    choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
  };
}

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const answer = await fetch(gateway.server.url + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBe(200);
  return answer;
}

async function makeKey(wanted: object): Promise<{ token: string; id: string }> {
  const answer = await send("POST", "/api/v1/keys", { name: "shop backend", ...wanted });
  const made = (await answer.json()) as { token: string; key: { id: string } };
  return { token: made.token, id: made.key.id };
}

const messages = [{ role: "user" as const, content: "Hello" }];

function ask(apiKey: string) {
  return new OpenAI({ apiKey, baseURL: `${gateway.url}/openai/v1`, maxRetries: 0 }).chat.completions.create({
    model: "gpt-5",
    messages,
  });
}

async function askClaude(apiKey: string): Promise<void> {
  const client = new Anthropic({ apiKey, baseURL: `${gateway.url}/anthropic`, maxRetries: 0 });
  await client.messages.create({ model: "claude-haiku-5-5", max_tokens: 10, messages });
}

async function askGemini(apiKey: string): Promise<void> {
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${gateway.url}/google` } });
  await client.models.generateContent({ model: "gemini-2.5-flash", contents: "Hello" });
}

it.each([
  ["openai", (key: string) => ask(key), { authorization: `Bearer ${secrets.openai}` }],
  ["anthropic", askClaude, { "x-api-key": secrets.anthropic }],
  ["google", askGemini, { "x-goog-api-key": secrets.google }],
] as const)(
  "the client of %s works with a key of Outlay's, and the provider sees its own",
  async (name, call, sent) => {
    await call(token);
    expect(received.headers).toMatchObject(sent);
    expect(JSON.stringify(received)).not.toContain(token);
    const [recorded] = await gateway.recorded(1);
    expect(recorded).toMatchObject({
      credential: "shop backend",
      user: "ann",
      project: "shop",
      tags: { plan: "gold" },
      usage: { inputTokens: 9, outputTokens: 5 },
    });
    expect(recorded!.provider).toBe(name);
  },
);

it("a key in the query goes no further either", async () => {
  const path = `/v1beta/models/gemini-2.5-flash:generateContent?key=${token}`;
  const answer = await fetch(`${gateway.url}/google${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ contents: [{ parts: [{ text: "Hello" }] }] }),
  });
  expect(answer.status).toBe(200);
  expect(received.headers["x-goog-api-key"]).toBe(secrets.google);
  expect(received.url).not.toContain("key=");
  expect((await gateway.recorded(1))[0]).toMatchObject({ credential: "shop backend", user: "ann" });
});

it("a revoked key stops at once", async () => {
  const { token: old, id } = await makeKey({});
  await ask(old);
  await send("DELETE", `/api/v1/keys/${id}`);
  await expect(ask(old)).rejects.toMatchObject({ status: 401, code: "unknown_key" });
});

it("a key for something else does not open the gateway, an administrator's does", async () => {
  const { token: reading } = await makeKey({ scopes: ["ingest", "read"] });
  await expect(ask(reading)).rejects.toMatchObject({ status: 403, code: "key_without_scope" });
  const { token: administrator } = await makeKey({ scopes: ["admin"] });
  await expect(ask(administrator)).resolves.toMatchObject({ model: "gpt-5" });
});

it("a replaced key is used from the next call on, a forgotten one not any more", async () => {
  await send("PUT", "/api/v1/provider-keys", { provider: "openai", key: "sk-live-openai-0009" });
  await ask(token);
  expect(received.headers.authorization).toBe("Bearer sk-live-openai-0009");
  await send("DELETE", "/api/v1/provider-keys/openai");
  await expect(ask(token)).rejects.toMatchObject({ status: 401, code: "no_provider_key" });
});

it("nothing of it stands in the data folder, in what the server prints, or in what it exports", async () => {
  const exported = await (await send("GET", "/api/v1/export?format=json")).text();
  const keys = await (await send("GET", "/api/v1/keys")).text();
  expect(keys).toMatch(/"lastUsedAt":"20/);
  expect(exported).toContain("shop backend");
  const { dataDir } = gateway.server;
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
  const everything = [exported, keys, gateway.server.output(), ...files].join("\n");
  for (const secret of [token, ...Object.values(secrets), "sk-live-openai-0009"]) {
    expect(everything).not.toContain(secret);
  }
});
