import { expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../../../test/temporary-folder.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { openKeys, type Keys, type KeyStore } from "./keys.ts";

const HOUR_MS = 3_600_000;
const startMs = Date.UTC(2026, 10, 22);
const wanted = { name: "report", scopes: ["read" as const], attribution: { user: "ann" } };

interface Opened {
  keys: Keys & KeyStore;
  storage: Storage;
  dataDir: string;
  /** Sets the clock to so many hours after the start. */
  at(hours: number): void;
  /** Closes and opens again what is in the folder. */
  reopen(): Promise<Keys & KeyStore>;
}

async function open(): Promise<Opened> {
  const dataDir = temporaryFolder();
  let nowMs = startMs;
  const storage = await openSqliteStorage({ dataDir });
  const openAgain = () => openKeys({ storage, dataDir, now: () => nowMs });
  let keys = await openAgain();
  onTestFinished(() => keys.close().then(() => storage.close()));
  return {
    keys,
    storage,
    dataDir,
    at(hours) {
      nowMs = startMs + hours * HOUR_MS;
    },
    async reopen() {
      await keys.close();
      keys = await openAgain();
      return keys;
    },
  };
}

it("a key that expires is refused from that instant on, also after a restart, and says so", async () => {
  const { keys, at, reopen } = await open();
  const { token, key } = await keys.create({ ...wanted, expiresAtMs: startMs + 2 * HOUR_MS }, "test");
  at(1.999);
  expect([keys.resolve(token)?.id, keys.hasExpired(token)]).toEqual([key.id, false]);
  at(2);
  expect([keys.resolve(token), keys.hasExpired(token)]).toEqual([null, true]);
  const again = await reopen();
  expect([again.resolve(token), again.hasExpired(token)]).toEqual([null, true]);
  expect(again.list()).toMatchObject([{ id: key.id, expiresAtMs: startMs + 2 * HOUR_MS }]);
  // it may be given more time
  await again.change(key.id, { expiresAtMs: null }, "test");
  expect(again.resolve(token)?.id).toBe(key.id);
  expect(again.hasExpired("outlay_of somebody else")).toBe(false);
});

it("after a rotation both tokens work for the overlap, then the new one alone, also over a restart", async () => {
  const { keys, at, reopen } = await open();
  const first = await keys.create(wanted, "test");
  const second = await keys.rotate(first.key.id, 24 * HOUR_MS, "test");
  expect(second.token).not.toBe(first.token);
  expect(second.key).toMatchObject({
    id: first.key.id,
    ...wanted,
    lastFour: second.token.slice(-4),
    previous: { lastFour: first.token.slice(-4), untilMs: startMs + 24 * HOUR_MS },
  });
  const works = (store: Keys) => [store.resolve(first.token) !== null, store.resolve(second.token) !== null];
  at(23.9);
  expect(works(keys)).toEqual([true, true]);
  const again = await reopen();
  expect(works(again)).toEqual([true, true]);
  at(24);
  expect(works(again)).toEqual([false, true]);
  expect(again.list()).toMatchObject([{ previous: null }]);
  await again.revoke(first.key.id, "test");
  expect(works(again)).toEqual([false, false]);
});

it("another rotation ends the overlap of the one before; withdrawing ends both tokens", async () => {
  const { keys } = await open();
  const first = await keys.create(wanted, "test");
  const second = await keys.rotate(first.key.id, HOUR_MS, "test");
  const third = await keys.rotate(first.key.id, HOUR_MS, "test");
  const working = () => [first, second, third].map(({ token }) => keys.resolve(token) !== null);
  expect(working()).toEqual([false, true, true]);
  await keys.revoke(first.key.id, "test");
  expect(working()).toEqual([false, false, false]);
});

it("a key that expires gets the same time again when it is rotated, and its old token no more than it had", async () => {
  const { keys, at } = await open();
  const first = await keys.create({ ...wanted, expiresAtMs: startMs + 10 * HOUR_MS }, "test");
  at(9);
  const second = await keys.rotate(first.key.id, 24 * HOUR_MS, "test");
  expect(second.key).toMatchObject({
    expiresAtMs: startMs + 19 * HOUR_MS,
    previous: { untilMs: startMs + 10 * HOUR_MS },
  });
  at(18);
  expect((await keys.rotate(first.key.id, 0, "test")).key).toMatchObject({
    expiresAtMs: startMs + 28 * HOUR_MS,
    previous: null,
  });
});

it("a key that is withdrawn while a rotation is being stored stays withdrawn", async () => {
  const { keys, storage, reopen } = await open();
  const { key, token } = await keys.create(wanted, "test");
  const put = storage.putDocument.bind(storage);
  let revoking: Promise<void> | null = null;
  storage.putDocument = async (name, value) => {
    revoking ??= keys.revoke(key.id, "test");
    await put(name, value);
  };
  await expect(keys.rotate(key.id, HOUR_MS, "test")).rejects.toMatchObject({ code: "key_not_found" });
  await revoking;
  storage.putDocument = put;
  for (const store of [keys, await reopen()]) {
    expect(store.list()).toEqual([]);
    expect(store.resolve(token)).toBeNull();
  }
});

it("remembers where a key was used from, the newest first, ten of them, over a restart", async () => {
  const { keys, storage, at, reopen } = await open();
  const { key, token } = await keys.create(wanted, "test");
  keys.resolve(token);
  expect(keys.list()).toMatchObject([{ lastUsedAtMs: startMs, usedFrom: [] }]);
  for (let hour = 1; hour <= 12; hour++) {
    at(hour);
    keys.resolve(token, `192.0.2.${hour}`);
  }
  at(13);
  keys.resolve(token, "192.0.2.5");
  const [listed] = keys.list();
  expect(listed!.usedFrom).toHaveLength(10);
  expect(listed!.usedFrom.slice(0, 2)).toEqual([
    { address: "192.0.2.5", firstAtMs: startMs + 5 * HOUR_MS, lastAtMs: startMs + 13 * HOUR_MS },
    { address: "192.0.2.12", firstAtMs: startMs + 12 * HOUR_MS, lastAtMs: startMs + 12 * HOUR_MS },
  ]);
  expect((await reopen()).list()).toEqual([listed]);
  // as it was kept before addresses were
  await storage.putDocument("keys/last-used", { [key.id]: startMs });
  const old = await openKeys({ storage, dataDir: temporaryFolder(), now: () => startMs });
  expect(old.list()).toMatchObject([{ lastUsedAtMs: startMs, usedFrom: [] }]);
  await old.close();
});

it("what was changed stands in the audit trail with what it was before, without tokens", async () => {
  const { keys, storage } = await open();
  const { key, token } = await keys.create(wanted, "ada");
  await keys.change(key.id, { scopes: ["ingest"], name: "shop" }, "grace");
  const [entry] = await storage.listAudit({ limit: 1 });
  expect(entry).toMatchObject({
    actor: "grace",
    action: "key_changed",
    detail: { id: key.id, before: { name: "report", scopes: ["read"] }, after: { name: "shop", scopes: ["ingest"] } },
  });
  const rotated = await keys.rotate(key.id, 0, "grace");
  const trail = JSON.stringify(await storage.listAudit({ limit: 100 }));
  for (const secret of [token, rotated.token]) expect(trail).not.toContain(secret.slice(7, 30));
});
