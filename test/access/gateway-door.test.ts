import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, it } from "vitest";

import { providersAt } from "../gateway/start-gateway.ts";
import { PASSWORD, startWithAdministrator, type AccountServer } from "./account-server.ts";
import type { Visitor } from "./visitor.ts";

// The gateway's door where there are accounts: without one of Outlay's keys, or a session of its own pages, nobody spends anything.

const PROVIDER_KEY = "sk-live-the-providers-own-0001";
const OWN_KEY = "sk-live-of-the-client-0002";
let provider: Server;
let providerUrl: string;
/** What the provider received, in order. */
let received: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  provider = createServer((incoming, outgoing) => {
    received.push(incoming.headers);
    incoming.resume();
    outgoing.setHeader("content-type", "application/json").end(
      JSON.stringify({
        id: "c-1",
        object: "chat.completion",
        model: "gpt-4o",
        choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
        usage: { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
      }),
    );
  }).listen(0, "127.0.0.1");
  await once(provider, "listening");
  providerUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
});
afterAll(() => provider.close());

async function startGuarded(): Promise<{ server: AccountServer; ada: Visitor }> {
  received = [];
  const { server, ada } = await startWithAdministrator({ env: providersAt({ openai: providerUrl }) });
  await ada.ask("PUT", "/api/v1/provider-keys", { provider: "openai", key: PROVIDER_KEY });
  return { server, ada };
}

async function makeKey(ada: Visitor, wanted: object): Promise<{ token: string; id: string }> {
  const { json } = await ada.ask<{ token: string; key: { id: string } }>("POST", "/api/v1/keys", {
    name: "k",
    ...wanted,
  });
  return { token: json.token, id: json.key.id };
}

async function call(server: AccountServer, headers: Record<string, string>) {
  const answer = await fetch(`${server.url}/gateway/openai/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] }),
  });
  const { error } = (await answer.json()) as { error?: { code?: string; message?: string } };
  return { status: answer.status, code: error?.code };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

it("only keys with the scope gateway, or all of them, call; their place in a request does not matter", async () => {
  const { server, ada } = await startGuarded();
  const tokenFor = async (...scopes: string[]) => (await makeKey(ada, { scopes })).token;
  const allowed = [await tokenFor("gateway"), await tokenFor("admin"), await tokenFor("read", "gateway")];
  for (const token of allowed) expect(await call(server, bearer(token))).toMatchObject({ status: 200 });
  for (const token of [await tokenFor("read"), await tokenFor("ingest"), await tokenFor("read", "ingest")]) {
    expect(await call(server, bearer(token))).toEqual({ status: 403, code: "key_without_scope" });
    expect(await call(server, { ...bearer(OWN_KEY), "x-outlay-key": token })).toMatchObject({ status: 403 });
  }
  const expiresAtMs = Date.now() + 1_500;
  const brief = await makeKey(ada, { scopes: ["gateway"], expiresAt: new Date(expiresAtMs).toISOString() });
  const withdrawn = await makeKey(ada, { scopes: ["gateway"] });
  await ada.ask("DELETE", `/api/v1/keys/${withdrawn.id}`);
  await sleep(expiresAtMs + 50 - Date.now());
  expect(await call(server, bearer(brief.token))).toEqual({ status: 401, code: "key_expired" });
  expect(await call(server, bearer(withdrawn.token))).toEqual({ status: 401, code: "unknown_key" });
  expect(await call(server, { ...bearer(OWN_KEY), "x-outlay-key": brief.token })).toEqual({
    status: 401,
    code: "key_expired",
  });
  // neither without a key, nor with the client's own alone
  expect(await call(server, {})).toEqual({ status: 401, code: "sign_in_required" });
  expect(await call(server, bearer(OWN_KEY))).toEqual({ status: 401, code: "sign_in_required" });
  expect(await call(server, { "x-outlay-key": "outlay_wrong" })).toEqual({ status: 401, code: "unknown_key" });
  expect(received).toHaveLength(allowed.length);
  expect(received.every(({ authorization }) => authorization === `Bearer ${PROVIDER_KEY}`)).toBe(true);
});

it("beside a key of Outlay's the client's own key pays, and Outlay's stays here", async () => {
  const { server, ada } = await startGuarded();
  const { token } = await makeKey(ada, { scopes: ["gateway"], attribution: { user: "ann" } });
  expect(await call(server, { ...bearer(OWN_KEY), "x-outlay-key": token })).toMatchObject({ status: 200 });
  expect(received).toHaveLength(1);
  expect(received[0]!.authorization).toBe(`Bearer ${OWN_KEY}`);
  expect(JSON.stringify(received)).not.toContain(token);
  expect(await callsOf(ada, "ann", 1)).toMatchObject([{ user: "ann", credential: "k" }]);
});

it("who has signed in calls from our own pages, as themselves; the session does not go on to the provider", async () => {
  const { server, ada } = await startGuarded();
  const grace = { name: "Grace", email: "grace@example.com", user: "grace", role: "member", password: PASSWORD };
  await ada.ask("POST", "/api/v1/people", grace);
  const visitor = server.visitor();
  await visitor.ask("POST", "/api/v1/account/sign-in", { email: grace.email, password: PASSWORD });
  const session = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const cookie = `theme=dark; ${session}`;
  const own = { origin: new URL(server.url).origin };
  expect(await call(server, { ...own, cookie, "x-outlay-user": "ada" })).toMatchObject({ status: 200 });
  expect(received).toHaveLength(1);
  expect(received[0]!.cookie).toBe("theme=dark");
  // nobody calls as somebody else
  expect(await callsOf(ada, "grace", 1)).toMatchObject([{ user: "grace", credential: grace.email }]);

  expect(await call(server, { cookie, origin: "https://elsewhere.example" })).toEqual({
    status: 403,
    code: "cross_origin",
  });
  await visitor.ask("POST", "/api/v1/account/sign-out");
  expect(await call(server, { ...own, cookie })).toEqual({ status: 401, code: "sign_in_required" });
  expect(received).toHaveLength(1);
});

/** Of a user, once there are so many. */
async function callsOf(ada: Visitor, user: string, count: number): Promise<object[]> {
  for (;;) {
    const { json } = await ada.ask<{ events: object[] }>("GET", `/api/v1/events?filter=user:${user}`);
    if (json.events.length >= count) return json.events;
    await sleep(20);
  }
}
