import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { InvalidInput } from "@outlay/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { temporaryFolder } from "../../../../test/temporary-folder.ts";
import { openKeys, type Keys, type KeyStore } from "./keys.ts";

const nowMs = Date.UTC(2026, 10, 22);
const providerSecret = "sk-live-THE-PROVIDERS-OWN-KEY-7f3a";
const wanted = { name: "shop", scopes: ["gateway" as const], attribution: { project: "shop", tags: { tier: "gold" } } };

interface Opened {
  keys: Keys & KeyStore;
  storage: Storage;
  dataDir: string;
  warnings: string[];
  close(): Promise<void>;
}

async function open(dataDir = temporaryFolder(), secret: string | null = null): Promise<Opened> {
  const warnings: string[] = [];
  const storage = await openSqliteStorage({ dataDir });
  const keys = await openKeys({
    storage,
    dataDir,
    now: () => nowMs,
    secret,
    warn: (message) => warnings.push(message),
  });
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= keys.close().then(() => storage.close()));
  onTestFinished(close);
  return { keys, storage, dataDir, warnings, close };
}

/** Everything that lies in the data folder, as one text. */
function folderContent(dataDir: string): string {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

describe("Outlay's keys", () => {
  it("are found by their token, with whose calls they are", async () => {
    const { keys } = await open();
    const { key, token } = await keys.create(wanted, "test");
    expect(token).toMatch(/^outlay_[\w-]{43}$/);
    expect(keys.resolve(token)).toMatchObject({ id: key.id, ...wanted });
    expect(keys.list()).toEqual([{ ...key, lastUsedAtMs: nowMs }]);
    expect(key).toMatchObject({ lastFour: token.slice(-4), createdAtMs: nowMs, lastUsedAtMs: null });
  });

  it("are not found by anything else", async () => {
    const { keys } = await open();
    const { token } = await keys.create(wanted, "test");
    const last = token.endsWith("A") ? "B" : "A";
    for (const other of ["", "outlay_", token.slice(0, -1), `${token.slice(0, -1)}${last}`, `${token}A`, ` ${token}`]) {
      expect(keys.resolve(other), other).toBeNull();
    }
  });

  it("are all different", async () => {
    const { keys } = await open();
    const made = await Promise.all(Array.from({ length: 20 }, () => keys.create(wanted, "test")));
    expect(new Set(made.map(({ token }) => token)).size).toBe(20);
    expect(keys.list().length).toBe(20);
    for (const { token, key } of made) expect(keys.resolve(token)?.id).toBe(key.id);
  });

  it("are there again after a restart, with their last use", async () => {
    const first = await open();
    const { token, key } = await first.keys.create(wanted, "test");
    first.keys.resolve(token);
    await first.close();
    const second = await open(first.dataDir);
    expect(second.keys.list()).toEqual([{ ...key, lastUsedAtMs: nowMs }]);
    expect(second.keys.resolve(token)?.id).toBe(key.id);
  });

  it("stop at once when they are revoked, and for good", async () => {
    const first = await open();
    const { token, key } = await first.keys.create(wanted, "test");
    const revoking = first.keys.revoke(key.id, "test");
    expect(first.keys.resolve(token)).toBeNull();
    await revoking;
    expect(first.keys.list()).toEqual([]);
    await first.close();
    const second = await open(first.dataDir);
    expect(second.keys.resolve(token)).toBeNull();
    await expect(second.keys.revoke(key.id, "test")).rejects.toMatchObject({ code: "key_not_found", status: 404 });
  });

  it("stay revoked when that cannot be stored, which is said", async () => {
    const { keys, storage } = await open();
    const { token, key } = await keys.create(wanted, "test");
    storage.putDocument = () => Promise.reject(new Error("disk full"));
    await expect(keys.revoke(key.id, "test")).rejects.toThrow("disk full");
    expect(keys.resolve(token)).toBeNull();
  });

  it("are not given out when they cannot be stored", async () => {
    const { keys, storage } = await open();
    storage.putDocument = () => Promise.reject(new Error("disk full"));
    await expect(keys.create(wanted, "test")).rejects.toThrow("disk full");
    expect(keys.list()).toEqual([]);
  });
});

describe("keys of providers", () => {
  it("stand behind Outlay's keys", async () => {
    const first = await open();
    const { key } = await first.keys.create(wanted, "test");
    expect(first.keys.providerKey(key, "openai")).toBeNull();
    await first.keys.storeProviderKey({ provider: "openai", name: "team", key: providerSecret }, "test");
    expect(first.keys.providerKey(key, "openai")).toBe(providerSecret);
    expect(first.keys.providerKey(key, "anthropic")).toBeNull();
    await first.close();
    const second = await open(first.dataDir);
    expect(second.keys.providerKey(key, "openai")).toBe(providerSecret);
    const listed = { provider: "openai", name: "team", lastFour: "7f3a", storedAtMs: nowMs, readable: true };
    expect(second.keys.listProviderKeys()).toEqual([listed]);
    await second.keys.deleteProviderKey("openai", "test");
    expect(second.keys.providerKey(key, "openai")).toBeNull();
    await expect(second.keys.deleteProviderKey("openai", "test")).rejects.toMatchObject({
      code: "provider_key_not_found",
    });
  });

  it("are encrypted with a secret that only its owner may read", async () => {
    const { keys, dataDir } = await open();
    await keys.storeProviderKey({ provider: "openai", name: "team", key: providerSecret }, "test");
    expect(statSync(join(dataDir, "secret.key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dataDir, "secret.key"), "utf8").trim().length).toBeGreaterThan(40);
  });

  it("are encrypted differently each time", async () => {
    const { keys, storage } = await open();
    const locked = async () => {
      await keys.storeProviderKey({ provider: "openai", name: "team", key: providerSecret }, "test");
      return JSON.stringify(await storage.getDocument("keys/providers"));
    };
    expect(await locked()).not.toBe(await locked());
  });

  it("cannot be moved from one provider to another", async () => {
    const first = await open();
    await first.keys.storeProviderKey({ provider: "openai", name: "team", key: providerSecret }, "test");
    const [stored] = (await first.storage.getDocument("keys/providers")) as [object];
    await first.storage.putDocument("keys/providers", [stored, { ...stored, provider: "groq" }]);
    await first.close();
    const second = await open(first.dataDir);
    expect(second.keys.listProviderKeys().map(({ provider, readable }) => [provider, readable])).toEqual([
      ["groq", false],
      ["openai", true],
    ]);
  });

  it("are named when the secret is another one, and the rest works", async () => {
    const secret = "0123456789abcdef0123456789abcdef";
    const first = await open(temporaryFolder(), secret);
    const { token } = await first.keys.create(wanted, "test");
    await first.keys.storeProviderKey({ provider: "openai", name: "team", key: providerSecret }, "test");
    await first.close();
    const second = await open(first.dataDir, `${secret}!`);
    expect(second.warnings).toEqual([expect.stringMatching(/"team" for openai cannot be opened: OUTLAY_SECRET/)]);
    const key = second.keys.resolve(token)!;
    expect(second.keys.providerKey(key, "openai")).toBeNull();
    expect(second.keys.listProviderKeys()).toMatchObject([{ provider: "openai", readable: false }]);
    await second.keys.storeProviderKey({ provider: "groq", name: "other", key: "gsk_another-key-0000" }, "test");
    expect(second.keys.providerKey(key, "groq")).toBe("gsk_another-key-0000");
    await second.close();
    const third = await open(first.dataDir, secret);
    expect(third.keys.providerKey(key, "openai")).toBe(providerSecret);
  });

  it("are named when the file of the secret is gone, and a new one can be made", async () => {
    const first = await open();
    await first.keys.storeProviderKey({ provider: "openai", name: "team", key: providerSecret }, "test");
    await first.close();
    rmSync(join(first.dataDir, "secret.key"));
    const second = await open(first.dataDir);
    expect(second.warnings).toEqual([expect.stringMatching(/"team" for openai.*secret\.key/)]);
    await second.keys.storeProviderKey({ provider: "openai", name: "team", key: providerSecret }, "test");
    expect(second.keys.listProviderKeys()).toMatchObject([{ readable: true }]);
  });

  it("want a secret that cannot be guessed", async () => {
    await expect(open(temporaryFolder(), "hunter2")).rejects.toThrow(InvalidInput);
    await expect(open(temporaryFolder(), "hunter2")).rejects.toMatchObject({
      code: "secret_too_short",
      message: expect.not.stringContaining("hunter2") as string,
    });
  });
});

it("neither tokens nor keys of providers lie anywhere in the data folder or in the audit trail", async () => {
  const { keys, storage, dataDir, close } = await open();
  const kept = await keys.create(wanted, "test");
  const revoked = await keys.create({ ...wanted, name: "old" }, "test");
  await keys.revoke(revoked.key.id, "test");
  await keys.storeProviderKey({ provider: "openai", name: "team", key: providerSecret }, "test");
  await keys.storeProviderKey({ provider: "groq", name: "other", key: "gsk_another-key-0000" }, "test");
  await keys.deleteProviderKey("groq", "test");
  const audit = await storage.listAudit({ limit: 100 });
  const actions = ["key_created", "key_created", "key_revoked", "provider_key_stored"];
  expect(audit.map(({ action }) => action).toReversed()).toEqual([
    ...actions,
    "provider_key_stored",
    "provider_key_deleted",
  ]);
  expect(audit.every(({ actor, atMs }) => actor === "test" && atMs === nowMs)).toBe(true);
  await close();
  const content = `${folderContent(dataDir)}${JSON.stringify(audit)}`;
  expect(content).toContain("provider_key_stored");
  for (const secret of [kept.token, revoked.token, providerSecret, "gsk_another-key-0000"]) {
    expect(content).not.toContain(secret);
    expect(content).not.toContain(secret.slice(7, 20));
    expect(content).not.toContain(Buffer.from(secret).toString("base64").slice(0, 16));
  }
});
