import { request } from "node:http";

import { describe, expect, it } from "vitest";

import { temporaryFolder } from "../temporary-folder.ts";
import { PASSWORD, outlay, startAccountServer, startWithAdministrator } from "./account-server.ts";

const SIGN_IN = { email: "ada@example.com", password: PASSWORD };

/** With headers that `fetch` does not let through, as proxies and attackers send them. */
function ask(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    };
    const sent = request(`${url}${path}`, { method: options.method ?? "GET", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
    });
    sent.on("error", reject);
    sent.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  });
}

async function startPublic(config: object, host = "127.0.0.1") {
  const dataDir = temporaryFolder();
  await outlay(["admin", "create", SIGN_IN.email, "--data", dataDir], { input: PASSWORD });
  const server = await startAccountServer({ dataDir, config, args: ["--host", host] });
  return { server, url: server.url.replace("0.0.0.0", "127.0.0.1") };
}

describe("behind a proxy with a name of its own", () => {
  it("answers under that name, tells browsers to stay with https, and believes only that proxy", async () => {
    const { url } = await startPublic({
      publicUrl: "https://costs.example.com",
      trustedProxies: ["127.0.0.1"],
      allowedHosts: ["costs.internal"],
    });
    const proxied = { host: "costs.example.com", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" };
    const post = { method: "POST", body: SIGN_IN };
    const path = "/api/v1/account/sign-in";
    const good = await ask(url, path, { ...post, headers: { ...proxied, origin: "https://costs.example.com" } });
    expect(good.status).toBe(200);
    expect(good.headers["strict-transport-security"]).toMatch(/max-age=\d{7,}/);
    expect(String(good.headers["set-cookie"])).toMatch(/; Secure/);

    const cookie = String(good.headers["set-cookie"]).split(";")[0]!;
    const { text } = await ask(url, "/api/v1/account/sessions", { headers: { ...proxied, cookie } });
    expect(JSON.parse(text)).toMatchObject({ sessions: [{ address: "203.0.113.9" }] });
    const link = await ask(url, "/api/v1/invitations", {
      method: "POST",
      body: {},
      headers: { ...proxied, cookie, origin: "https://costs.example.com" },
    });
    expect(link.text).toContain("https://costs.example.com/sign-in/link#");

    expect((await ask(url, "/api/health", { headers: { host: "costs.internal" } })).status).toBe(200);
    for (const host of ["evil.example", "costs.example.com.evil.example"]) {
      const refused = await ask(url, "/api/health", { headers: { host } });
      expect([refused.status, JSON.parse(refused.text)]).toMatchObject([403, { code: "host_not_allowed" }]);
      const forwarded = { host: "costs.example.com", "x-forwarded-host": host };
      expect((await ask(url, "/api/health", { headers: forwarded })).status).toBe(403);
    }
    const gateway = await ask(url, "/gateway/openai/v1/models", { headers: { host: "evil.example" } });
    expect(gateway.text).toContain("host_not_allowed");
    const known = await ask(url, "/gateway/unheard-of/v1/models", { headers: { host: "costs.example.com" } });
    expect(known.text).not.toContain("host_not_allowed");
  });

  it("does not believe headers that anybody may send", async () => {
    const { url } = await startPublic({}, "0.0.0.0");
    const forged = {
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example",
    };
    const answer = await ask(url, "/api/v1/account/sign-in", { method: "POST", body: SIGN_IN, headers: forged });
    expect(answer.status).toBe(200);
    expect(answer.headers["strict-transport-security"]).toBeUndefined();
    const [line] = answer.headers["set-cookie"] as string[];
    expect(line).not.toMatch(/secure/i);
    const { text } = await ask(url, "/api/v1/account/sessions", {
      headers: { ...forged, cookie: line!.split(";")[0]! },
    });
    expect(JSON.parse(text)).toMatchObject({ sessions: [{ address: "127.0.0.1" }] });
    // Nor does another address for each try make guessing easier.
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        ask(url, "/api/v1/account/sign-in", {
          method: "POST",
          body: { ...SIGN_IN, password: "not it" },
          headers: { "x-forwarded-for": `198.51.100.${index}` },
        }),
      ),
    );
    expect(guesses.some(({ status }) => status === 429)).toBe(true);
  });
});

describe("pages of other origins", () => {
  it("change nothing with somebody's session, and cannot sign anybody in", async () => {
    const { server, ada } = await startWithAdministrator();
    const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const own = new URL(server.url);
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `http://127.0.0.1:${Number(own.port) === 1 ? 2 : 1}` },
      { origin: `https://${own.host}.evil.example` },
      { "sec-fetch-site": "cross-site" },
    ];
    for (const headers of foreign) {
      for (const [method, path, body] of [
        ["POST", "/api/v1/teams", { name: "Theirs" }],
        ["POST", "/api/v1/account/sign-in", SIGN_IN],
        ["POST", "/api/v1/account/sign-out", undefined],
        ["DELETE", "/api/v1/people/any", undefined],
      ] as const) {
        const answer = await ask(server.url, path, { method, body, headers: { ...headers, cookie } });
        expect([answer.status, JSON.parse(answer.text)]).toMatchObject([403, { code: "cross_origin" }]);
      }
    }
    const { json } = await ada.ask<{ teams: unknown[] }>("GET", "/api/v1/teams");
    expect(json.teams).toEqual([]);
  });

  it("get no answer that they could read, frame or run", async () => {
    const { server } = await startWithAdministrator({ config: { allowedOrigins: ["https://app.example.com"] } });
    const read = await ask(server.url, "/api/v1/summary", { headers: { origin: "https://app.example.com" } });
    expect(read.headers["access-control-allow-credentials"]).toBeUndefined();
    for (const path of [
      "/api/v1/account",
      "/api/health",
      "/api/v1/summary",
      "/api/nothing",
      "/",
      "/sign-in",
      "/api/docs",
    ]) {
      const { headers } = await ask(server.url, path);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("default-src");
      expect(policy).not.toMatch(/script-src[^;]*'unsafe-inline'/);
    }
    const { headers } = await ask(server.url, "/api/v1/account");
    expect(headers["cache-control"]).toBe("no-store");
  });
});
