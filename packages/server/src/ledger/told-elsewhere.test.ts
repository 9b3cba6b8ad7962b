import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claudeCode } from "../importers/claude-code/claude-code.ts";
import { importLogs } from "../importers/import-logs.ts";
import { destinationOf } from "../importers/ledger-destination.fixture.ts";
import { OtlpReceiver } from "../telemetry/otlp-receiver.ts";
import type { TelemetryLog } from "../telemetry/otlp-records.ts";
import { openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { countTelemetry } from "./told-elsewhere.ts";

/** Claude Code's telemetry and its logs tell of the same calls; whichever comes first, each counts once. */

const AT_MS = Date.UTC(2026, 10, 20, 10);
let ledger: OpenLedger;
let folder: string;

beforeEach(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  folder = mkdtempSync(join(tmpdir(), "outlay-told-"));
  mkdirSync(join(folder, "projects", "-home-dev-app"), { recursive: true });
});
afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

function logOf(number: number, session = "one"): TelemetryLog {
  return {
    name: "claude_code.api_request",
    scope: { name: "com.anthropic.claude_code.events", version: "1" },
    timeMs: AT_MS + number * 1_000,
    traceId: "",
    spanId: "",
    resource: { "service.name": "claude-code" },
    attributes: {
      "session.id": session,
      request_id: `req_011CQ${number}`,
      model: "claude-sonnet-4-5",
      input_tokens: "100",
      output_tokens: "10",
      duration_ms: "900",
    },
  } as unknown as TelemetryLog;
}

const tell = (...items: TelemetryLog[]) => new OtlpReceiver(ledger).logs({ items, rejected: 0 });

async function importCalls(...numbers: number[]) {
  const lines = numbers.map((number) =>
    JSON.stringify({
      type: "assistant",
      sessionId: "one",
      requestId: `req_011CQ${number}`,
      timestamp: new Date(AT_MS + number * 1_000).toISOString(),
      message: { id: `msg_${number}`, model: "claude-sonnet-4-5", usage: { input_tokens: 100, output_tokens: 10 } },
    }),
  );
  writeFileSync(join(folder, "projects", "-home-dev-app", "one.jsonl"), `${lines.join("\n")}\n`);
  const files = await claudeCode.listFiles(folder);
  const destination = destinationOf(ledger, "laptop");
  return importLogs({ importer: claudeCode, files, destination, machine: "laptop" });
}

const count = async () => (await ledger.storage.stats()).events;

test("telemetry first: of the logs, only what it has not told is recorded", async () => {
  await tell(logOf(1), logOf(2));
  expect(await importCalls(1, 2, 3)).toMatchObject({ recorded: 1, known: 2 });
  expect(await count()).toBe(3);
  // told again, by either: nothing changes
  await tell(logOf(1), logOf(2), logOf(3));
  expect(await importCalls(1, 2, 3, 4)).toMatchObject({ recorded: 1 });
  expect(await count()).toBe(4);
});

test("calls of telemetry without an id of the request are counted, on the days and of the tool that were asked about", async () => {
  const { request_id: _, ...unnamed } = logOf(2).attributes;
  await tell(logOf(1), { ...logOf(2), attributes: { ...unnamed, "event.sequence": 2 } });
  const range = { startMs: AT_MS, endMs: AT_MS + 86_400_000 };
  expect(await countTelemetry(ledger, "claude-code", range)).toEqual({ calls: 1, isMore: false });
  expect(await countTelemetry(ledger, "codex", range)).toMatchObject({ calls: 0 });
  expect(await countTelemetry(ledger, "claude-code", { ...range, startMs: AT_MS + 3_000 })).toMatchObject({ calls: 0 });
});

test("logs first: of the telemetry, only what they have not told is recorded; another session is another call", async () => {
  await importCalls(1, 2);
  await tell(logOf(1), logOf(2), logOf(3), logOf(1, "two"));
  expect(await count()).toBe(4);
});
