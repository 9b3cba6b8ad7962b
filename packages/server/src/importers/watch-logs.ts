import { dirname } from "node:path";
import type { FileProgress } from "./file-progress.ts";
import type { FoundTool } from "./find-tools.ts";
import { FolderWatchers } from "./folder-watchers.ts";
import { importLogs, type Destination, type ImportOutcome } from "./import-logs.ts";
import type { ImportStore } from "./import-store.ts";
import type { Importer, LogFile } from "./importer.ts";

interface WatchOptions {
  /** The tools and their logs as they are now. */
  find(): Promise<FoundTool[]>;
  /** Asked for each import anew: a server may have come or gone. */
  openStore(): Promise<ImportStore>;
  machine: string;
  /** Ends the watch after what is being recorded. */
  signal: AbortSignal;
  onImport(importer: Importer, outcome: ImportOutcome): Promise<void>;
  /** What failed is tried again after so long; throws what cannot go well the next time either. */
  onFailure(error: unknown, waitMs: number): void;
  /** Everything is looked at this often: for folders that tell of no changes, and new ones. Default: 5 s. */
  rescanMs?: number;
}

/** Lines come in bursts; what came within this is recorded together. */
const GATHER_MS = 250;
/** In a folder that has just been made, the first file is seen by looking again. */
const LOOK_AGAIN_MS = 1_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Imports what there is, and then what is written, until the signal. Nothing is lost while the store is away: it is in the logs. */
export async function watchLogs(options: WatchOptions): Promise<void> {
  const { signal, rescanMs = 5_000 } = options;
  const alarm = new Alarm();
  const watchers = new FolderWatchers((isNew) => {
    alarm.ring(GATHER_MS);
    if (isNew) alarm.ring(LOOK_AGAIN_MS);
  });
  const watch = new Watch(options);
  const stop = () => alarm.ring(0);
  signal.addEventListener("abort", stop);
  let waitMs = 0;
  try {
    while (!signal.aborted) {
      try {
        const found = await watch.look();
        watchers.watch(foldersOf(found));
        waitMs = 0;
      } catch (error) {
        watch.forget();
        waitMs = Math.min(waitMs === 0 ? FIRST_WAIT_MS : waitMs * 2, LONGEST_WAIT_MS);
        options.onFailure(error, waitMs);
      }
      if (!signal.aborted) await alarm.wait(waitMs === 0 ? { atMostMs: rescanMs } : { atMostMs: waitMs, isDeaf: true });
    }
  } finally {
    signal.removeEventListener("abort", stop);
    watchers.close();
  }
}

class Watch {
  readonly #options: WatchOptions;
  /** Size and time of each file as it was when it was imported. */
  #seen = new Map<string, string>();
  /** What the store has kept, so that it is not asked for with each line. */
  #kept = new Map<string, Map<string, FileProgress>>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Imports what has changed since it last did. */
  async look(): Promise<FoundTool[]> {
    const found = await this.#options.find();
    const changed = found
      .map((tool) => ({ ...tool, files: tool.files.filter((file) => this.#seen.get(file.path) !== stampOf(file)) }))
      .filter(({ files }) => files.length > 0);
    if (changed.length === 0) return found;
    const store = await this.#options.openStore();
    try {
      for (const tool of changed) await this.#import(tool, store);
    } finally {
      // a server may be started on the data folder at any time
      await store.rest();
    }
    return found;
  }

  /** The store failed: what it has kept is asked for again. */
  forget(): void {
    this.#kept.clear();
  }

  async #import({ importer, files }: FoundTool, store: ImportStore): Promise<void> {
    const { machine, signal, onImport } = this.#options;
    const destination = this.#remembering(importer.name, store.destination(importer.name, machine));
    const outcome = await importLogs({ importer, files, destination, machine, signal });
    for (const file of files) this.#seen.set(file.path, stampOf(file));
    await onImport(importer, outcome);
  }

  #remembering(tool: string, destination: Destination): Destination {
    return {
      ...destination,
      readProgress: async () => {
        let kept = this.#kept.get(tool);
        if (kept === undefined) {
          kept = new Map((await destination.readProgress()).map((progress) => [progress.id, progress]));
          this.#kept.set(tool, kept);
        }
        return [...kept.values()];
      },
      keepProgress: async (files) => {
        await destination.keepProgress(files);
        for (const progress of files) this.#kept.get(tool)?.set(progress.id, progress);
      },
    };
  }
}

function stampOf({ sizeBytes, modifiedMs }: LogFile): string {
  return `${sizeBytes}:${modifiedMs}`;
}

/** The folders of the logs and those between them and the tool's own. */
function foldersOf(found: FoundTool[]): Set<string> {
  const folders = new Set<string>();
  for (const tool of found) {
    for (const { folder } of tool.files) folders.add(folder);
    for (const folder of tool.folders) folders.add(folder);
    for (const { path, folder } of tool.files) {
      for (let above = dirname(path); above.length > folder.length; above = dirname(above)) folders.add(above);
    }
  }
  return folders;
}

/** Rings at the earliest time that it was set to, and once more at the latest. */
class Alarm {
  #atMs = Infinity;
  #timer: NodeJS.Timeout | null = null;
  #wake: (() => void) | null = null;
  #isDeaf = false;
  /** The latest time that it was set to: what is set for later than the next ring is heard by the one after it. */
  #laterMs = 0;

  ring(inMs: number): void {
    const atMs = performance.now() + inMs;
    if (inMs === 0) this.#isDeaf = false;
    this.#laterMs = Math.max(this.#laterMs, atMs);
    if (atMs < this.#atMs) this.#atMs = atMs;
    if (this.#wake !== null && !this.#isDeaf) this.#set();
  }
  /** `isDeaf`: nothing but `ring(0)` shortens it. */
  async wait({ atMostMs, isDeaf = false }: { atMostMs: number; isDeaf?: boolean }): Promise<void> {
    this.#isDeaf = isDeaf;
    const latestMs = performance.now() + atMostMs;
    this.#atMs = isDeaf ? latestMs : Math.min(this.#atMs, latestMs);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#set();
    });
    this.#wake = null;
    this.#atMs = this.#laterMs > performance.now() ? this.#laterMs : Infinity;
  }

  #set(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake?.(), Math.max(0, this.#atMs - performance.now()));
  }
}
