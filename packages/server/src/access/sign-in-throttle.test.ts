import { expect, it, onTestFinished } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { openSignInThrottle } from "./sign-in-throttle.ts";

const MINUTE_MS = 60_000;

async function open() {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-throttle-"));
  const storage = await openSqliteStorage({ dataDir });
  onTestFinished(async () => {
    await storage.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  let nowMs = Date.UTC(2026, 10, 22);
  const reopen = () => openSignInThrottle(storage, () => nowMs);
  return { storage, reopen, throttle: await reopen(), pass: (ms: number) => (nowMs += ms) };
}

const eve = (index: number) => ({ account: `person-${index}`, address: `2001:db8::${index.toString(16)}` });
const ada = (address: string) => ({ account: "ada@example.com", address });

it("lets eight wrong passwords pass for an account from one address, and then waits until the first is old", async () => {
  const { throttle, pass } = await open();
  for (let index = 0; index < 8; index++) {
    await throttle.begin(ada("10.0.0.1"));
    pass(MINUTE_MS);
  }
  const refused = { code: "too_many_sign_ins", status: 429, retryAfterSeconds: 7 * 60 };
  await expect(throttle.begin(ada("10.0.0.1"))).rejects.toMatchObject(refused);
  await expect(throttle.begin({ ...ada("10.0.0.1"), account: " ADA@example.com" })).rejects.toMatchObject(refused);
  // The owner, from elsewhere, is not locked out by it.
  await expect(throttle.begin(ada("10.0.0.2"))).resolves.toBeDefined();
  pass(7 * MINUTE_MS);
  await expect(throttle.begin(ada("10.0.0.1"))).resolves.toBeDefined();
});

it("counts an account over all addresses, and an address over all accounts; a network of IPv6 is one address", async () => {
  const { throttle } = await open();
  for (let index = 0; index < 40; index++) await throttle.begin(ada(`10.0.0.${index}`));
  await expect(throttle.begin(ada("10.0.1.1"))).rejects.toMatchObject({ code: "too_many_sign_ins" });

  for (let index = 0; index < 60; index++) await throttle.begin(eve(index));
  await expect(throttle.begin(eve(61))).rejects.toMatchObject({ code: "too_many_sign_ins" });
  await expect(throttle.begin({ account: "grace", address: "2001:db8:0:1::1" })).resolves.toBeDefined();
});

it("forgets an account's tries at the right password, but not those of the address at other accounts", async () => {
  const { throttle } = await open();
  for (let index = 0; index < 7; index++) await throttle.begin(ada("10.0.0.1"));
  await (await throttle.begin(ada("10.0.0.1"))).succeeded();
  for (let index = 0; index < 8; index++) await throttle.begin(ada("10.0.0.1"));
  await expect(throttle.begin(ada("10.0.0.1"))).rejects.toMatchObject({ code: "too_many_sign_ins" });
});

it("remembers over a restart, keeps no names, and nothing that is over", async () => {
  const { storage, throttle, reopen, pass } = await open();
  await Promise.all(Array.from({ length: 8 }, () => throttle.begin(ada("10.0.0.1"))));
  const again = await reopen();
  await expect(again.begin(ada("10.0.0.1"))).rejects.toMatchObject({ code: "too_many_sign_ins" });
  const kept = JSON.stringify(await storage.listRecords("failed-sign-ins"));
  expect(kept).not.toMatch(/ada|10\.0\.0\.1/);
  pass(16 * MINUTE_MS);
  await (await again.begin({ account: "grace", address: "10.0.0.9" })).succeeded();
  expect(await storage.listRecords("failed-sign-ins")).toHaveLength(2);
});
