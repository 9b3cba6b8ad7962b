import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { openCredentials } from "./credentials.ts";

const PASSWORD = "correct horse battery staple";
const here = { address: "10.0.0.1", userAgent: "a browser", isSecure: true };
const ada = { id: "ada", name: "Ada", email: "ada@example.com" };
const HOUR_MS = 3_600_000;

async function open() {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-credentials-"));
  const credentials = await openCredentials({ dataDir, sessionDays: 3, secret: "only for tests, and long enough" });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 22) });
  onTestFinished(() => {
    vi.useRealTimers();
    credentials.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await credentials.create({ ...ada, password: PASSWORD });
  return credentials;
}

const withCookie = ([line = ""]: string[]) => new Headers({ cookie: line.split(";")[0]! });
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

it("renews a session's cookie once a day; the old one is good for a minute more", async () => {
  const credentials = await open();
  const cookies = await credentials.openSession("ada", here);
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatch(/^outlay\.session_token=\S+; Max-Age=259200; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  const first = withCookie(cookies);
  pass(23 * HOUR_MS);
  expect(await credentials.renew(first, here)).toEqual([]);
  pass(2 * HOUR_MS);
  const second = withCookie(await credentials.renew(first, here));
  expect(second.get("cookie")).not.toBe(first.get("cookie"));
  expect(await credentials.renew(first, here)).toEqual([]);
  expect(await credentials.sessionOf(first)).not.toBeNull();
  pass(61_000);
  expect(await credentials.sessionOf(first)).toBeNull();
  const session = await credentials.sessionOf(second);
  expect(session).toMatchObject({ personId: "ada", address: "10.0.0.1", createdAtMs: Date.UTC(2026, 10, 22) });
  expect(await credentials.sessionsOf("ada")).toEqual([session]);
});

it("ends a session that nobody has used for as long as the settings say", async () => {
  const credentials = await open();
  const headers = withCookie(await credentials.openSession("ada", here));
  pass(72 * HOUR_MS - 1);
  expect(await credentials.sessionOf(headers)).not.toBeNull();
  pass(1_000);
  expect(await credentials.sessionOf(headers)).toBeNull();
});

it("knows the right password of the right person, and nobody without one", async () => {
  const credentials = await open();
  const grace = { id: "grace", name: "Grace", email: "grace@example.com" };
  await credentials.create({ ...grace, password: null });
  expect(await credentials.isPassword("ada", PASSWORD)).toBe(true);
  expect(await credentials.isPassword("ada", `${PASSWORD} `)).toBe(false);
  expect(await credentials.isPassword("grace", PASSWORD)).toBe(false);
  expect(await credentials.isPassword("nobody", PASSWORD)).toBe(false);
  await credentials.setPassword(grace, "another long sentence");
  expect(await credentials.isPassword("grace", "another long sentence")).toBe(true);
  expect(await credentials.isPassword("ada", "another long sentence")).toBe(false);
});

it("remembers whom a provider has brought, until they are removed", async () => {
  const credentials = await open();
  await credentials.linkProvider(ada, "https://login.example.com", "42");
  expect(await credentials.personOfProvider("https://login.example.com", "42")).toBe("ada");
  expect(await credentials.personOfProvider("https://other.example.com", "42")).toBeNull();
  const headers = withCookie(await credentials.openSession("ada", here));
  await credentials.remove("ada");
  expect(await credentials.personOfProvider("https://login.example.com", "42")).toBeNull();
  expect(await credentials.sessionOf(headers)).toBeNull();
});

it("takes somebody in again whose file was lost, and leaves nothing of others with the same address", async () => {
  const credentials = await open();
  const joan = { id: "joan", name: "Joan", email: "joan@example.com" };
  await credentials.setPassword(joan, PASSWORD);
  expect(await credentials.isPassword("joan", PASSWORD)).toBe(true);
  expect(await credentials.sessionOf(withCookie(await credentials.openSession("joan", here)))).not.toBeNull();
  await credentials.create({ ...joan, id: "joan-2", password: null });
  expect(await credentials.isPassword("joan", PASSWORD)).toBe(false);
  expect(await credentials.sessionsOf("joan")).toEqual([]);
});
