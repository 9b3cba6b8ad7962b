import { statSync } from "node:fs";
import type { StorageStats } from "../storage.ts";
import { Axes } from "./axes.ts";
import { Buckets } from "./buckets.ts";
import { ALL_CUBE } from "./cubes.ts";
import type { Names } from "./names.ts";
import type { ScanContext } from "./raw-scan.ts";
import { readCube } from "./read-rollups.ts";
import { readState } from "./state.ts";

/** How much there is, without counting events one by one. */
export function readStats(context: ScanContext, names: Names, path: string): StorageStats {
  const { database } = context;
  const { watermark, firstMs, lastMs, horizonMs } = readState(database);
  const [freshEvents, freshFirstMs, freshLastMs] = database
    .prepare("SELECT count(*), min(at), max(at) FROM events WHERE seq > ?")
    .get(watermark) as [number, number | null, number | null];
  const [sessions] = database.prepare("SELECT count(*) FROM sessions").get() as [number];
  const [charges] = database.prepare("SELECT count(*) FROM charges").get() as [number];
  let events = freshEvents;
  if (firstMs !== null && lastMs !== null) {
    const buckets = new Buckets(horizonMs, Infinity);
    const question = { cube: ALL_CUBE, buckets, latency: false, models: [], values: [], watermark, firstMs, lastMs };
    const { sums } = readCube(context, new Axes(names), question);
    if (sums.size > 0) events += Number(sums.value(0, 0));
  }
  return {
    events,
    charges,
    sessions,
    sizeBytes: fileSize(path) + fileSize(`${path}-wal`),
    firstEventMs: smallest(firstMs, freshFirstMs),
    lastEventMs: largest(lastMs, freshLastMs),
    horizonMs,
  };
}

function fileSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function smallest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
