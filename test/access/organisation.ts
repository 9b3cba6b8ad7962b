import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { WireEvent } from "@outlay/core";

import { resolveConfig } from "../../packages/server/src/config.ts";
import type { Scope } from "../../packages/server/src/keys/keys.ts";
import { openOutlay, type Outlay } from "../../packages/server/src/outlay.ts";

/** An Outlay without a socket, over a folder of its own. */
export interface OpenedOutlay extends Outlay {
  dataDir: string;
  /** Asks as nobody in particular, unless headers say more. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Somebody who asks: adds to each request what shows who they are. */
export type Asker = (method: string, path: string, body?: unknown) => Promise<Response>;

export interface Organisation {
  outlay: OpenedOutlay;
  /** By who they are: roles, and keys by what they are for. */
  askers: Record<AskerName, Asker>;
  /** All that must never be seen: tokens of keys, passwords, cookies. */
  secrets: string[];
}

export const ASKERS = [
  "nobody",
  "member",
  "lead",
  "viewer",
  "administrator",
  "key ingest",
  "key gateway",
  "key read",
  "key admin",
  "key read of a user",
  "expired key",
  "withdrawn key",
  "unknown key",
  "owner's command line",
] as const;
export type AskerName = (typeof ASKERS)[number];

const password = "CANARY horse battery 7730";

export async function openOne(): Promise<OpenedOutlay> {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-access-"));
  const flags = { dataDir, refreshPrices: "off", timeZone: "UTC" };
  const outlay = await openOutlay(resolveConfig({ flags, environment: {} }), { demo: false });
  return {
    ...outlay,
    dataDir,
    ask: async (method, path, body, headers = {}) =>
      outlay.http.app.request(path, {
        method,
        headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async close() {
      await outlay.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function post(asker: Asker, path: string, body: unknown): Promise<Response> {
  const answer = await asker("POST", path, body);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

/** With accounts of each role, who have signed in, and keys of each kind. Carol leads a team to which Dave belongs. */
export async function openOrganisation(): Promise<Organisation> {
  const outlay = await openOne();
  const secrets = [password];
  const as =
    (headers: Record<string, string>): Asker =>
    (method, path, body) =>
      outlay.ask(method, path, body, headers);
  const nobody = as({});
  const signedIn = (answer: Response): Asker => {
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    secrets.push(...cookie.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1)));
    return as({ cookie });
  };

  const ada = { name: "Ada", email: "ada@example.com", password };
  const administrator = signedIn(await post(nobody, "/api/v1/account/set-up", ada));
  const person = async (name: string, role: string) => {
    const email = `${name}@example.com`;
    const made = await post(administrator, "/api/v1/people", { name, email, role, user: `u-${name}`, password });
    const { id } = (await made.json()) as { id: string };
    return { id, asker: signedIn(await post(nobody, "/api/v1/account/sign-in", { email, password })) };
  };
  const alice = await person("alice", "member");
  const carol = await person("carol", "member");
  const dave = await person("dave", "member");
  const vera = await person("vera", "viewer");
  const members = [{ person: carol.id, lead: true }, { person: dave.id }];
  await post(administrator, "/api/v1/teams", { name: "Search", members });

  const key = async (scopes: Scope[], more: { user?: string; expiresAtMs?: number } = {}) => {
    const { user, ...rest } = more;
    const attribution = user === undefined ? {} : { user };
    const made = await outlay.keys.create({ name: `for ${scopes.join()}`, scopes, attribution, ...rest }, "test");
    secrets.push(made.token);
    return { ...made.key, asker: as({ authorization: `Bearer ${made.token}` }) };
  };
  const withdrawn = await key(["admin"]);
  await outlay.keys.revoke(withdrawn.id, "test");
  const askers: Organisation["askers"] = {
    nobody,
    member: alice.asker,
    lead: carol.asker,
    viewer: vera.asker,
    administrator,
    "key ingest": (await key(["ingest"])).asker,
    "key gateway": (await key(["gateway"])).asker,
    "key read": (await key(["read"])).asker,
    "key admin": (await key(["admin"])).asker,
    "key read of a user": (await key(["read"], { user: "u-alice" })).asker,
    "expired key": (await key(["admin"], { expiresAtMs: Date.now() - 1 })).asker,
    "withdrawn key": withdrawn.asker,
    "unknown key": as({ authorization: `Bearer outlay_${"x".repeat(43)}` }),
    "owner's command line": as({ authorization: `Bearer ${outlay.ownerToken}` }),
  };
  secrets.push(outlay.ownerToken);
  return { outlay, askers, secrets };
}

const MODELS = ["gpt-4o", "gpt-4o-mini", "a-model-without-a-price"];

/**
 * Calls of the last sixty days, no two at the same instant. Every text that is a person's own has `mark-<name>`; sessions,
 * agents and stories also come from what people share.
 */
export function eventsOf(name: string, count: number): WireEvent[] {
  const nowMs = Date.now();
  const offset = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return Array.from({ length: count }, (_, index) => ({
    id: `mark-${name}-event-${index}`,
    occurredAt: new Date(nowMs - 1_000 - offset - index * (index < 8 ? 600_000 : 4_300_000)).toISOString(),
    provider: "openai",
    model: MODELS[index % 3]!,
    usage: { inputTokens: 100 + index, outputTokens: 10 + offset + index },
    ...(name === "unattributed" ? {} : { user: `u-${name}` }),
    project: index % 2 === 0 ? `mark-${name}-project` : "shared-project",
    agent: index % 3 === 0 ? `mark-${name}-agent` : "shared-agent",
    activity: `mark-${name}-activity`,
    category: "shared-category",
    customer: `mark-${name}-customer`,
    session: index % 2 === 0 ? `mark-${name}-session` : "shared-session",
    tags: { story: index % 2 === 0 ? `mark-${name}-story` : "shared-story", [`mark-${name}-key`]: "x" },
    durationMs: 100 + offset + index,
    success: index % 5 !== 0,
    ...(index % 5 === 0 ? { errorMessage: `mark-${name}-error` } : {}),
    metadata: { note: `mark-${name}-note` },
  }));
}

function chargesOf(name: string): object[] {
  const occurredAt = new Date(Date.now() - 3_600_000).toISOString();
  return ["payment_fee", "subscription"].map((kind) => ({
    id: `mark-${name}-${kind}`,
    occurredAt,
    kind,
    amountUsd: name.length,
    description: `mark-${name}-charge`,
    ...(name === "unattributed" ? {} : { user: `u-${name}` }),
  }));
}

/** Records what these people used and were charged. */
export async function record(ask: Asker, names: string[]): Promise<void> {
  const events = names.flatMap((name) => eventsOf(name, 24));
  const charges = names.flatMap(chargesOf);
  for (const [path, body] of [
    ["/api/v1/events", { events }],
    ["/api/v1/charges", { charges }],
  ] as const) {
    const answer = await ask("POST", path, body);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  }
}

/** One operation of the API, as its document tells. */
export interface Operation {
  method: string;
  path: string;
  access: string;
  parameters: { name: string; in: string }[];
  example: unknown;
}

/** All operations that the API's document names. */
export async function operationsOf(outlay: OpenedOutlay): Promise<Operation[]> {
  const answer = await outlay.ask("GET", "/api/openapi.json");
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, DocumentedOperation>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      access: operation["x-outlay-access"] ?? "none",
      parameters: operation.parameters ?? [],
      example: Object.values(operation.requestBody?.content ?? {})[0]?.example,
    })),
  );
}

interface DocumentedOperation {
  "x-outlay-access"?: string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
}
