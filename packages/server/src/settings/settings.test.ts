import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInput } from "@outlay/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveConfig, settingDeclarations } from "../config.ts";
import type { Config } from "../config.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { Settings } from "./settings.ts";
import { withoutPasswords } from "./without-passwords.ts";

let dataDir: string;
let storage: Storage;
let warnings: string[];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-settings-"));
  storage = await openSqliteStorage({ dataDir });
  warnings = [];
});
afterEach(async () => {
  await storage.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function open(environment: Record<string, string> = {}): Promise<Settings<Config>> {
  return Settings.open({
    storage,
    declarations: settingDeclarations(),
    base: resolveConfig({ flags: { dataDir }, environment }),
    now: () => Date.UTC(2026, 10, 22),
    warn: (message) => warnings.push(message),
  });
}

const find = (settings: Settings<Config>, name: string) => settings.list().find((it) => it.name === name)!;

test("what is set counts at once, stands in for the default, and is there after a restart", async () => {
  const settings = await open();
  const told: string[][] = [];
  settings.onChange((names) => told.push(names));
  await settings.change({ timeZone: "Asia/Kolkata", retentionDays: 90, refreshPrices: "off" }, "person:ada");
  for (const each of [settings, await open()]) {
    expect(each.current).toMatchObject({ timeZone: "Asia/Kolkata", retentionDays: 90, refreshPrices: false });
    expect(find(each, "timeZone")).toMatchObject({ origin: "settings", editable: true, isPending: false });
  }
  expect(told).toEqual([["timeZone", "retentionDays", "refreshPrices"]]);
});

test("what is reset has its default again; null is a value where a setting may have none", async () => {
  const settings = await open();
  await settings.change({ retentionDays: 90, sessionDays: 3, pricesUrl: "https://mirror.example.com" }, "api");
  await settings.change({ retentionDays: null, reset: ["sessionDays", "pricesUrl"] }, "api");
  expect(find(settings, "retentionDays")).toMatchObject({ value: null, origin: "settings", isOptional: true });
  expect(find(settings, "sessionDays")).toMatchObject({ value: 14, origin: "default", isOptional: false });
  await settings.change({ reset: ["retentionDays"] }, "api");
  expect(await storage.getDocument("settings")).toBeNull();
});

test("what needs a restart waits for it, and says so", async () => {
  const settings = await open();
  await settings.change({ sessionDays: 3 }, "api");
  expect(settings.current.sessionDays).toBe(14);
  expect(find(settings, "sessionDays")).toMatchObject({ value: 3, needsRestart: true, isPending: true });
  const again = await open();
  expect(again.current.sessionDays).toBe(3);
  expect(find(again, "sessionDays").isPending).toBe(false);
});

test("flags, environment and file go before the dashboard, and refuse it", async () => {
  await (await open()).change({ timeZone: "Asia/Kolkata" }, "api");
  const settings = await open({ OUTLAY_TIMEZONE: "UTC" });
  expect(find(settings, "timeZone")).toMatchObject({
    value: "UTC",
    origin: "environment OUTLAY_TIMEZONE",
    editable: false,
  });
  await expect(settings.change({ timeZone: "Asia/Tokyo" }, "api")).rejects.toMatchObject({
    code: "setting_fixed",
    status: 409,
    field: "timeZone",
    message: expect.stringContaining("environment OUTLAY_TIMEZONE"),
  });
  expect((await open()).current.timeZone).toBe("Asia/Kolkata");
});

test("all of a change or nothing; a rule can refuse it", async () => {
  const settings = await open();
  const before = settings.list();
  await expect(settings.change({ retentionDays: 9, timeZone: "Mars" }, "api")).rejects.toBeInstanceOf(InvalidInput);
  settings.addRule(({ publicUrl }) => {
    if (publicUrl !== null) throw new InvalidInput("administrator_required", "no");
  });
  await expect(
    settings.change({ retentionDays: 9, publicUrl: "https://costs.example.com" }, "api"),
  ).rejects.toMatchObject({ code: "administrator_required" });
  expect(settings.list()).toEqual(before);
  expect(await storage.listAudit({ limit: 1 })).toEqual([]);
});

test("each change is in the audit trail, without passwords, and one that changes nothing is not", async () => {
  const settings = await open();
  await settings.change({ pricesUrl: "https://me:secret@mirror.example.com/prices.json" }, "person:ada");
  await settings.change({ pricesUrl: "https://me:secret@mirror.example.com/prices.json" }, "person:ada");
  const entries = await storage.listAudit({ limit: 10 });
  expect(entries).toMatchObject([
    {
      actor: "person:ada",
      action: "settings_changed",
      detail: { before: { pricesUrl: null }, after: { pricesUrl: "https://***@mirror.example.com/prices.json" } },
    },
  ]);
  expect(find(settings, "pricesUrl").value).toBe("https://***@mirror.example.com/prices.json");
});

test("a stored value that cannot be used is left out and told of", async () => {
  await storage.putDocument("settings", { timeZone: "Mars", retentionDays: 5, port: 1 });
  const settings = await open();
  expect(settings.current).toMatchObject({ retentionDays: 5, port: 4100 });
  expect(find(settings, "timeZone").origin).toBe("default");
  expect(warnings).toEqual([expect.stringContaining("timeZone")]);
});

describe("what cannot be", () => {
  test.each([
    [[], "invalid_body"],
    ["timeZone", "invalid_body"],
    [{ reset: "timeZone" }, "invalid_body"],
    [{ reset: ["nothing"] }, "unknown_setting"],
    [{ timezone: "UTC" }, "unknown_setting"],
    [{ constructor: 1 }, "unknown_setting"],
    [{ port: 4200 }, "setting_fixed"],
    [{ reset: ["dataDir"] }, "setting_fixed"],
    [{ timeZone: null }, "invalid_setting"],
    [{ retentionDays: 0 }, "invalid_setting"],
    [{ allowedOrigins: ["*"] }, "invalid_setting"],
    [{ pricesUrl: "file:///etc/passwd" }, "invalid_setting"],
    [{ modelNames: [{ provider: "azure", name: "x" }] }, "invalid_setting"],
    [{ timeZone: "UTC", reset: ["timeZone"] }, "invalid_setting"],
  ])("%j", async (wanted, code) => {
    await expect((await open()).change(wanted, "api")).rejects.toMatchObject({ code });
  });
});

test("names and passwords in addresses are left out, wherever they lie", () => {
  const value = { a: [{ baseUrl: "https://me:pass@x.example.com/v1" }], b: "mail@example.com", c: null, d: 1 };
  expect(withoutPasswords(value)).toEqual({ ...value, a: [{ baseUrl: "https://***@x.example.com/v1" }] });
});
