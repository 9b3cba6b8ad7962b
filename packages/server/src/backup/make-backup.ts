import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "@outlay/core";
import { COPY_FORMAT } from "../storage/sqlite/restore-store.ts";
import { withDiskFull } from "./disk-full.ts";
import type { CopyableStorage, StoreCopy } from "../storage/storage.ts";

/** Makes backups of one data folder. */
export interface Backups {
  /**
   * A backup of this moment, as a stream of its bytes. Recording goes on meanwhile. `withSecret` puts the secret inside that stored
   * keys of providers are encrypted with: whoever has such a file can read them.
   * InvalidInput `disk_full` (507), `backup_running` (409).
   */
  make(options: { withSecret: boolean; actor: string }): Promise<Backup>;
}

export interface Backup {
  filename: string;
  sizeBytes: number;
  facts: StoreCopy;
  /** Read once; the copy is removed afterwards, also when reading is given up. */
  body: AsyncIterable<Uint8Array>;
}

const PART = /^outlay-backup-[\da-f-]+\.part/;

/** Opens the backups of a data folder that this process writes, and removes what a killed one left behind. */
export async function openBackups(options: {
  store: CopyableStorage;
  dataDir: string;
  version: string;
  now: () => number;
}): Promise<Backups> {
  const { store, dataDir, version, now } = options;
  for (const name of await readdir(dataDir)) if (PART.test(name)) await rm(join(dataDir, name), { force: true });
  let isRunning = false;
  return {
    async make({ withSecret, actor }) {
      if (isRunning) {
        throw new InvalidInput("backup_running", "Another backup is being made; wait until it is done", {
          status: 409,
        });
      }
      isRunning = true;
      const at = new Date(now()).toISOString();
      const to = join(dataDir, `outlay-backup-${randomUUID()}.part`);
      const end = async () => {
        isRunning = false;
        await removeParts(to);
      };
      try {
        await store.appendAudit({ atMs: now(), actor, action: "backup_made", detail: { withSecret } });
        const facts = await store.copyTo({
          to,
          files: ["outlay.config.json", ...(withSecret ? ["secret.key"] : [])],
          // Passwords come back as the hashes that they are; whoever is signed in signs in again.
          databases: [{ name: "accounts.sqlite", without: ["session", "verification"] }],
          manifest: { format: COPY_FORMAT, at, version },
        });
        const { size } = await stat(to);
        const filename = `outlay-${at.slice(0, 19).replaceAll(/[:T]/g, "-")}.backup`;
        return { filename, sizeBytes: size, facts, body: readAndRemove(to, end) };
      } catch (error) {
        await end();
        throw withDiskFull(error, dataDir);
      }
    },
  };
}

/** As an object and no generator: one that nobody has begun to read would not run its end. */
function readAndRemove(path: string, end: () => Promise<void>): AsyncIterable<Uint8Array> {
  const bytes = (createReadStream(path) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      try {
        const step = await bytes.next();
        if (step.done === true) await end();
        return step;
      } catch (error) {
        await end();
        throw error;
      }
    },
    async return() {
      await bytes.return?.();
      await end();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** The copy, and the journal and copies that were made beside it. */
async function removeParts(path: string): Promise<void> {
  for (const ending of ["", "-journal", ".accounts.sqlite"]) await rm(path + ending, { force: true });
}
