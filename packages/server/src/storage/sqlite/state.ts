import type { Database } from "./driver.ts";

/** Counters of the file that move with its events. */
export interface StoreState {
  /** Rollups and sessions cover the events up to this seq. */
  watermark: number;
  /** Next seq to be given; larger than any ever given. */
  nextSeq: number;
  /** Over the events up to the watermark, expired ones included; null when there are none. */
  firstMs: number | null;
  lastMs: number | null;
  /** Raw events before this instant have expired. */
  horizonMs: number;
}

export function readState(database: Database): StoreState {
  const values = new Map(database.prepare("SELECT name, value FROM state").all() as [string, number][]);
  const [last] = database.prepare("SELECT max(seq) FROM events").get() as [number | null];
  return {
    watermark: values.get("watermark") ?? 0,
    // Events behind the watermark may have expired: their numbers are not given again.
    nextSeq: Math.max(last ?? 0, values.get("watermark") ?? 0) + 1,
    firstMs: values.get("first_at") ?? null,
    lastMs: values.get("last_at") ?? null,
    horizonMs: values.get("horizon") ?? 0,
  };
}

export function writeState(database: Database, state: Omit<StoreState, "nextSeq">): void {
  const put = database.prepare("INSERT OR REPLACE INTO state VALUES (?, ?)");
  put.run("watermark", state.watermark);
  put.run("horizon", state.horizonMs);
  for (const [name, atMs] of [
    ["first_at", state.firstMs],
    ["last_at", state.lastMs],
  ] as const) {
    if (atMs !== null) put.run(name, atMs);
    else database.prepare("DELETE FROM state WHERE name = ?").run(name);
  }
}
