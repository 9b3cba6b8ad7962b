import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterAll, beforeAll, expect, it, vi } from "vitest";

import { addressesOf } from "./addresses-of.ts";
import { openOrganisation, operationsOf, record, type Operation, type Organisation } from "./organisation.ts";

// Canaries: secrets of every kind are put wherever they belong, and looked for in everything that comes out.

const PROVIDER_KEYS = { openai: "sk-live-CANARY-openai-7731", anthropic: "sk-ant-CANARY-anthropic-7732" };
const CHANNELS = [
  { name: "mail", kind: "smtp", settings: smtp("CANARY-smtp-password-7733") },
  {
    name: "resend",
    kind: "resend",
    settings: { apiKey: "re_CANARY_resend_7734", from: "outlay@example.com", to: ["ops@example.com"] },
  },
  { name: "slack", kind: "slack", settings: { url: "https://hooks.slack.com/services/T0/B0/CANARYslack7735" } },
  { name: "discord", kind: "discord", settings: { url: "https://discord.com/api/webhooks/77/CANARYdiscord7736" } },
  { name: "hook", kind: "webhook", settings: { url: "https://hooks.example.com/CANARYhook7737" } },
];

function smtp(password: string) {
  return {
    host: "mail.example.com",
    port: 587,
    from: "o@example.com",
    to: ["ops@example.com"],
    user: "outlay",
    password,
  };
}

let organisation: Organisation;
let operations: Operation[];
let secrets: string[];
let hashes: string[];
const printed: string[] = [];

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      printed.push(String(chunk));
      return true;
    });
  }
  organisation = await openOrganisation();
  const { outlay, askers } = organisation;
  operations = await operationsOf(outlay);
  await record(askers.administrator, ["alice", "bob"]);
  secrets = [...organisation.secrets, ...Object.values(PROVIDER_KEYS)];
  for (const [provider, key] of Object.entries(PROVIDER_KEYS)) {
    await succeed(askers.administrator("PUT", "/api/v1/provider-keys", { provider, name: "team", key }));
  }
  for (const channel of CHANNELS) {
    const made = await succeed(askers.administrator("POST", "/api/v1/channels", channel));
    const { secret } = (await made.json()) as { secret: string | null };
    if (secret !== null) secrets.push(secret);
  }
  secrets.push(...JSON.stringify(CHANNELS).match(/[\w-]*CANARY[\w-]*/g)!);
  hashes = passwordHashes(outlay.dataDir);
  secrets.push(...hashes);
});
afterAll(async () => {
  await organisation.outlay.close();
  vi.restoreAllMocks();
});

async function succeed(asked: Promise<Response>): Promise<Response> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer;
}

function passwordHashes(dataDir: string): string[] {
  const database = new DatabaseSync(join(dataDir, "accounts.sqlite"), { readOnly: true });
  const rows = database.prepare("SELECT password FROM account WHERE password IS NOT NULL").all();
  database.close();
  return rows.map((row) => String(row["password"]));
}

const BACKUP = "/api/v1/maintenance/backup";

/** The secrets that a text shows, also as they stand in base64 or in an address. */
function secretsIn(text: string): string[] {
  return secrets.filter((secret) =>
    [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64").slice(0, -4)].some((form) =>
      text.includes(form),
    ),
  );
}

async function outputOf(answer: Response): Promise<string> {
  const headers = [...answer.headers].map((pair) => pair.join(": ")).join("\n");
  if (answer.headers.get("content-type")?.startsWith("text/event-stream") === true) {
    const { value } = await answer.body!.getReader().read();
    return `${headers}\n${Buffer.from(value ?? []).toString()}`;
  }
  return `${headers}\n${await answer.text()}`;
}

it("there are some of each kind", () => {
  expect(secrets.length).toBeGreaterThan(25);
  expect(secrets.every((secret) => secret.length >= 12)).toBe(true);
  expect(secretsIn(`x ${PROVIDER_KEYS.openai} y`)).toEqual([PROVIDER_KEYS.openai]);
});

it("no answer to an administrator shows any, nor does any page or file to take away", async () => {
  const { askers } = organisation;
  const reads = operations.filter(({ method }) => method === "GET").flatMap(addressesOf);
  const pages = ["/", "/api/docs", "/api/openapi.json", "/settings"];
  const shown: string[] = [];
  for (const address of [...reads, ...pages]) {
    const found = secretsIn(await outputOf(await askers.administrator("GET", address)));
    // With a backup passwords have to be known again, as the hashes that they are.
    const wrong = address.startsWith(BACKUP) ? found.filter((secret) => !hashes.includes(secret)) : found;
    if (wrong.length > 0) shown.push(`${address}: ${wrong.join(", ")}`);
  }
  expect(shown).toEqual([]);
});

it("no error repeats what it refuses", async () => {
  const { outlay, askers } = organisation;
  const administrator = (await cookieOf()) ?? {};
  const shown: string[] = [];
  const look = async (what: string, answer: Response) => {
    const found = secretsIn(await outputOf(answer));
    if (found.length > 0) shown.push(`${what}: ${answer.status} ${found.join(", ")}`);
  };
  const secret = PROVIDER_KEYS.openai;
  for (const { method, path, example } of operations) {
    const address = path.replaceAll(/\{.+?\}/g, "does-not-exist");
    if (method === "GET" || example === undefined) continue;
    const bodies = [
      { ...(example as object), [`field`]: secret },
      { ...(example as object), password: [secret], key: [secret], token: [secret], settings: [secret] },
    ];
    for (const body of bodies) await look(address, await askers.administrator(method, address, body));
    const broken = await outlay.http.app.request(address, {
      method,
      headers: { "content-type": "application/json", ...administrator },
      body: `{"key":"${secret}`,
    });
    await look(address, broken);
  }
  for (const token of organisation.secrets) {
    await look("a token", await outlay.ask("GET", "/api/v1/query", undefined, { authorization: `Bearer ${token}x` }));
    await look(
      "a cookie",
      await outlay.ask("GET", "/api/v1/query", undefined, { cookie: `outlay.session_token=${token}` }),
    );
  }
  expect(shown).toEqual([]);
});

it("what fails inside is logged without them", async () => {
  const { outlay, askers } = organisation;
  const fail = vi.spyOn(outlay.keys, "storeProviderKey").mockRejectedValue(new Error("disk full"));
  const answer = await askers.administrator("PUT", "/api/v1/provider-keys", {
    provider: "groq",
    key: PROVIDER_KEYS.openai,
  });
  fail.mockRestore();
  expect(answer.status).toBe(500);
  expect(secretsIn(await outputOf(answer))).toEqual([]);
  expect(printed.join("")).toContain("disk full");
});

it("nothing that was printed shows any", () => {
  expect(secretsIn(printed.join(""))).toEqual([]);
});

it("the database shows none, and none but the session's file knows sessions", async () => {
  const { outlay } = organisation;
  await outlay.ledger.storage.stats();
  const files = readdirSync(outlay.dataDir).filter((name) => !/^(secret\.key|accounts\.sqlite.*)$/.test(name));
  expect(files).toContain("outlay.sqlite");
  for (const name of files) {
    expect(secretsIn(readFileSync(join(outlay.dataDir, name), "latin1")), name).toEqual([]);
  }
});

/** The session of the administrator, as a header. */
async function cookieOf(): Promise<Record<string, string> | null> {
  const body = { email: "ada@example.com", password: organisation.secrets[0] };
  const answer = await organisation.outlay.ask("POST", "/api/v1/account/sign-in", body);
  const cookie = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
  return answer.ok ? { cookie: cookie.join("; ") } : null;
}
