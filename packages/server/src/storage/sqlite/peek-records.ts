import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CollectionRecord } from "../storage.ts";
import { openDatabase } from "./driver.ts";
import { listRecords } from "./records.ts";

/**
 * A collection of a data folder, read without opening its storage, which takes threads: for a command that mostly finds
 * nothing to do. Works beside a process that writes. Empty when there is no data yet, or only that of an older version.
 */
export function peekRecords(dataDir: string, collection: string): CollectionRecord[] {
  const path = join(dataDir, "outlay.sqlite");
  if (!existsSync(path)) return [];
  const database = openDatabase(path, { readOnly: true, cacheKb: 1_024 });
  try {
    const hasRecords = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'records'").get();
    return hasRecords === undefined ? [] : listRecords(database, collection, {});
  } finally {
    database.close();
  }
}
