import { statSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { outlay, startWithAdministrator } from "./account-server.ts";

interface Key {
  id: string;
  expiresAt: string | null;
  expired: boolean;
  previous: { lastFour: string } | null;
  usedFrom: { address: string }[];
}

it("the command line of the data folder's owner makes, rotates and audits keys where everybody else has to sign in", async () => {
  const { server, ada } = await startWithAdministrator();
  const own = (...args: string[]) => outlay(["--data", server.dataDir, ...args]);
  const json = async <T>(...args: string[]) => JSON.parse((await own("--json", ...args)).stdout) as T;
  const get = (token: string) =>
    fetch(`${server.url}/api/v1/query`, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status);

  expect((await fetch(`${server.url}/api/v1/keys`)).status).toBe(401);
  expect(statSync(join(server.dataDir, "server.json")).mode & 0o777).toBe(0o600);

  const made = await json<{ key: Key; token: string }>(
    "keys",
    "create",
    "report",
    "--scope",
    "read",
    "--expires",
    "90d",
  );
  expect(Date.parse(made.key.expiresAt!)).toBeGreaterThan(Date.now() + 89 * 86_400_000);
  const next = await json<{ key: Key; token: string }>("keys", "rotate", made.key.id, "--overlap", "24");
  expect([await get(made.token), await get(next.token)]).toEqual([200, 200]);
  const last = await json<{ key: Key; token: string }>("keys", "rotate", made.key.id, "--overlap", "0");
  expect([await get(made.token), await get(next.token), await get(last.token)]).toEqual([401, 401, 200]);
  const { keys } = await json<{ keys: Key[] }>("keys", "list");
  expect(keys).toMatchObject([
    { id: made.key.id, expired: false, previous: null, usedFrom: [{ address: "127.0.0.1" }] },
  ]);
  expect((await own("keys", "list")).stdout).toContain("127.0.0.1");
  await expect(own("keys", "create", "late", "--expires", "2020-01-01")).rejects.toThrow(/expiresAt is 2020-01-01/);

  const changed = await ada.ask<{ key: Key }>("PATCH", `/api/v1/keys/${made.key.id}`, { scopes: ["ingest"] });
  expect(changed.status).toBe(200);
  expect(await get(last.token)).toBe(403);

  const { entries } = await json<{ entries: { actor: string; action: string; detail: object }[] }>(
    "audit",
    "list",
    "--action",
    "key_",
  );
  expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
    ["person:ada@example.com", "key_changed"],
    ["cli", "key_rotated"],
    ["cli", "key_rotated"],
    ["cli", "key_created"],
  ]);
  expect(entries[0]!.detail).toMatchObject({ before: { scopes: ["read"] }, after: { scopes: ["ingest"] } });
  expect((await json<{ entries: object[] }>("audit", "list", "--actor", "ADA@", "--limit", "1")).entries).toHaveLength(
    1,
  );
  expect((await own("audit", "list")).stdout).toContain("key_rotated");

  const csv = (await own("audit", "export", "--action", "key_")).stdout.trim().split("\r\n");
  expect(csv[0]).toBe("seq,at,actor,action,detail");
  expect(csv).toHaveLength(5);
  const lines = (await own("audit", "export", "--format", "jsonl")).stdout.trim().split("\n");
  const all = JSON.parse((await own("audit", "export", "--format", "json")).stdout) as object[];
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual(all);
  for (const { token } of [made, next, last]) {
    expect(JSON.stringify(all)).not.toContain(token.slice(7, 30));
    expect(server.output()).not.toContain(token.slice(7, 30));
  }
});

it("with a key the command line asks a server elsewhere, and sees what the key may", async () => {
  const { server, ada } = await startWithAdministrator();
  const { json } = await ada.ask<{ token: string }>("POST", "/api/v1/keys", { name: "r", scopes: ["read"] });
  const remote = (key: string, ...args: string[]) =>
    outlay(["--server", server.url, ...args], { env: { OUTLAY_KEY: key } });
  expect((await remote(json.token, "--json", "query", "metrics=calls")).stdout).toContain('"calls": 0');
  await expect(remote(json.token, "audit", "list")).rejects.toThrow(/admin/);
  await expect(remote("", "query", "metrics=calls")).rejects.toThrow(/[Ss]ign in/);
});
