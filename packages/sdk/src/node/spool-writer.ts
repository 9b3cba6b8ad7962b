import type { Batch } from "../batch.ts";
import type { Spool, SpoolFile } from "../platform.ts";
import type { SpoolFolder } from "./spool-folder.ts";

/** Pause after the disk refused. */
const RETRY_MS = 2_000;

/** Puts batches on disk as they grow, one write at a time, beside everything else. */
export class SpoolWriter implements Spool {
  readonly wanted: boolean;
  readonly #folder: SpoolFolder;
  readonly #limitBytes: number;
  #listener: { failed(what: string): void; wrote(): void } | null = null;
  readonly #unwritten = new Set<Batch>();
  #writing: Promise<void> | null = null;
  #current: { file: SpoolFile; writing: Promise<void> } | null = null;
  readonly #removals = new Set<Promise<void>>();
  #bytes = 0;
  #retryAtMs = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  state: "good" | "full" | "failed" = "good";

  /** Keeps at most `limitBytes` in the folder. */
  constructor(folder: SpoolFolder, options: { limitBytes: number; wanted: boolean }) {
    this.#folder = folder;
    this.#limitBytes = options.limitBytes;
    this.wanted = options.wanted;
  }

  listen(listener: { failed(what: string): void; wrote(): void }): void {
    this.#listener = listener;
  }

  write(batch: Batch): void {
    this.#unwritten.add(batch);
    this.#writing ??= this.#writeAll();
  }

  writeSync(batch: Batch): void {
    if (!this.#mayWrite(batch)) return;
    // Another write to the old file may be under way: a whole new one is right in any case.
    const before = batch.file;
    this.#bytes -= batch.written.bytes;
    batch.forgetFile();
    const part = batch.unwritten();
    const file = this.#folder.newFile();
    try {
      this.#folder.appendSync(file, part.bytes);
      batch.file = file;
      batch.wrote(part);
      this.#bytes += part.bytes.length;
      this.#unwritten.delete(batch);
      this.state = "good";
    } catch (error) {
      this.#fail(error);
    }
    if (before !== null) this.#removeFile(before);
  }

  read(file: SpoolFile): Promise<Uint8Array | null> {
    return this.#folder.read(file);
  }

  remove(batch: Batch): void {
    this.#unwritten.delete(batch);
    const { file } = batch;
    if (file === null) return;
    this.#bytes -= batch.written.bytes;
    batch.file = null;
    this.#removeFile(file);
    if (this.state === "full" && this.#unwritten.size > 0) this.#writing ??= this.#writeAll();
  }

  adopt(): Promise<{ file: SpoolFile; bytes: number }[]> {
    return this.#folder.adopt();
  }

  async idle(): Promise<void> {
    await this.#writing;
  }

  async removed(): Promise<void> {
    await Promise.all(this.#removals);
  }

  tryAgain(): void {
    this.#retryAtMs = 0;
  }

  close(): void {
    clearTimeout(this.#retryTimer);
    this.#folder.close();
  }

  async #writeAll(): Promise<void> {
    // Calls that come in the same moment share a write.
    await Promise.resolve();
    try {
      // What is added meanwhile comes last: this goes on until all is written.
      for (const batch of this.#unwritten) await this.#writeOne(batch);
    } catch (error) {
      this.#fail(error);
    }
    this.#writing = null;
    this.#listener?.wrote();
  }

  async #writeOne(batch: Batch): Promise<void> {
    if (batch.state === "done" || batch.chunks === null || batch.onDisk) {
      this.#unwritten.delete(batch);
      return;
    }
    if (!this.#mayWrite(batch)) return;
    const part = batch.unwritten();
    const file = (batch.file ??= this.#folder.newFile());
    const writing = this.#folder.append(file, part.bytes);
    this.#current = { file, writing };
    try {
      await writing;
    } catch (error) {
      if (batch.file === file) {
        this.#bytes -= batch.written.bytes;
        batch.forgetFile();
        this.#removeFile(file);
      }
      throw error;
    } finally {
      this.#current = null;
    }
    // Written whole elsewhere, or acknowledged, in the meantime.
    if (batch.file !== file) return;
    batch.wrote(part);
    this.#bytes += part.bytes.length;
    this.state = "good";
    // To the end of the queue, if it has grown meanwhile.
    this.#unwritten.delete(batch);
    if (!batch.onDisk) this.#unwritten.add(batch);
  }

  #mayWrite(batch: Batch): boolean {
    if (performance.now() < this.#retryAtMs) return false;
    if (this.#bytes + batch.bytes - batch.written.bytes <= this.#limitBytes) return true;
    this.state = "full";
    return false;
  }

  #fail(error: unknown): void {
    this.state = "failed";
    this.#retryAtMs = performance.now() + RETRY_MS;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      this.#retryAtMs = 0;
      this.#writing ??= this.#writeAll();
    }, RETRY_MS).unref();
    this.#listener?.failed((error as Error).message);
  }

  #removeFile(file: SpoolFile): void {
    const removal = this.#remove(file).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  async #remove(file: SpoolFile): Promise<void> {
    // A write under way would make the file again.
    if (this.#current?.file === file) await this.#current.writing.catch(() => undefined);
    await this.#folder.remove(file);
  }
}
