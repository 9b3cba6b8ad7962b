import type { CollectionRecord, Storage } from "../storage/storage.ts";
import type { HistoryEntry } from "./alert.ts";

const COLLECTION = "alert-history";
/** Entries that are kept at least; the oldest go in steps. */
const MAX_ENTRIES = 10_000;
const PRUNE_STEP = 500;
/** What a resumed stream is told at most. */
const MAX_RESUMED = 1_000;

/** An entry with its place in the order in which entries came to be. */
export type NumberedEntry = HistoryEntry & { number: number };

/** What alerts there have been. */
export class History {
  readonly #storage: Storage;
  readonly #listeners = new Set<(entry: NumberedEntry) => void>();
  #lastNumber: number;
  #sincePruned = 0;

  private constructor(storage: Storage, lastNumber: number) {
    this.#storage = storage;
    this.#lastNumber = lastNumber;
  }

  static async open(storage: Storage): Promise<History> {
    const newest = await storage.listRecords(COLLECTION, { limit: MAX_RESUMED });
    const history = new History(storage, Math.max(0, ...newest.map(entryOf).map((entry) => entry.number)));
    if (newest.length === MAX_RESUMED) await history.#prune();
    return history;
  }

  /** Of the newest entry; 0 when there is none. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Keeps a new entry and tells listeners. The same id again takes the place of the one before. */
  async add(entry: HistoryEntry): Promise<NumberedEntry> {
    const numbered = { ...entry, number: ++this.#lastNumber };
    await this.#storage.putRecords(COLLECTION, [{ id: entry.id, atMs: entry.atMs, body: numbered }]);
    this.#sincePruned += 1;
    if (this.#sincePruned >= PRUNE_STEP) await this.#prune();
    for (const listener of this.#listeners) listener(numbered);
    return numbered;
  }

  /** Newest first; start included, end excluded. */
  async list(question: { fromMs?: number; toMs?: number; limit: number }): Promise<NumberedEntry[]> {
    return (await this.#storage.listRecords(COLLECTION, question)).map(entryOf);
  }

  /** What came after that number, oldest first; null: more than a stream is told. */
  async after(number: number): Promise<NumberedEntry[] | null> {
    if (number >= this.#lastNumber) return [];
    if (this.#lastNumber - number > MAX_RESUMED) return null;
    const newest = await this.list({ limit: MAX_RESUMED });
    return newest.filter((entry) => entry.number > number).toSorted((one, other) => one.number - other.number);
  }

  /** Must not throw. Returns the function that ends it. */
  subscribe(listener: (entry: NumberedEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #prune(): Promise<void> {
    this.#sincePruned = 0;
    const kept = await this.#storage.listRecords(COLLECTION, { limit: MAX_ENTRIES });
    if (kept.length < MAX_ENTRIES) return;
    for (;;) {
      const older = await this.#storage.listRecords(COLLECTION, { toMs: kept.at(-1)!.atMs, limit: PRUNE_STEP });
      if (older.length === 0) return;
      await this.#storage.deleteRecords(
        COLLECTION,
        older.map((record) => record.id),
      );
    }
  }
}

function entryOf(record: CollectionRecord): NumberedEntry {
  return record.body as NumberedEntry;
}
