import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InvalidInput } from "@outlay/core";
import { NEWEST_SCHEMA } from "./schema.ts";
import { lockDataFolder } from "./writer-lock.ts";

/** What a copy of a store says of itself. */
export interface CopyManifest {
  format: string;
  /** When it was made. */
  at: string;
  /** Of the program that made it. */
  version: string;
  schemaVersion: number;
  events: number;
  lastSeq: number;
  parts: string[];
}

/** The form of a copy that this program writes and reads. */
export const COPY_FORMAT = "outlay-backup/1";

/**
 * Makes a store of a copy, in place: what lies inside it goes into files of `dataDir` that only their owner may read.
 * InvalidInput `backup_unreadable` when it is none, `backup_damaged` when it does not hold together, `backup_too_new` when a later
 * version made it.
 */
export function unpackStore(path: string, dataDir: string): CopyManifest {
  const database = openCopy(path);
  try {
    const manifest = readManifest(database);
    checkWhole(database);
    const parts = database.prepare("SELECT name, body FROM outlay_backup WHERE name <> 'manifest'").all() as {
      name: string;
      body: Uint8Array;
    }[];
    for (const { name, body } of parts) {
      // names are ours; one with a folder in it was made by somebody else
      if (!/^[\w-]+(\.[\w-]+)+$/.test(name)) throw damaged(`it holds a part named ${JSON.stringify(name)}`);
      writeFileSync(join(dataDir, name), body, { mode: 0o600, flag: "wx", flush: true });
    }
    database.exec("PRAGMA synchronous = FULL; DROP TABLE outlay_backup");
    return manifest;
  } finally {
    database.close();
  }
}

/** Nobody else may write to the folder while this runs. InvalidInput `data_folder_in_use`. */
export async function withLockedFolder<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const lock = lockDataFolder(dataDir, join(dataDir, "outlay.lock"));
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function openCopy(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.prepare("SELECT 1 FROM outlay_backup").get();
    return database;
  } catch (error) {
    database.close();
    const reason = error instanceof Error ? error.message : String(error);
    if (/malformed/.test(reason)) throw damaged(reason);
    throw new InvalidInput("backup_unreadable", `This is no backup of Outlay's: ${reason}`, { field: "file" });
  }
}

function readManifest(database: DatabaseSync): CopyManifest {
  const row = database.prepare("SELECT body FROM outlay_backup WHERE name = 'manifest'").get() as
    | { body: Uint8Array }
    | undefined;
  if (row === undefined) throw damaged("its manifest is missing");
  const manifest = JSON.parse(Buffer.from(row.body).toString("utf8")) as CopyManifest;
  if (manifest.format === COPY_FORMAT && manifest.schemaVersion <= NEWEST_SCHEMA) return manifest;
  throw new InvalidInput(
    "backup_too_new",
    `The backup was made by Outlay ${manifest.version} (${manifest.format}, schema ${manifest.schemaVersion}); this version reads ${COPY_FORMAT} up to schema ${NEWEST_SCHEMA}`,
    { field: "file" },
  );
}

function checkWhole(database: DatabaseSync): void {
  let found: string;
  try {
    found = (database.prepare("PRAGMA integrity_check(1)").get() as { integrity_check: string }).integrity_check;
  } catch (error) {
    found = error instanceof Error ? error.message : String(error);
  }
  if (found !== "ok") throw damaged(found);
}

function damaged(reason: string): InvalidInput {
  return new InvalidInput("backup_damaged", `The backup does not hold together: ${reason}`, { field: "file" });
}
