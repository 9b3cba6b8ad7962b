import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { WireEvent } from "@outlay/core";
import { generateEvents } from "../packages/server/src/demo/generate.ts";
import { startServer } from "../test/start-server.ts";
import { HttpClient } from "./http-client.ts";
import { thousands } from "./timing.ts";

/** The end of the ninety days that every benchmark's events lie in: the last full UTC day. */
export const untilMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;

/** The same events for the same number: ninety days, 40 models, 2,000 users, 50 agents, a session for each fifty calls. */
export function benchmarkEvents(totalEvents: number): Generator<WireEvent, void, undefined> {
  const sessionsPerDay = Math.max(20, Math.round(totalEvents / 90 / 50));
  return generateEvents({
    untilMs,
    days: 90,
    totalEvents,
    seed: 1,
    cardinality: { models: 40, users: 2_000, agents: 50, customers: 500, sessionsPerDay },
  });
}

export function* batches<T>(items: Iterable<T>, size: number): Generator<T[], void, undefined> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

export const bodyOf = (events: WireEvent[]) => Buffer.from(JSON.stringify({ events }));

/** A data folder with that many events, recorded over HTTP; kept in the temporary folder for the next benchmark of the day. */
export async function dataset(totalEvents: number): Promise<string> {
  const folder = datasetFolder(totalEvents);
  if (existsSync(folder)) return folder;
  const building = `${folder}-building`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  console.log(`recording ${thousands(totalEvents)} events into ${folder} …`);
  const server = await startServer({ dataDir: building, built: true });
  const client = new HttpClient(server.url);
  try {
    const sending = new Set<Promise<unknown>>();
    for (const batch of batches(benchmarkEvents(totalEvents), 5_000)) {
      const sent = client.post("/api/v1/events", bodyOf(batch)).finally(() => sending.delete(sent));
      sending.add(sent);
      if (sending.size >= 3) await Promise.race(sending);
    }
    await Promise.all(sending);
  } finally {
    client.close();
    await server.stop();
  }
  renameSync(building, folder);
  return folder;
}

/** Where `dataset` keeps it; named after the day too, since the events end with it. */
export function datasetFolder(totalEvents: number): string {
  return join(tmpdir(), `outlay-benchmark-${totalEvents}-${new Date(untilMs).toISOString().slice(0, 10)}`);
}

export function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
