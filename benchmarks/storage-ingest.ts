import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { EVENT_COLUMNS } from "../packages/server/src/storage/sqlite/event-row.ts";
import { openSqliteStorage } from "../packages/server/src/storage/sqlite/sqlite-storage.ts";
import type { RecordedEvent } from "../packages/server/src/storage/storage.ts";
import { durationMs, numberArgument, perSecond, printRow } from "./measure.ts";
import { storageBatches } from "./storage-events.ts";

/**
 * Ingest without HTTP: our storage (batches of 1,000, durable, idempotent, every index, rollups, sessions) against
 * bare node:sqlite inserts of the same rows, and one durable row per transaction.
 *
 *   node --conditions=source benchmarks/storage-ingest.ts [--events 300000] [--of 10000000]
 *
 * `--of`: how many events the 90 days hold in all, of which the first `--events` are used: the density of the data.
 */
const events = numberArgument("events", 300_000);
const of = numberArgument("of", 10_000_000);
const BATCH = 1_000;

const folder = mkdtempSync(join(tmpdir(), "outlay-ingest-"));
try {
  const bare = bareInserts(events);
  const single = singleInserts(2_000);
  const ours = await ourAppends("ours", {});
  const random = await ourAppends("random", { randomIds: true });
  printRow("", "events", "ratio to bare", "bytes an event");
  printRow("bare node:sqlite inserts, batches of 1,000", perSecond(events, bare.ms), "1.00", bytes(bare.path, events));
  printRow("one durable row per transaction", perSecond(2_000, single), ratio(bare.ms / events, single / 2_000));
  printRow("storage, time-ordered ids", perSecond(events, ours.ms), ratio(bare.ms, ours.ms), bytes(ours.path, events));
  printRow("storage, random ids", perSecond(events, random.ms), ratio(bare.ms, random.ms), bytes(random.path, events));
  printRow("storage / one durable row per transaction", ratio(single / 2_000, ours.ms / events));
  printRow("last tenth of the run / first tenth", ratio(ours.firstTenthMs, ours.lastTenthMs));
  printRow("random ids / time-ordered ids", ratio(ours.ms, random.ms));
  printRow("serving thread, CPU an event", `${((ours.cpuMs / events) * 1_000).toFixed(1)} µs`);
} finally {
  rmSync(folder, { recursive: true });
}

async function ourAppends(name: string, ids: { randomIds?: boolean }) {
  const dataDir = join(folder, name);
  const storage = await openSqliteStorage({ dataDir });
  const slices: number[] = [];
  const sliceEvents = Math.ceil(events / 10 / BATCH) * BATCH;
  let cpuMs = 0;
  for (let from = 0; from < events; from += sliceEvents) {
    const batches = storageBatches(Math.min(sliceEvents, events - from), BATCH, { ...ids, from, of });
    const cpu = process.threadCpuUsage();
    slices.push(
      await durationMs(async () => {
        // Two in flight, as a busy server has: the next batch is there when a commit ends.
        const waiting: Promise<unknown>[] = [];
        for (const batch of batches) {
          waiting.push(storage.appendEvents(batch));
          if (waiting.length > 2) await waiting.shift();
        }
        await Promise.all(waiting);
      }),
    );
    const used = process.threadCpuUsage(cpu);
    cpuMs += (used.user + used.system) / 1_000;
  }
  const closeMs = await durationMs(() => storage.close());
  const ms = slices.reduce((sum, slice) => sum + slice, closeMs);
  return {
    ms,
    cpuMs,
    path: join(dataDir, "outlay.sqlite"),
    firstTenthMs: slices[0] ?? 0,
    lastTenthMs: slices.at(-1) ?? 0,
  };
}

/** The same values in a plain table with a primary key and nothing else. */
function bareInserts(count: number): { ms: number; path: string } {
  const path = join(folder, "bare.sqlite");
  const database = openBare(path);
  const insert = database.prepare(`INSERT OR IGNORE INTO events VALUES (${EVENT_COLUMNS.map(() => "?").join()})`);
  let ms = 0;
  for (let from = 0; from < count; from += 50_000) {
    const batches = storageBatches(Math.min(50_000, count - from), BATCH, { from, of }).map((batch) =>
      batch.map(plainRow),
    );
    const start = performance.now();
    for (const rows of batches) {
      database.exec("BEGIN");
      for (const row of rows) insert.run(...row);
      database.exec("COMMIT");
    }
    ms += performance.now() - start;
  }
  database.close();
  return { ms, path };
}

function singleInserts(count: number): number {
  const database = openBare(join(folder, "single.sqlite"));
  const insert = database.prepare(`INSERT OR IGNORE INTO events VALUES (${EVENT_COLUMNS.map(() => "?").join()})`);
  const rows = storageBatches(count, count, { of }).flat().map(plainRow);
  const start = performance.now();
  for (const row of rows) insert.run(...row);
  const ms = performance.now() - start;
  database.close();
  return ms;
}

function openBare(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec(`CREATE TABLE events (${EVENT_COLUMNS.join()}, PRIMARY KEY (id))`);
  return database;
}

function plainRow(event: RecordedEvent, index: number): (string | number | null)[] {
  const { usage } = event;
  const values = {
    seq: index,
    id: event.id,
    at: event.occurredAtMs,
    flags: 1,
    model: event.model,
    operation: event.operation,
    user: event.user,
    team: event.team,
    project: event.project,
    agent: event.agent,
    activity: event.activity,
    category: event.category,
    environment: event.environment,
    source: event.source,
    session: event.session,
    price: event.priceId,
    error_type: event.errorType,
    input: usage.inputTokens,
    output: usage.outputTokens,
    cache_read: usage.cacheReadTokens,
    reasoning: usage.reasoningTokens,
    cost: event.costNanoUsd,
    savings: event.cacheSavingsNanoUsd,
    avoided: 0,
    duration_us: event.durationMs,
    ttft_us: event.timeToFirstTokenMs,
    attempt: event.attempt,
  } as Record<string, string | number | undefined>;
  return EVENT_COLUMNS.map((name) => values[name] ?? null);
}

function bytes(path: string, count: number): string {
  return (statSync(path).size / count).toFixed(0);
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(2);
}
