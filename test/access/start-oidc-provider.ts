import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { Provider } from "oidc-provider";
import { onTestFinished } from "vitest";

import { visitor } from "./visitor.ts";

export const CLIENT = { id: "outlay", secret: "a-secret-that-only-the-two-know" };

/** Claims about the people whom the provider knows, by what they sign in as. */
export type Claims = Record<string, Record<string, unknown>>;

/** A real OpenID Connect provider on loopback, which lets in whoever says a known name. It ends with the test. */
export async function startOidcProvider(people: Claims): Promise<{ issuer: string; people: Claims }> {
  // Its address is needed before it is made.
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: ["http://127.0.0.1/api/v1/account/provider/callback"],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
  // The server under test takes any free port, and each of its pages is one of the client's.
  provider.Client.prototype.redirectUriAllowed = (uri) => new URL(uri).pathname === "/api/v1/account/provider/callback";
  server.on("request", provider.callback());
  onTestFinished(() => void server.close().closeAllConnections());
  return { issuer, people };
}

/** Walks through the provider's pages as a person would, and answers with the address that it sends the browser back to. */
export async function signInAtProvider(issuer: string, startUrl: string, name: string): Promise<string> {
  const browser = visitor(issuer);
  let reply = await browser.ask("GET", startUrl);
  for (let step = 0; step < 12; step++) {
    const location = reply.headers.get("location");
    if (location !== null) {
      const next = new URL(location, issuer);
      if (next.origin !== new URL(issuer).origin) return next.href;
      reply = await browser.ask("GET", next.href);
      continue;
    }
    const page = (reply.json as unknown as { text: string }).text;
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (action === undefined || prompt === undefined) throw new Error(`the provider shows ${reply.status}: ${page}`);
    const form = new URLSearchParams(prompt === "login" ? { prompt, login: name, password: "any" } : { prompt });
    reply = await submit(browser, new URL(action, issuer).href, form);
  }
  throw new Error("the provider never sent the browser back");
}

async function submit(browser: ReturnType<typeof visitor>, address: string, form: URLSearchParams) {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(address, { method: "POST", redirect: "manual", headers: { cookie }, body: form });
  for (const line of answer.headers.getSetCookie()) {
    const [pair = ""] = line.split(";");
    browser.cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
  }
  return { status: answer.status, headers: answer.headers, json: { text: await answer.text() } };
}
