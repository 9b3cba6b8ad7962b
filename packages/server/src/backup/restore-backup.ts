import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { InvalidInput } from "@outlay/core";
import { unpackStore, withLockedFolder, type CopyManifest } from "../storage/sqlite/restore-store.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { withDiskFull } from "./disk-full.ts";

export interface RestoreOptions {
  /** As `outlay backup` wrote it, compressed or not. */
  file: string;
  dataDir: string;
  /** What is in the folder is moved aside instead of refused. */
  replace: boolean;
  now: () => number;
  onProgress?: (readBytes: number, totalBytes: number) => void;
}

export interface RestoreReport {
  manifest: CopyManifest;
  /** Where what was in the folder before lies now; null: it was empty. */
  movedTo: string | null;
  /** Events in the store, and sums that were not what its events say: none, or the backup is not whole. */
  events: number;
  different: number;
}

/**
 * Makes a data folder of a backup. Everything is checked before the store gets its name: a restore that breaks off leaves a folder
 * without one. InvalidInput `data_folder_not_empty`, `data_folder_in_use`, `backup_unreadable`, `backup_damaged`, `backup_too_new`,
 * `disk_full`.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { file, dataDir, replace } = options;
  await stat(file);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const there = (await readdir(dataDir)).filter((name) => !OWN.test(name));
  if (there.length > 0 && !replace) {
    throw new InvalidInput(
      "data_folder_not_empty",
      `${dataDir} holds ${there.slice(0, 3).join(", ")}${there.length > 3 ? ", …" : ""}; choose an empty folder, or say --replace to move that aside`,
      { field: "data", status: 409 },
    );
  }
  const restored = await withLockedFolder(dataDir, () => putStore(options, there));
  const storage = await openSqliteStorage({ dataDir });
  try {
    const { different } = await storage.verifyRollups({ repair: false });
    const { events } = await storage.stats();
    return { ...restored, events, different };
  } finally {
    await storage.close();
  }
}

/** What the restore itself makes. */
const OWN = /^(outlay\.lock.*|restoring)$/;

async function putStore(
  { file, dataDir, now, onProgress }: RestoreOptions,
  there: string[],
): Promise<Pick<RestoreReport, "manifest" | "movedTo">> {
  const work = join(dataDir, "restoring");
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { mode: 0o700 });
  try {
    const store = join(work, "outlay.sqlite");
    await copyFile(file, store, onProgress);
    const manifest = unpackStore(store, work);
    const movedTo = there.length === 0 ? null : await moveAside(dataDir, there, now());
    // the store last: a folder that has one is whole
    for (const name of manifest.parts) await rename(join(work, name), join(dataDir, name));
    await rename(store, join(dataDir, "outlay.sqlite"));
    return { manifest, movedTo };
  } catch (error) {
    throw withDiskFull(error, dataDir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function copyFile(
  from: string,
  to: string,
  onProgress: ((readBytes: number, totalBytes: number) => void) | undefined,
): Promise<void> {
  const { size } = await stat(from);
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onProgress?.(bytes, size);
      done(null, chunk);
    },
  });
  const target = createWriteStream(to, { mode: 0o600, flags: "wx", flush: true });
  try {
    if (await isGzip(from)) await pipeline(createReadStream(from), count, createGunzip(), target);
    else await pipeline(createReadStream(from), count, target);
  } catch (error) {
    if (!(error instanceof Error) || !String((error as NodeJS.ErrnoException).code).startsWith("Z_")) throw error;
    throw new InvalidInput("backup_damaged", `The backup does not hold together: ${error.message}`, { field: "file" });
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

async function moveAside(dataDir: string, names: string[], nowMs: number): Promise<string> {
  const folder = join(dataDir, `replaced-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-")}`);
  await mkdir(folder, { mode: 0o700 });
  for (const name of names) await rename(join(dataDir, name), join(folder, name));
  return folder;
}
