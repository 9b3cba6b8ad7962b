import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInput } from "@outlay/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveConfig } from "./config.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-config-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function writeConfig(content: unknown): string {
  const path = join(dataDir, "outlay.config.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function problemOf(act: () => unknown): InvalidInput {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  return expect.fail("it was accepted");
}

test("defaults", () => {
  const { config, origins } = resolveConfig({ environment: {} });
  expect(config).toMatchObject({ port: 4100, host: "127.0.0.1", retentionDays: null, refreshPrices: true });
  expect(config.dataDir).toMatch(/\.outlay$/);
  expect(new Set(Object.values(origins))).toEqual(new Set(["default"]));
});

function allowedInternal(value?: string) {
  const environment = value === undefined ? {} : { OUTLAY_ALLOW_INTERNAL_WEBHOOKS: value };
  return resolveConfig({ flags: { dataDir }, environment }).config.allowInternalWebhooks;
}

test("internal addresses for alerts: none, a list, or all of them", () => {
  expect(allowedInternal()).toBe(false);
  expect(allowedInternal("off")).toBe(false);
  expect(allowedInternal("on")).toBe(true);
  expect(allowedInternal("127.0.0.1, 10.0.0.0/8,n8n")).toEqual(["127.0.0.1", "10.0.0.0/8", "n8n"]);
  expect(problemOf(() => allowedInternal("10.0.0.0/99"))).toMatchObject({ code: "invalid_setting" });
});

test("flags win over the environment, which wins over the file, and each value knows where it came from", () => {
  const path = writeConfig({ port: 1, host: "localhost", retentionDays: 90, timezone: "Asia/Tokyo" });
  const { config, origins } = resolveConfig({
    flags: { dataDir, port: 3 },
    environment: { OUTLAY_PORT: "2", OUTLAY_TIMEZONE: "Europe/Berlin", OUTLAY_REFRESH_PRICES: "off" },
  });
  expect(config).toMatchObject({
    dataDir,
    port: 3,
    host: "localhost",
    timeZone: "Europe/Berlin",
    retentionDays: 90,
    refreshPrices: false,
  });
  expect(origins).toMatchObject({
    dataDir: "flag --data",
    port: "flag --port",
    host: `file ${path}`,
    timeZone: "environment OUTLAY_TIMEZONE",
    retentionDays: `file ${path}`,
    refreshPrices: "environment OUTLAY_REFRESH_PRICES",
  });
});

test("prices and names of one's own come from the file", () => {
  writeConfig({
    priceOverrides: [{ provider: "openai", model: "tuned", from: "2026-11-01", rates: { input: "3" } }],
    modelNames: [{ provider: "azure", name: "our-gpt", model: "gpt-4o" }],
  });
  const { config } = resolveConfig({ flags: { dataDir }, environment: {} });
  expect(config.modelNames).toEqual([{ provider: "azure", name: "our-gpt", model: "gpt-4o" }]);
  expect(config.priceOverrides).toMatchObject([
    { model: "tuned", startMs: Date.UTC(2026, 10, 1), rates: { input: "3" } },
  ]);
});

test("a price of one's own that is none is refused by its field", () => {
  writeConfig({ priceOverrides: [{ provider: "openai", model: "tuned", rates: { input: "cheap" } }] });
  const problem = problemOf(() => resolveConfig({ flags: { dataDir }, environment: {} }));
  expect(problem).toMatchObject({ code: "invalid_override", field: "rates.input" });
});

test("retention can be switched off by word", () => {
  writeConfig({ retentionDays: 90 });
  const { config } = resolveConfig({ flags: { dataDir }, environment: { OUTLAY_RETENTION_DAYS: "off" } });
  expect(config.retentionDays).toBeNull();
});

test.each([
  ["OUTLAY_PORT", "70000", "port"],
  ["OUTLAY_PORT", "4e3", "port"],
  ["OUTLAY_PORT", "-1", "port"],
  ["OUTLAY_TIMEZONE", "Mars/Olympus", "timeZone"],
  ["OUTLAY_RETENTION_DAYS", "0", "retentionDays"],
  ["OUTLAY_REFRESH_PRICES", "maybe", "refreshPrices"],
])("%s=%s is refused by name", (variable, value, field) => {
  const problem = problemOf(() => resolveConfig({ flags: { dataDir }, environment: { [variable]: value } }));
  expect(problem.code).toBe("invalid_setting");
  expect(problem.field).toBe(field);
  expect(problem.message).toContain(variable);
  expect(problem.message).toContain(value);
});

test("an unknown key in the file is refused by name", () => {
  writeConfig({ prot: 4100 });
  const problem = problemOf(() => resolveConfig({ flags: { dataDir }, environment: {} }));
  expect(problem).toMatchObject({ code: "unknown_setting", field: "prot" });
});

test.each(["{", "[]", "null", "4"])("a file that holds %s is refused", (content) => {
  writeConfig(content);
  expect(problemOf(() => resolveConfig({ flags: { dataDir }, environment: {} })).code).toBe("unreadable_config_file");
});

test("variables that mean nothing are told", () => {
  const environment = { OUTLAY_PROT: "1", OUTLAY_PORT: "2", HOME: "/" };
  expect(resolveConfig({ flags: { dataDir }, environment }).unknownVariables).toEqual(["OUTLAY_PROT"]);
});

test("providers of the gateway, from the file and as JSON from the environment", () => {
  const providers = { azure: { baseUrl: "https://me.openai.azure.com" }, vllm: { baseUrl: "http://10.0.0.5:8000/v1" } };
  writeConfig({ providers });
  expect(resolveConfig({ flags: { dataDir }, environment: {} }).config.providers).toEqual(providers);
  const environment = { OUTLAY_PROVIDERS: '{"mine":{"baseUrl":"http://localhost:1","language":"anthropic"}}' };
  const { config, unknownVariables } = resolveConfig({ flags: { dataDir }, environment });
  expect(config.providers).toEqual({ mine: { baseUrl: "http://localhost:1", language: "anthropic" } });
  expect(unknownVariables).toEqual([]);
});

test.each([
  "not json",
  "[]",
  '{"mine":{"baseUrl":"ftp://x"}}',
  '{"mine":{}}',
  '{"Mine":{"baseUrl":"http://x"}}',
  '{"mine":{"baseUrl":"http://x","language":"klingon"}}',
  '{"mine":{"baseUrl":"http://x","apiKey":"sk-1"}}',
])("providers that cannot be used: %s", (OUTLAY_PROVIDERS) => {
  const problem = problemOf(() => resolveConfig({ flags: { dataDir }, environment: { OUTLAY_PROVIDERS } }));
  expect(problem).toMatchObject({ code: "invalid_setting", field: "providers" });
});
