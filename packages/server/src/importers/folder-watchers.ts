import { watch, type FSWatcher } from "node:fs";

/** So many are left to the system for others; what lies in further folders is seen when all are looked at. */
const MAX_FOLDERS = 2_000;

/** Hears of changes in folders, each without those inside it: one watch a folder, whatever number of files. */
export class FolderWatchers {
  readonly #onChange: (isNew: boolean) => void;
  #watchers = new Map<string, FSWatcher>();

  /** `isNew`: something was made, renamed or removed; false: a file was written to. */
  constructor(onChange: (isNew: boolean) => void) {
    this.#onChange = onChange;
  }

  /** Watches just these. A folder that cannot be watched is left out. */
  watch(folders: ReadonlySet<string>): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.size >= MAX_FOLDERS) return;
      if (!this.#watchers.has(folder)) this.#add(folder);
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #add(folder: string): void {
    try {
      const watcher = watch(folder, (kind) => this.#onChange(kind === "rename"));
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // gone, not ours, or a file system without such news: it is looked at now and then
    }
  }
}
