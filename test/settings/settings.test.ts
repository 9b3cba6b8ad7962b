import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";

import { resolvePeriod } from "@outlay/core";
import { resolveConfig } from "../../packages/server/src/config.ts";
import { recordUsage } from "../../packages/server/src/ledger/record-usage.ts";
import { openOutlay } from "../../packages/server/src/outlay.ts";
import { openOne, openOrganisation, type OpenedOutlay } from "../access/organisation.ts";
import { get, record } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

interface WireSetting {
  name: string;
  value: unknown;
  origin: string;
  editable: boolean;
  needsRestart: boolean;
  pending: boolean;
}

const main = join(import.meta.dirname, "../../packages/server/src/main.ts");

async function start(
  dataDir: string,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<RunningServer> {
  const env = { OUTLAY_REFRESH_PRICES: "", TZ: "UTC", ...options.env };
  const server = await startServer({ dataDir, args: options.args ?? [], env });
  onTestFinished(() => server.kill().catch(() => {}));
  return server;
}

function patch(url: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${url}/api/v1/settings`, { method: "PATCH", headers, body: JSON.stringify(body) });
}

async function changed(url: string, body: unknown): Promise<Map<string, WireSetting>> {
  const answer = await patch(url, body);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return byName((await answer.json()) as { settings: WireSetting[] });
}

const byName = ({ settings }: { settings: WireSetting[] }) => new Map(settings.map((one) => [one.name, one]));
const settingsOf = async (url: string) => byName(await get<{ settings: WireSetting[] }>(url, "/api/v1/settings"));

/** What `outlay … --json` prints of settings. */
async function runCli(dataDir: string, ...command: string[]): Promise<Map<string, WireSetting>> {
  const args = ["--conditions=source", main, ...command, "--json", "--data", dataDir];
  const env = { ...process.env, TZ: "UTC" };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return byName(JSON.parse(stdout) as { settings: WireSetting[] });
}

describe("a running server", () => {
  it("goes by another time zone at once, and after a restart", async () => {
    const dataDir = temporaryFolder();
    const server = await start(dataDir);
    const call = { provider: "openai", model: "gpt-4o", usage: { inputTokens: 1_000 } };
    await record(server.url, [{ ...call, id: "late", occurredAt: "2026-03-01T20:00:00Z" }]);
    const days = async () => {
      const answer = await get(server.url, "/api/v1/query?metrics=calls&by=day&from=2026-03-01&to=2026-03-03");
      return answer.rows.filter(({ calls }) => calls === 1).map(({ day }) => day);
    };
    expect(await days()).toEqual(["2026-03-01"]);
    const settings = await changed(server.url, { timeZone: "Asia/Tokyo" });
    expect(settings.get("timeZone")).toMatchObject({ value: "Asia/Tokyo", origin: "settings", pending: false });
    expect(await days()).toEqual(["2026-03-02"]);
    expect(await get(server.url, "/api/v1/meta")).toMatchObject({ timeZone: "Asia/Tokyo" });
    expect((await runCli(dataDir, "doctor")).get("timeZone")).toMatchObject({
      value: "Asia/Tokyo",
      origin: "settings",
    });

    await server.stop();
    const again = await start(dataDir);
    expect(await get(again.url, "/api/v1/meta")).toMatchObject({ timeZone: "Asia/Tokyo" });
    expect((await changed(again.url, { reset: ["timeZone"] })).get("timeZone")).toMatchObject({ origin: "default" });
  });

  it("lets pages of an origin read from the moment it is named", async () => {
    const server = await start(temporaryFolder());
    const origin = "https://app.example.com";
    const allowed = async () =>
      (await fetch(`${server.url}/api/v1/meta`, { headers: { origin } })).headers.get("access-control-allow-origin");
    expect(await allowed()).toBeNull();
    await changed(server.url, { allowedOrigins: [origin] });
    expect(await allowed()).toBe(origin);
    await changed(server.url, { allowedOrigins: [] });
    expect(await allowed()).toBeNull();
  });

  it("prices calls under a name of one's own from the moment it is given, those from before too", async () => {
    const server = await start(temporaryFolder());
    const call = { provider: "azure", model: "our-own-deployment", usage: { inputTokens: 1_000_000 } };
    await record(server.url, [{ ...call, id: "before" }]);
    const cost = async (id: string) =>
      (await get<{ costUsd: number | null }>(server.url, `/api/v1/events/${id}`)).costUsd;
    expect(await cost("before")).toBeNull();
    await changed(server.url, { modelNames: [{ provider: "azure", name: "our-own-deployment", model: "gpt-4o" }] });
    await expect.poll(() => cost("before"), { timeout: 30_000 }).toBeGreaterThan(0);
    await record(server.url, [{ ...call, id: "after" }]);
    expect(await cost("after")).toBe(await cost("before"));
  });

  it("says what waits for a restart, and where the rest is said", async () => {
    const dataDir = temporaryFolder();
    const server = await start(dataDir, { args: ["--retention-days", "30"], env: { OUTLAY_TIMEZONE: "UTC" } });
    const settings = await changed(server.url, { sessionDays: 3 });
    expect(settings.get("sessionDays")).toMatchObject({ value: 3, needsRestart: true, pending: true });
    expect(settings.get("retentionDays")).toMatchObject({ origin: "flag --retention-days", editable: false });
    expect(settings.get("timeZone")).toMatchObject({ origin: "environment OUTLAY_TIMEZONE", editable: false });
    const refused = await patch(server.url, { retentionDays: 5, sessionDays: 4 });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: "setting_fixed",
      field: "retentionDays",
      detail: expect.stringContaining("flag --retention-days"),
    });
    await server.stop();
    expect((await settingsOf((await start(dataDir)).url)).get("sessionDays")).toMatchObject({
      value: 3,
      pending: false,
    });
  });
});

describe("inside the process", () => {
  let outlay: OpenedOutlay;
  beforeEach(async () => {
    outlay = await openOne();
  });
  afterEach(() => outlay.close());

  it("a public address waits for an administrator: the server could not start with it", async () => {
    const set = (publicUrl: string) => outlay.ask("PATCH", "/api/v1/settings", { publicUrl });
    const refused = await set("https://costs.example.com");
    expect(await refused.json()).toMatchObject({ code: "administrator_required", field: "publicUrl" });
    expect((await set("http://localhost:4100")).status).toBe(200);
    const ada = { name: "Ada", email: "ada@example.com", password: "correct horse battery staple" };
    const made = await outlay.ask("POST", "/api/v1/account/set-up", ada);
    const cookie = made.headers.getSetCookie().map((line) => line.split(";")[0]);
    const headers = { cookie: cookie.join("; ") };
    const answer = await outlay.ask("PATCH", "/api/v1/settings", { publicUrl: "https://costs.example.com" }, headers);
    expect(answer.status, await answer.clone().text()).toBe(200);
  });

  it.each([
    [{ allowedOrigins: ["*"] }, 400, "invalid_setting"],
    [{ retentionDays: -1 }, 400, "invalid_setting"],
    [{ dataDir: "/tmp" }, 409, "setting_fixed"],
    [{ nothing: 1 }, 400, "unknown_setting"],
    ["text", 400, "invalid_body"],
  ])("refuses %j", async (body, status, code) => {
    const answer = await outlay.ask("PATCH", "/api/v1/settings", body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
  });
});

it("the command line sets and resets them, with a server or without", async () => {
  const dataDir = temporaryFolder();
  expect((await runCli(dataDir, "settings", "set", "retentionDays", "30")).get("retentionDays")?.value).toBe(30);
  const server = await start(dataDir);
  expect((await settingsOf(server.url)).get("retentionDays")).toMatchObject({ value: 30, origin: "settings" });
  const origins = await runCli(
    dataDir,
    "settings",
    "set",
    "allowedOrigins",
    "https://a.example.com,https://b.example.com",
  );
  expect(origins.get("allowedOrigins")?.value).toEqual(["https://a.example.com", "https://b.example.com"]);
  await runCli(dataDir, "settings", "set", "retentionDays", "off");
  expect((await settingsOf(server.url)).get("retentionDays")).toMatchObject({ value: null, origin: "settings" });
  await runCli(dataDir, "settings", "reset", "retentionDays", "allowedOrigins");
  expect((await runCli(dataDir, "settings", "list")).get("retentionDays")?.origin).toBe("default");
  await expect(runCli(dataDir, "settings", "set", "port", "1")).rejects.toMatchObject({
    stderr: expect.stringContaining("said where the server is started"),
  });
});

it("limits count anew in the days of another zone", async () => {
  const dataDir = temporaryFolder();
  const outlay = await openOutlay(resolveConfig({ flags: { dataDir, refreshPrices: "off" }, environment: {} }), {
    demo: false,
  });
  onTestFinished(() => outlay.close());
  // The day of one began two hours before or 22 after that of the other: the call is of one's day and not of the other's.
  const [earlier, later] = ["Etc/GMT-14", "Etc/GMT+12"]
    .map((zone) => ({ zone, startMs: startOfToday(zone) }))
    .toSorted((one, other) => one.startMs - other.startMs) as [{ zone: string }, { zone: string; startMs: number }];
  const setZone = async (timeZone: string) => {
    const init = { method: "PATCH", headers: { "content-type": "application/json" } };
    const answer = await outlay.http.app.request("/api/v1/settings", { ...init, body: JSON.stringify({ timeZone }) });
    expect(answer.status, await answer.text()).toBe(200);
  };
  await setZone(later.zone);
  const { id } = await outlay.limits.create({ name: "day", amountUsd: 1, period: "day" }, "test");
  const occurredAt = new Date(later.startMs - 60_000).toISOString();
  await recordUsage(outlay.ledger, [{ provider: "test", model: "m", occurredAt, reportedCostUsd: 0.5 }]);
  const spent = async () => (await outlay.limits.states(id)).map(({ spentNanoUsd }) => spentNanoUsd);
  expect(await spent()).toEqual([0]);
  await setZone(earlier.zone);
  expect(await spent()).toEqual([500_000_000]);
});

function startOfToday(timeZone: string): number {
  return resolvePeriod({ period: "today" }, { timeZone, nowMs: Date.now() }).startMs;
}

it("administrators change settings, and the trail says who", async () => {
  const { outlay, askers } = await openOrganisation();
  onTestFinished(() => outlay.close());
  for (const asker of ["member", "lead", "viewer", "key read", "nobody"] as const) {
    for (const method of ["GET", "PATCH"]) {
      const body = method === "GET" ? undefined : { retentionDays: 1 };
      const { status } = await askers[asker](method, "/api/v1/settings", body);
      expect(status, `${asker} ${method}`).toBe(asker === "nobody" ? 401 : 403);
    }
  }
  expect((await askers.administrator("PATCH", "/api/v1/settings", { retentionDays: 90 })).status).toBe(200);
  expect((await askers["key admin"]("PATCH", "/api/v1/settings", { reset: ["retentionDays"] })).status).toBe(200);
  const trail = await askers.administrator("GET", "/api/v1/audit?action=settings");
  expect(await trail.json()).toMatchObject({
    entries: [
      { actor: expect.stringContaining("key:"), detail: { after: { retentionDays: null } } },
      { actor: "person:ada@example.com", detail: { before: { retentionDays: null }, after: { retentionDays: 90 } } },
    ],
  });
});
