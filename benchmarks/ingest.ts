/**
 * How fast are events recorded over HTTP, in batches of 1,000, durable, idempotent, with every sum and index?
 * Compared in one run with: the same rows into bare SQLite with the same driver; our own storage without HTTP;
 * one durable row a transaction.
 *
 *   npx node --conditions=source benchmarks/ingest.ts [--events 10000000]
 *
 * Leaves its data folder behind for the other benchmarks.
 */
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";

import type { WireEvent } from "@outlay/core";
import { startServer } from "../test/start-server.ts";
import { batches, benchmarkEvents, bodyOf, datasetFolder, folderBytes } from "./dataset.ts";
import { HttpClient } from "./http-client.ts";
import { recordedEvents } from "./recorded-events.ts";
import { printResult, thousands } from "./timing.ts";
import { openSqliteStorage } from "../packages/server/src/storage/sqlite/sqlite-storage.ts";

const { values } = parseArgs({ options: { events: { type: "string", default: "10000000" } } });
const totalEvents = Number(values.events);
const BATCH = 1_000;
/** Batches made before the clock runs, then sent: making them must not compete with the server. */
const BATCHES_A_ROUND = 50;
const CONNECTIONS = 4;
/** The yardsticks are measured with this many, or all if there are fewer. */
const YARDSTICK_EVENTS = Math.min(totalEvents, 300_000);

type BareValue = string | number | null | undefined;
const asNumber = (value: boolean | null | undefined) => (value == null ? null : Number(value));
/** Twenty-five columns beside the id: what an event says, one value each. */
const BARE_COLUMNS: { name: string; value: (event: WireEvent) => BareValue }[] = [
  { name: "occurredAt", value: ({ occurredAt }) => Date.parse(occurredAt as string) },
  { name: "provider", value: ({ provider }) => provider },
  { name: "model", value: ({ model }) => model },
  { name: "requestedModel", value: ({ requestedModel }) => requestedModel },
  { name: "operation", value: ({ operation }) => operation },
  { name: "user", value: ({ user }) => user },
  { name: "team", value: ({ team }) => team },
  { name: "project", value: ({ project }) => project },
  { name: "customer", value: ({ customer }) => customer },
  { name: "agent", value: ({ agent }) => agent },
  { name: "activity", value: ({ activity }) => activity },
  { name: "session", value: ({ session }) => session },
  { name: "trace", value: ({ trace }) => trace },
  { name: "environment", value: ({ environment }) => environment },
  { name: "credential", value: ({ credential }) => credential },
  { name: "tags", value: ({ tags }) => (tags ? JSON.stringify(tags) : null) },
  { name: "source", value: ({ source }) => source },
  { name: "inputTokens", value: ({ usage }) => usage?.inputTokens },
  { name: "cacheReadTokens", value: ({ usage }) => usage?.cacheReadTokens },
  { name: "cacheWriteTokens", value: ({ usage }) => usage?.cacheWriteTokens },
  { name: "outputTokens", value: ({ usage }) => usage?.outputTokens },
  { name: "reasoningTokens", value: ({ usage }) => usage?.reasoningTokens },
  { name: "durationMs", value: ({ durationMs }) => durationMs },
  { name: "success", value: ({ success }) => asNumber(success) },
  { name: "costNanoUsd", value: () => 12_345_678 },
];

const folder = mkdtempSync(join(tmpdir(), "outlay-ingest-"));
try {
  const bare = bareSqlite(BATCH, YARDSTICK_EVENTS);
  const single = bareSqlite(1, Math.min(YARDSTICK_EVENTS, 5_000));
  const storage = await ownStorage();
  const http = await overHttp();

  printResult("bare SQLite, batches of 1,000", `${thousands(bare)}/s`);
  printResult("bare SQLite, one row a transaction", `${thousands(single)}/s`);
  printResult("our storage without HTTP", `${thousands(storage)}/s`);
  printResult(`HTTP, first ${thousands(http.first.events)}`, `${thousands(http.first.rate)}/s`);
  printResult(`HTTP, last ${thousands(http.last.events)}`, `${thousands(http.last.rate)}/s`);
  printResult(`HTTP, all ${thousands(totalEvents)}`, `${thousands(http.rate)}/s`);
  printRatio("HTTP : bare SQLite", http.first.rate / bare, 0.25);
  printRatio("HTTP : our storage", http.first.rate / storage, 0.7);
  printRatio("HTTP : one row a transaction", http.first.rate / single, 6);
  printRatio("last : first", http.last.rate / http.first.rate, 0.8);
  printResult("disk an event", `${http.bytesPerEvent.toFixed(0)} bytes`, {
    ok: http.bytesPerEvent <= 250,
    what: "at most 250",
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function printRatio(name: string, value: number, least: number): void {
  printResult(name, value.toFixed(2), { ok: value >= least, what: `at least ${least}` });
}

/** Events a second: the same fields as columns of one table with its id as key, and nothing else. */
function bareSqlite(batchSize: number, events: number): number {
  const path = join(folder, `bare-${batchSize}.sqlite`);
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  const columns = BARE_COLUMNS.map(({ name }) => name);
  database.exec(`CREATE TABLE events (id TEXT PRIMARY KEY, ${columns.join(", ")}) WITHOUT ROWID`);
  const insert = database.prepare(`INSERT OR IGNORE INTO events VALUES (?, ${columns.map(() => "?").join(", ")})`);
  let spentMs = 0;
  for (const batch of batches(benchmarkEvents(events), batchSize)) {
    const rows = batch.map((event) => [event.id!, ...BARE_COLUMNS.map(({ value }) => value(event) ?? null)]);
    const startedMs = performance.now();
    database.exec("BEGIN IMMEDIATE");
    for (const row of rows) insert.run(...row);
    database.exec("COMMIT");
    spentMs += performance.now() - startedMs;
  }
  database.close();
  return (events / spentMs) * 1_000;
}

/** Events a second that our storage appends when it is called from the same process. */
async function ownStorage(): Promise<number> {
  const storage = await openSqliteStorage({ dataDir: join(folder, "own") });
  let spentMs = 0;
  for (const round of batches(batches(benchmarkEvents(YARDSTICK_EVENTS), BATCH), BATCHES_A_ROUND)) {
    const recorded = await Promise.all(round.map(recordedEvents));
    const startedMs = performance.now();
    await inParallel(recorded, CONNECTIONS, (events) => storage.appendEvents(events));
    spentMs += performance.now() - startedMs;
  }
  await storage.close();
  return (YARDSTICK_EVENTS / spentMs) * 1_000;
}

async function overHttp() {
  const dataDir = join(folder, "http");
  const server = await startServer({ dataDir, built: true });
  const client = new HttpClient(server.url, CONNECTIONS);
  const rounds: { events: number; ms: number }[] = [];
  for (const round of batches(batches(benchmarkEvents(totalEvents), BATCH), BATCHES_A_ROUND)) {
    const bodies = round.map(bodyOf);
    const startedMs = performance.now();
    await inParallel(bodies, CONNECTIONS, (body) => client.post("/api/v1/events", body));
    rounds.push({ events: round.reduce((sum, batch) => sum + batch.length, 0), ms: performance.now() - startedMs });
  }
  client.close();
  await server.stop();
  const bytesPerEvent = folderBytes(dataDir) / totalEvents;
  const kept = datasetFolder(totalEvents);
  rmSync(kept, { recursive: true, force: true });
  renameSync(dataDir, kept);
  const part = Math.max(1, Math.floor(rounds.length / 10));
  return {
    first: rateOf(rounds.slice(0, part)),
    last: rateOf(rounds.slice(-part)),
    rate: rateOf(rounds).rate,
    bytesPerEvent,
  };
}

function rateOf(rounds: { events: number; ms: number }[]): { events: number; rate: number } {
  const events = rounds.reduce((sum, round) => sum + round.events, 0);
  return { events, rate: (events / rounds.reduce((sum, round) => sum + round.ms, 0)) * 1_000 };
}

async function inParallel<T>(items: T[], workers: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
