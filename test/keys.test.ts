import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, it, onTestFinished } from "vitest";

import { startServer, type RunningServer } from "./start-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const providerSecret = "sk-live-THE-PROVIDERS-OWN-KEY-7f3a";
const main = join(import.meta.dirname, "../packages/server/src/main.ts");

interface Answer {
  status: number;
  text: string;
  json: {
    token?: string;
    key?: { id: string };
    keys?: { id: string; name: string; scopes: string[]; lastFour: string }[];
    providerKeys?: { provider: string; readable: boolean }[];
    code?: string;
    field?: string;
  };
}

async function start(dataDir = temporaryFolder(), env: Record<string, string> = {}): Promise<RunningServer> {
  const server = await startServer({ dataDir, env });
  onTestFinished(async () => {
    if (isAlive(server.pid)) await server.kill();
  });
  return server;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ask(server: RunningServer, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(server.url + path, {
    method,
    ...(body === undefined
      ? {}
      : {
          headers: { "content-type": "application/json" },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: JSON.parse(text) as Answer["json"] };
}

function outlay(args: string[], options: { env?: Record<string, string>; input?: string } = {}) {
  const env = { ...process.env, OUTLAY_REFRESH_PRICES: "off", ...options.env };
  const running = promisify(execFile)(process.execPath, ["--conditions=source", main, ...args], { env });
  running.child.stdin!.on("error", () => {});
  running.child.stdin!.end(options.input ?? "");
  return running;
}

function folderContent(dataDir: string): string {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

it("no answer, output or file ever shows a key but the one that makes it", async () => {
  const server = await start();
  const said: string[] = [];
  const tell = async (...request: [method: string, path: string, body?: unknown]) => {
    const answer = await ask(server, ...request);
    said.push(answer.text);
    return answer;
  };
  const body = { name: "shop", scopes: ["gateway", "read"], attribution: { project: "shop", tags: { plan: "gold" } } };
  const made = await ask(server, "POST", "/api/v1/keys", body);
  const token = made.json.token!;
  expect(token).toMatch(/^outlay_[\w-]{43}$/);
  const listed = await tell("GET", "/api/v1/keys");
  expect(listed.json.keys).toEqual([
    {
      ...body,
      id: made.json.key!.id,
      lastFour: token.slice(-4),
      createdAt: expect.any(String) as string,
      expiresAt: null,
      expired: false,
      previous: null,
      lastUsedAt: null,
      usedFrom: [],
    },
  ]);

  const stored = await tell("PUT", "/api/v1/provider-keys", { provider: "openai", name: "team", key: providerSecret });
  expect(stored.json.providerKeys).toMatchObject([
    { provider: "openai", name: "team", lastFour: "7f3a", readable: true },
  ]);
  const spaced = await tell("PUT", "/api/v1/provider-keys", { provider: "openai", key: `${providerSecret} x` });
  expect([spaced.status, spaced.json.code, spaced.json.field]).toEqual([400, "invalid_body", "key"]);
  const misplaced = await tell("PUT", "/api/v1/provider-keys", { provider: providerSecret, key: [providerSecret] });
  expect(misplaced.status).toBe(400);
  const broken = await tell("PUT", "/api/v1/provider-keys", `{"provider":"openai","key":"${providerSecret}`);
  expect(broken.json.code).toBe("invalid_json");
  const unknown = await tell("POST", "/api/v1/keys", { name: "x", scopes: ["everything"] });
  expect([unknown.status, unknown.json.field]).toEqual([400, "scopes.0"]);

  for (const path of ["/api/v1/keys", "/api/v1/provider-keys", "/api/v1/export?format=json", "/api/v1/meta"]) {
    await tell("GET", path);
  }
  const revoked = await tell("DELETE", `/api/v1/keys/${made.json.key!.id}`);
  expect(revoked.json.keys).toEqual([]);
  expect((await tell("DELETE", `/api/v1/keys/${made.json.key!.id}`)).json.code).toBe("key_not_found");
  expect((await tell("DELETE", "/api/v1/provider-keys/groq")).json.code).toBe("provider_key_not_found");

  const cli = await outlay(["keys", "list", "--data", server.dataDir]);
  expect(cli.stdout).toContain("team");
  expect(await server.stop()).toBe(0);
  const everything = [...said, cli.stdout, cli.stderr, server.output(), folderContent(server.dataDir)].join("\n");
  expect(everything).not.toContain(token);
  expect(everything).not.toContain(providerSecret);
});

it("a server with another secret says which key it cannot open, and works", async () => {
  const dataDir = temporaryFolder();
  const first = await start(dataDir, { OUTLAY_SECRET: "0123456789abcdef0123456789abcdef" });
  await ask(first, "PUT", "/api/v1/provider-keys", { provider: "openai", name: "team", key: providerSecret });
  await first.stop();
  const second = await start(dataDir, { OUTLAY_SECRET: "another-secret-another-secret-another" });
  expect(second.output()).toContain('the stored key "team" for openai cannot be opened');
  expect(second.output()).not.toMatch(/another-secret|THE-PROVIDERS/);
  const listed = await ask(second, "GET", "/api/v1/provider-keys");
  expect(listed.json.providerKeys).toMatchObject([{ provider: "openai", readable: false }]);
  const doctor = JSON.parse((await outlay(["doctor", "--json", "--data", dataDir])).stdout) as { findings: unknown[] };
  expect(doctor.findings).toContainEqual({
    check: "keys",
    level: "warning",
    message: expect.stringMatching(/^the keys for openai were encrypted with another secret/) as string,
  });
  const made = await ask(second, "POST", "/api/v1/keys", { name: "still works" });
  expect(made.status).toBe(200);
});

it("the command line makes, lists and revokes keys, and reads a provider's key from a pipe or a variable", async () => {
  const at = ["--data", temporaryFolder()];
  const made = await outlay(["keys", "create", "my laptop", "--user", "ann", "--tag", "plan=gold", ...at]);
  expect(made.stdout).toMatch(/^outlay_[\w-]{43}\n$/);
  await outlay(["keys", "store-provider-key", "openai", ...at], { input: `${providerSecret}\n` });
  await outlay(["keys", "store-provider-key", "groq", "--from-env", "MY_KEY", ...at], {
    env: { MY_KEY: "gsk_123456789" },
  });
  await expect(outlay(["keys", "store-provider-key", "xai", ...at])).rejects.toMatchObject({ code: 2 });
  const listed = JSON.parse((await outlay(["keys", "list", "--json", ...at])).stdout) as Answer["json"];
  expect(listed.providerKeys!.map(({ provider }) => provider)).toEqual(["groq", "openai"]);
  expect(listed.keys).toMatchObject([
    { name: "my laptop", scopes: ["gateway"], attribution: { user: "ann", tags: { plan: "gold" } } },
  ]);
  await outlay(["keys", "revoke", listed.keys![0]!.id, ...at]);
  await outlay(["keys", "forget-provider-key", "groq", ...at]);
  const left = (await outlay(["keys", "list", ...at])).stdout;
  expect(left).toContain("No keys yet");
  expect(left).toContain("…7f3a");
  expect(left).not.toContain("groq");
});
