import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, rmdirSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rename, rmdir, stat, unlink, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

import type { SpoolFile } from "../platform.ts";

/** How often a process shows in the spool that it is alive. */
const HEARTBEAT_MS = 15_000;
/** A process that has not shown itself for so long is no more, if it cannot be asked directly. */
const STALE_MS = 60_000;

/**
 * Each process has a folder of its own, named `<host>~<process id>~<random>`, with a file for each batch. The folder's
 * time says that its process is alive. What a dead process left is taken over by renaming its folder, which only one can do.
 * When a living one is taken for dead (it was suspended, or the clock was set), its events are sent twice and counted once.
 */
export class SpoolFolder {
  readonly #root: string;
  readonly #owner = `${HOST}~${process.pid}~${randomBytes(6).toString("hex")}`;
  readonly #folder: string;
  #files = 0;
  #taken = 0;
  #heartbeat: NodeJS.Timeout | null = null;

  constructor(root: string) {
    this.#root = root;
    this.#folder = join(root, this.#owner);
  }

  newFile(): SpoolFile {
    this.#files += 1;
    return join(this.#folder, `${String(this.#files).padStart(8, "0")}.jsonl`);
  }

  /** Adds to a file; rejects when the disk refuses. What was added before may then be there or not. */
  async append(file: SpoolFile, bytes: Uint8Array): Promise<void> {
    this.#beat();
    try {
      await appendFile(file, bytes, PRIVATE);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await mkdir(this.#folder, PRIVATE_FOLDER);
      await appendFile(file, bytes, PRIVATE);
    }
  }

  /** The same without a pause. */
  appendSync(file: SpoolFile, bytes: Uint8Array): void {
    this.#beat();
    try {
      appendFileSync(file, bytes, PRIVATE);
    } catch (error) {
      if (!isMissing(error)) throw error;
      mkdirSync(this.#folder, PRIVATE_FOLDER);
      appendFileSync(file, bytes, PRIVATE);
    }
  }

  /** Null when the file is no longer there. */
  async read(file: SpoolFile): Promise<Uint8Array | null> {
    try {
      return await readFile(file);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Never rejects. */
  async remove(file: SpoolFile): Promise<void> {
    await unlink(file).catch(() => undefined);
  }

  /** Takes over what processes left behind that are no more. Never rejects. */
  async adopt(): Promise<{ file: SpoolFile; bytes: number }[]> {
    const found: { file: SpoolFile; bytes: number }[] = [];
    for (const name of await readdir(this.#root).catch(() => [])) {
      try {
        if (!name.startsWith(this.#owner) && (await this.#isDead(name))) found.push(...(await this.#takeOver(name)));
      } catch {
        // Another process was quicker, or the folder is not one of ours.
      }
    }
    return found;
  }

  /** Removes the folder, and the one around it, when they are empty. */
  close(): void {
    if (this.#heartbeat) clearInterval(this.#heartbeat);
    try {
      rmdirSync(this.#folder);
      rmdirSync(this.#root);
    } catch {
      // Not empty, or never made.
    }
  }

  async #takeOver(name: string): Promise<{ file: SpoolFile; bytes: number }[]> {
    this.#taken += 1;
    // Named after us from now on: when we die in between, the next one finds it.
    const claimed = join(this.#root, `${this.#owner}~${this.#taken}`);
    await rename(join(this.#root, name), claimed);
    await mkdir(this.#folder, PRIVATE_FOLDER);
    this.#beat();
    const found: { file: SpoolFile; bytes: number }[] = [];
    for (const old of (await readdir(claimed)).toSorted()) {
      const file = this.newFile();
      await rename(join(claimed, old), file);
      found.push({ file, bytes: (await stat(file)).size });
    }
    await rmdir(claimed);
    return found;
  }

  async #isDead(name: string): Promise<boolean> {
    const [host, id] = name.split("~");
    const pid = Number(id);
    if (!host || !Number.isSafeInteger(pid) || pid <= 0) return false;
    const shownMs = (await stat(join(this.#root, name))).mtimeMs;
    // Also from the future: a living process would have shown itself by the clock as it is now.
    if (Math.abs(Date.now() - shownMs) > STALE_MS) return true;
    if (host !== HOST) return false;
    if (pid === process.pid) return shownMs < Date.now() - process.uptime() * 1_000;
    return !isRunning(pid);
  }

  #beat(): void {
    this.#heartbeat ??= setInterval(() => {
      const now = new Date();
      utimes(this.#folder, now, now).catch(() => undefined);
    }, HEARTBEAT_MS).unref();
  }
}

/** Others on the machine must not read whose calls these are. */
const PRIVATE = { mode: 0o600 };
const PRIVATE_FOLDER = { recursive: true, mode: 0o700 };
const HOST = hostname().replaceAll(/[^\w.-]/g, "_") || "localhost";

function isMissing(error: unknown): boolean {
  return (error as { code?: string }).code === "ENOENT";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
