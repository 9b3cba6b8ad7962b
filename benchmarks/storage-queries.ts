import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dimension } from "@outlay/core";
import { openSqliteStorage } from "../packages/server/src/storage/sqlite/sqlite-storage.ts";
import type { Filter, Storage, SumQuestion } from "../packages/server/src/storage/storage.ts";
import { durationMs, medianMs, numberArgument, printRow } from "./measure.ts";
import { DAYS, FIRST_MS, storageBatches } from "./storage-events.ts";

/**
 * Questions at two sizes of the same 90 days, and against reading the raw events.
 *
 *   node --conditions=source benchmarks/storage-queries.ts [--small 1000000] [--large 10000000]
 *     [--small-data <folder>] [--large-data <folder>]
 *
 * Folders that were filled by an earlier run are used again; without them the data is made in a temporary folder.
 */
const DAY_MS = 86_400_000;
const END_MS = FIRST_MS + DAYS * DAY_MS;
const MANY = 1_000_000_000;

const one = (dimension: Dimension, value: string): Filter => ({
  dimension,
  values: [value],
  patterns: [],
  exclude: false,
});
const daily = (shiftMs: number): number[] =>
  Array.from({ length: DAYS }, (_, day) => FIRST_MS + day * DAY_MS + shiftMs);
const berlin = daily(-2 * 3_600_000 + DAY_MS).slice(0, -1);
const whole = { startMs: FIRST_MS, endMs: END_MS, filters: [] };
const top = { sum: "costNanoUsd", limit: 20 } as const;

const questions: [string, SumQuestion][] = [
  ["totals, 90 days", { ...whole, by: [] }],
  ["totals with latency", { ...whole, by: [], latency: true }],
  ["by model", { ...whole, by: ["model"] }],
  ["by model, with latency", { ...whole, by: ["model"], latency: true }],
  ["top 20 users", { ...whole, by: ["user"], top }],
  ["by model of one team", { ...whole, by: ["model"], filters: [one("team", "team-3")] }],
  ["by model of one user", { ...whole, by: ["model"], filters: [one("user", "user-77")] }],
  ["top 20 users of one model", { ...whole, by: ["user"], filters: [one("model", "model-7")], top }],
  ["by day of one model", { ...whole, by: [], filters: [one("model", "model-7")], bucketStartsMs: daily(0) }],
  ["by day of one user", { ...whole, by: [], filters: [one("user", "user-77")], bucketStartsMs: daily(0) }],
  [
    "by day and model of one agent",
    { ...whole, by: ["model"], filters: [one("agent", "agent-7")], bucketStartsMs: daily(0) },
  ],
  ["by day in Berlin", { ...inBerlin(), by: [] }],
  ["by day and model in Berlin", { ...inBerlin(), by: ["model"] }],
  ["by day and model of one agent in Berlin", { ...inBerlin(), by: ["model"], filters: [one("agent", "agent-7")] }],
  ["by team and agent, 30 days", { ...whole, startMs: END_MS - 30 * DAY_MS, by: ["team", "agent"] }],
  [
    "by day of one team and agent, 30 days",
    {
      ...whole,
      startMs: END_MS - 30 * DAY_MS,
      by: [],
      filters: [one("team", "team-7"), one("agent", "agent-7")],
      bucketStartsMs: daily(0).slice(-30),
    },
  ],
];

function inBerlin(): Pick<SumQuestion, "startMs" | "endMs" | "bucketStartsMs" | "filters"> {
  return {
    startMs: berlin[0] as number,
    endMs: (berlin.at(-1) as number) + DAY_MS,
    bucketStartsMs: berlin,
    filters: [],
  };
}

const folder = mkdtempSync(join(tmpdir(), "outlay-queries-"));
try {
  const small = await open("small", numberArgument("small", 1_000_000));
  const large = await open("large", numberArgument("large", 10_000_000));
  printRow("", "small", "large", "large / small");
  for (const [label, question] of questions) await compare(label, small, large, (storage) => storage.sum(question));
  await compare("sessions by cost, 50", small, large, (storage) =>
    storage.listSessions({ ...whole, order: "cost", limit: 50 }),
  );
  await compare("sessions by cost of the last day, 50", small, large, (storage) =>
    storage.listSessions({ startMs: END_MS - DAY_MS, endMs: END_MS, order: "cost", limit: 50 }),
  );
  await compare("recent 50 calls", small, large, (storage) => storage.listEvents({ ...whole, limit: 50 }));
  await compare("recent 50 failed calls of one agent", small, large, (storage) =>
    storage.listEvents({ ...whole, filters: [one("agent", "agent-7"), one("status", "error")], limit: 50 }),
  );
  await compare("number of users", small, large, (storage) => storage.countDistinct({ ...whole, of: "user", by: [] }));
  await compare("number of sessions", small, large, (storage) =>
    storage.countDistinct({ ...whole, of: "session", by: [] }),
  );
  const rolledUp = await medianMs(5, () => large.sum({ ...whole, by: ["agent"] }));
  const scanned = await durationMs(() => large.sum({ ...whole, by: ["agent", "requestedModel"], scanLimit: MANY }));
  printRow(
    "by agent: raw scan / rollups, large",
    `${scanned.toFixed(0)} ms`,
    `${rolledUp.toFixed(1)} ms`,
    (scanned / rolledUp).toFixed(0),
  );
  await small.close();
  await large.close();
} finally {
  rmSync(folder, { recursive: true });
}

async function open(name: "small" | "large", events: number): Promise<Storage> {
  const at = process.argv.indexOf(`--${name}-data`);
  const storage = await openSqliteStorage({
    dataDir: at === -1 ? join(folder, name) : (process.argv[at + 1] as string),
  });
  if ((await storage.stats()).events === 0) {
    for (let from = 0; from < events; from += 20_000) {
      const batches = storageBatches(Math.min(20_000, events - from), 5_000, { from, of: events });
      await Promise.all(batches.map((batch) => storage.appendEvents(batch)));
    }
  }
  return storage;
}

async function compare(label: string, small: Storage, large: Storage, ask: (storage: Storage) => Promise<unknown>) {
  await ask(small);
  await ask(large);
  const [a, b] = [await medianMs(7, () => ask(small)), await medianMs(7, () => ask(large))];
  printRow(label, `${a.toFixed(1)} ms`, `${b.toFixed(1)} ms`, (b / a).toFixed(2));
}
