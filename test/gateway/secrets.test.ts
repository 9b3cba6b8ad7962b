import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { postJson } from "../api.ts";
import { headerOf, rawCall } from "./raw-call.ts";
import { startScriptedProvider, type ScriptedProvider } from "./scripted-provider.ts";
import { startGateway, type RunningGateway } from "./start-gateway.ts";

let provider: ScriptedProvider;
let gateway: RunningGateway;

const ownKey = "sk-proj-PASSEDthroughKEY0123456789abcd";
const storedKey = "sk-live-STOREDkey-9876543210zyxwvut";
const environmentKey = "sk-env-FROMtheENVIRONMENT-1122334455";
const secretPrompt = "The codename of the merger is Operation Nightingale, budget forty million";
const question = { model: "gpt-5", messages: [{ role: "user" as const, content: secretPrompt }] };
const path = "/v1/chat/completions";

beforeAll(async () => {
  provider = await startScriptedProvider();
  const settings = {
    openai: { baseUrl: provider.url },
    anthropic: { baseUrl: provider.url },
    google: { baseUrl: provider.url },
    azure: { baseUrl: provider.url },
    mine: { baseUrl: `${provider.url}/base`, apiKeyEnv: "MY_PROVIDER_KEY", billedAs: "openai" },
    crooked: { baseUrl: provider.url, apiKeyEnv: "CROOKED_KEY", language: "openai" },
  };
  const keys = { MY_PROVIDER_KEY: environmentKey, CROOKED_KEY: "sk-€100" };
  const env = { OUTLAY_PROVIDERS: JSON.stringify(settings), ...keys };
  gateway = await startGateway({ env });
});
afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

function answer(status: string, body: string): void {
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  provider.answer = (socket) => socket.end(`${head}\r\n\r\n${body}`);
}

const fine = JSON.stringify({
  model: "gpt-5",
  choices: [{ message: { content: "ok" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
});

/** Every byte that the server keeps or has printed. */
function everythingKept(): string {
  const files = readdirSync(gateway.server.dataDir, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("latin1"));
  return [...texts, gateway.server.output()].join("\n");
}

async function storeKeys(): Promise<string> {
  for (const name of ["openai", "anthropic", "google", "azure"]) {
    const stored = await fetch(`${gateway.server.url}/api/v1/provider-keys`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ provider: name, key: storedKey }),
    });
    if (!stored.ok) throw new Error(await stored.text());
  }
  return makeKey(["gateway"], { name: "the team's key", attribution: { team: "search" } });
}

async function makeKey(scopes: string[], more: object = {}): Promise<string> {
  const made = await postJson(`${gateway.server.url}/api/v1/keys`, { name: "other", scopes, ...more });
  return ((await made.json()) as { token: string }).token;
}

/** Status and code of what an Outlay key is told. */
async function refused(name: string, token: string): Promise<[number, string]> {
  const headers = { authorization: `Bearer ${token}` };
  const got = await fetch(`${gateway.url}/${name}${path}`, { method: "POST", headers, body: "{}" });
  return [got.status, ((await got.json()) as { error: { code: string } }).error.code];
}

/** What a client with these headers gets, and how often the provider was reached. */
async function asked(name: string, headers: [string, string][]): Promise<{ status: string; reached: number }> {
  answer("200 OK", fine);
  const before = provider.requests.length;
  const got = await rawCall(gateway.server.url, { path: `/gateway/${name}${path}`, headers, body: "{}" });
  return { status: got.statusLine.split(" ")[1]!, reached: provider.requests.length - before };
}

describe("keys", () => {
  it("an Outlay key becomes the stored one, wherever the client put it, and never goes on", async () => {
    const token = await storeKeys();
    answer("200 OK", fine);
    const ways: { name: string; path: string; headers: [string, string][]; expected: string }[] = [
      {
        name: "openai",
        path,
        headers: [["Authorization", `Bearer ${token}`]],
        expected: `authorization: Bearer ${storedKey}`,
      },
      { name: "anthropic", path: "/v1/messages", headers: [["x-api-key", token]], expected: `x-api-key: ${storedKey}` },
      {
        name: "anthropic",
        path: "/v1/messages",
        headers: [["Authorization", `Bearer ${token}`]],
        expected: `x-api-key: ${storedKey}`,
      },
      {
        name: "google",
        path: "/v1beta/models/gemini-2.5-pro:generateContent",
        headers: [["x-goog-api-key", token]],
        expected: `x-goog-api-key: ${storedKey}`,
      },
      {
        name: "google",
        path: `/v1beta/models/gemini-2.5-pro:generateContent?key=${token}&alt=json`,
        headers: [],
        expected: `x-goog-api-key: ${storedKey}`,
      },
      {
        name: "azure",
        path: "/openai/deployments/d/chat/completions?api-version=1",
        headers: [["api-key", token]],
        expected: `api-key: ${storedKey}`,
      },
    ];
    for (const way of ways) {
      const got = await rawCall(gateway.server.url, {
        path: `/gateway/${way.name}${way.path}`,
        headers: way.headers,
        body: "{}",
      });
      expect(got.statusLine).toBe("HTTP/1.1 200 OK");
      const sent = provider.requests.at(-1)!;
      expect(sent).toContain(`\r\n${way.expected}\r\n`);
      expect(sent).not.toContain(token);
      expect(sent.match(new RegExp(storedKey, "g"))).toHaveLength(1);
      const call = await gateway.call(headerOf(got.headers, "x-outlay-event-id"));
      expect(call).toMatchObject({ credential: "the team's key", team: "search" });
    }
    expect(
      provider.requests.some((sent) => sent.startsWith("POST /v1beta/models/gemini-2.5-pro:generateContent?alt=json ")),
    ).toBe(true);
    expect(everythingKept()).not.toContain(token);
  });

  it("an unknown Outlay key is refused in the words of the client", async () => {
    const apiKey = `outlay_${"A".repeat(43)}`;
    const before = provider.requests.length;
    const openai = new OpenAI({ apiKey, baseURL: `${gateway.url}/openai/v1`, maxRetries: 0 });
    const failed = await openai.chat.completions.create(question).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(failed).toMatchObject({ code: "unknown_key", message: expect.stringContaining("Outlay key") });
    const anthropic = new Anthropic({ apiKey, baseURL: `${gateway.url}/anthropic`, maxRetries: 0 });
    const message = anthropic.messages.create({ ...question, model: "claude-haiku-4-5", max_tokens: 5 });
    await expect(message).rejects.toThrow(Anthropic.AuthenticationError);
    expect(provider.requests.length).toBe(before);
  });

  it("a key without a stored one behind it, or without the right, is refused", async () => {
    expect(await refused("groq", await makeKey(["gateway"]))).toEqual([401, "no_provider_key"]);
    expect(await refused("openai", await makeKey(["ingest"]))).toEqual([403, "key_without_scope"]);
  });

  it("a client without a key gets the one from the environment, where one is set", async () => {
    answer("200 OK", fine);
    const got = await fetch(`${gateway.url}/mine/chat/completions`, { method: "POST", body: JSON.stringify(question) });
    expect(got.status).toBe(200);
    expect(provider.requests.at(-1)).toContain(`authorization: Bearer ${environmentKey}\r\n`);
    expect(provider.requests.at(-1)).toMatch(/^POST \/base\/chat\/completions /);
    const call = await gateway.call(got.headers.get("x-outlay-event-id"));
    expect(call).toMatchObject({ provider: "openai", credential: expect.stringMatching(/^key-[0-9a-f]{8}$/) });
  });

  it("a key that no header can hold is not sent, and the call is recorded with what it asked for", async () => {
    const before = provider.requests.length;
    const got = await fetch(`${gateway.url}/crooked${path}`, { method: "POST", body: JSON.stringify(question) });
    expect(got.status).toBe(400);
    const text = await got.text();
    expect(text).toContain("cannot_forward");
    expect(text).not.toContain("100");
    expect(provider.requests.length).toBe(before);
    const call = await gateway.call(got.headers.get("x-outlay-event-id"));
    expect(call).toMatchObject({ model: "gpt-5", success: false, errorType: "cannot_forward" });
  });
});

describe("a page of another origin", () => {
  it("cannot spend with keys that are kept here", async () => {
    expect(await asked("mine", [["Origin", "https://evil.example"]])).toEqual({ status: "403", reached: 0 });
    expect(await asked("mine", [["Origin", "null"]])).toEqual({ status: "403", reached: 0 });
    expect(await asked("mine", [["Sec-Fetch-Site", "cross-site"]])).toEqual({ status: "403", reached: 0 });
  });

  it("may spend its own key, and our own page may use ours", async () => {
    const own: [string, string][] = [
      ["Origin", "https://fine.example"],
      ["Authorization", `Bearer ${ownKey}`],
    ];
    expect(await asked("openai", own)).toEqual({ status: "200", reached: 1 });
    expect(await asked("mine", [["Origin", gateway.server.url]])).toEqual({ status: "200", reached: 1 });
  });

  it("cannot reach us under a name of its own", async () => {
    const got = await fetch(`${gateway.url}/mine${path}`, { method: "POST", body: "{}" });
    expect(got.status).toBe(200);
    const { port } = new URL(gateway.server.url);
    const raw = await rawCall(`http://127.0.0.1:${port}`, {
      path: `/gateway/mine${path}`,
      host: `rebound.example:${port}`,
      body: "{}",
    });
    expect(raw.statusLine).toContain(" 403 ");
    expect(raw.body.toString()).toContain("host_not_allowed");
  });
});

it("refuses an unknown provider and names the known ones; contacts no address but those set", async () => {
  const unknown = await fetch(`${gateway.url}/nobody/v1/chat/completions`, { method: "POST", body: "{}" });
  expect(unknown.status).toBe(404);
  expect(unknown.headers.get("content-type")).toBe("application/problem+json");
  expect(await unknown.json()).toMatchObject({
    code: "unknown_provider",
    detail: expect.stringContaining("anthropic"),
  });
  const without = await fetch(`${gateway.url}/bedrock/model/m/converse`, {
    method: "POST",
    headers: { "x-outlay-base-url": provider.url },
    body: "{}",
  });
  expect(without.status).toBe(404);
  expect(await without.json()).toMatchObject({ code: "provider_without_address" });
});

it("keeps and prints neither keys nor texts, whatever providers repeat of them", async () => {
  const repeated = {
    error: { message: `Incorrect API key ${ownKey} for: ${secretPrompt}`, type: "invalid_request_error" },
  };
  const authorization: [string, string] = ["Authorization", `Bearer ${ownKey}`];
  const outcomes: [string, string][] = [
    ["401 Unauthorized", JSON.stringify(repeated)],
    ["400 Bad", `not json: ${secretPrompt} ${ownKey}`],
    ["200 OK", JSON.stringify({ ...JSON.parse(fine), choices: [{ message: { content: secretPrompt } }] })],
    ["200 OK", `{"choices": ${secretPrompt}`],
    ["500 Oops", JSON.stringify(repeated)],
  ];
  for (const [status, body] of outcomes) {
    answer(status, body);
    const got = await rawCall(gateway.server.url, {
      path: `/gateway/openai${path}`,
      headers: [authorization],
      body: JSON.stringify(question),
    });
    const call = await gateway.call(headerOf(got.headers, "x-outlay-event-id"));
    expect(call.credential).toMatch(/^key-[0-9a-f]{8}$/);
  }
  provider.answer = (socket) => socket.destroy();
  const broken = await rawCall(gateway.server.url, {
    path: `/gateway/openai${path}`,
    headers: [authorization],
    body: JSON.stringify(question),
  });
  expect(broken.statusLine).toBe("HTTP/1.1 502 Bad Gateway");
  await gateway.call(headerOf(broken.headers, "x-outlay-event-id"));
  const kept = everythingKept();
  expect(kept).toContain("gpt-5");
  for (const secret of [ownKey, environmentKey, storedKey, "PASSEDthrough", "Nightingale", "forty million"]) {
    expect(kept).not.toContain(secret);
  }
});
