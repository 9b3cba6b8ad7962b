import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A lease as it is written down. */
export interface JournalLease {
  id: string;
  eventId: string;
  expiresAtMs: number;
  whenStreamRunsOut: "end" | "finish";
  parts: JournalPart[];
}

export interface JournalPart {
  limitId: string;
  value: string | null;
  nanoUsd: number;
  /** The cost of the call is not known: raising the lease does not raise this part. */
  fixed: boolean;
}

const COMPACT_BYTES = 1_048_576;
const RETRY_MS = 1_000;

/**
 * Open leases in `<dataDir>/leases.journal`: a line for each that begins or changes, one for each that ends. Written before
 * `put` returns, so that they outlive the process; not forced to the disk, so that after a power cut the last of them may be missing.
 *
 * When the file cannot be written (full disk) leases go on in memory alone, `logFailure` hears of it once, and every second the next
 * line tries to write all of them again. What a kill then forgets is what is set aside, never what was spent.
 */
export class LeaseJournal {
  #path: string;
  #open: () => Iterable<JournalLease>;
  #logFailure: (error: unknown) => void;
  #now: () => number;
  #file: number | null = null;
  #bytes = 0;
  /** After compacting; the file may grow to a few times of it. */
  #baseBytes = 0;
  /** Ends need not be there at once: a lease whose event is stored is dropped at the next start anyway. */
  #ended: string[] = [];
  #endedTimer: NodeJS.Timeout | null = null;
  #failedAtMs: number | null = null;

  /** `open` gives the leases that are open now, for compacting. */
  constructor(options: {
    dataDir: string;
    now: () => number;
    open: () => Iterable<JournalLease>;
    logFailure: (error: unknown) => void;
  }) {
    this.#path = join(options.dataDir, "leases.journal");
    this.#now = options.now;
    this.#open = options.open;
    this.#logFailure = options.logFailure;
  }

  /** The leases that were open when the process before ended. Lines that are not whole are passed over. */
  read(): JournalLease[] {
    const leases = new Map<string, JournalLease>();
    for (const line of readText(this.#path).split("\n")) {
      const entry = parseLine(line);
      if (entry === null) continue;
      if ("ended" in entry) for (const id of entry.ended) leases.delete(id);
      else if ("renewed" in entry) {
        const lease = leases.get(entry.renewed);
        if (lease !== undefined) lease.expiresAtMs = entry.expiresAtMs;
      } else leases.set(entry.id, entry);
    }
    return [...leases.values()];
  }

  /** Begins or replaces the lease with this id. */
  put(lease: JournalLease): void {
    this.#write(`${this.#endedLine()}${JSON.stringify(lease)}\n`);
  }

  renew(id: string, expiresAtMs: number): void {
    this.#write(`${JSON.stringify({ renewed: id, expiresAtMs })}\n`);
  }

  end(id: string): void {
    this.#ended.push(id);
    this.#endedTimer ??= setTimeout(() => this.flush(), 50).unref();
  }

  flush(): void {
    if (this.#endedTimer !== null) clearTimeout(this.#endedTimer);
    this.#endedTimer = null;
    const line = this.#endedLine();
    if (line !== "") this.#write(line);
  }

  /** Writes the file anew with what is open. */
  compact(): void {
    this.#ended = [];
    let text = "";
    for (const lease of this.#open()) text += `${JSON.stringify(lease)}\n`;
    this.#attempt(() => {
      const fresh = `${this.#path}.new`;
      writeFileSync(fresh, text);
      this.#closeFile();
      renameSync(fresh, this.#path);
      this.#file = openSync(this.#path, "a");
      this.#bytes = this.#baseBytes = Buffer.byteLength(text);
      this.#failedAtMs = null;
    });
  }

  close(): void {
    this.flush();
    this.#closeFile();
  }

  #endedLine(): string {
    if (this.#ended.length === 0) return "";
    const line = `${JSON.stringify({ ended: this.#ended })}\n`;
    this.#ended = [];
    return line;
  }

  #write(text: string): void {
    if (this.#failedAtMs !== null && Math.abs(this.#now() - this.#failedAtMs) < RETRY_MS) return;
    if (this.#file === null || this.#failedAtMs !== null || this.#bytes > COMPACT_BYTES + 4 * this.#baseBytes) {
      // What the line says is among what is open already, or has ended.
      this.compact();
      return;
    }
    const file = this.#file;
    this.#attempt(() => {
      const length = Buffer.byteLength(text);
      const written = writeSync(file, text);
      this.#bytes += written;
      if (written < length) throw new Error(`only ${written} of ${length} bytes of ${this.#path} could be written`);
    });
  }

  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (this.#failedAtMs === null) this.#logFailure(error);
      this.#failedAtMs = this.#now();
    }
  }

  #closeFile(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

function readText(path: string): string {
  rmSync(`${path}.new`, { force: true });
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

type Line = JournalLease | { ended: string[] } | { renewed: string; expiresAtMs: number };

function parseLine(line: string): Line | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as Line;
  } catch {
    return null;
  }
}
