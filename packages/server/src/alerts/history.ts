import { InvalidInput, shown } from "@outlay/core";
import type { CollectionRecord, Storage } from "../storage/storage.ts";
import type { HistoryEntry } from "./alert.ts";

const COLLECTION = "alert-history";
/** Entries that are kept at least; the oldest go in steps. */
const MAX_ENTRIES = 10_000;
const PRUNE_STEP = 500;
/** Read at once. */
const STEP = 1_000;
/** What a resumed stream is told at most. */
const MAX_RESUMED = 1_000;

/** An entry with its place in the order in which entries came to be. */
export type NumberedEntry = HistoryEntry & { number: number };

export interface HistoryQuestion {
  limit: number;
  /** From the page before; null: from the newest on. */
  cursor: string | null;
  keeps: (entry: NumberedEntry) => boolean;
}

export interface HistoryPage {
  entries: NumberedEntry[];
  nextCursor: string | null;
}

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

  /** Newest first, those that `keeps` keeps. InvalidInput `invalid_cursor`. */
  async page({ limit, cursor, keeps }: HistoryQuestion): Promise<HistoryPage> {
    let after = cursor === null ? null : parseCursor(cursor);
    const kept: NumberedEntry[] = [];
    while (kept.length <= limit) {
      const read = await this.#readAfter(after);
      kept.push(...read.filter(keeps));
      const last = read.at(-1);
      if (last === undefined) break;
      after = last;
    }
    const entries = kept.slice(0, limit);
    const last = entries.at(-1);
    return { entries, nextCursor: kept.length > limit && last !== undefined ? `${last.atMs}.${last.id}` : null };
  }

  /** The next ones in the order newest first, some of them; none: there are no more. */
  async #readAfter(last: Pick<NumberedEntry, "atMs" | "id"> | null): Promise<NumberedEntry[]> {
    if (last === null) return (await this.#storage.listRecords(COLLECTION, { limit: STEP })).map(entryOf);
    const { atMs, id } = last;
    const sameMoment = await this.#storage.listRecords(COLLECTION, { fromMs: atMs, toMs: atMs + 1 });
    const rest = sameMoment.filter((record) => record.id < id);
    const older = await this.#storage.listRecords(COLLECTION, { toMs: atMs, limit: STEP });
    return [...rest, ...older].map(entryOf);
  }

  /** What came after that number, oldest first; null: more than a stream is told. */
  async after(number: number): Promise<NumberedEntry[] | null> {
    if (number >= this.#lastNumber) return [];
    if (this.#lastNumber - number > MAX_RESUMED) return null;
    const newest = await this.#storage.listRecords(COLLECTION, { limit: MAX_RESUMED });
    return newest
      .map(entryOf)
      .filter((entry) => entry.number > number)
      .toSorted((one, other) => one.number - other.number);
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

function parseCursor(cursor: string): Pick<NumberedEntry, "atMs" | "id"> {
  const [, atMs, id] = /^(\d{1,15})\.([\w-]{1,100})$/.exec(cursor) ?? [];
  if (atMs !== undefined && id !== undefined) return { atMs: Number(atMs), id };
  throw new InvalidInput("invalid_cursor", `cursor ${shown(cursor)} is not one that a page has given`, {
    field: "cursor",
  });
}

function entryOf(record: CollectionRecord): NumberedEntry {
  return record.body as NumberedEntry;
}
