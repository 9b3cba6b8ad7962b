import type { Storage } from "../storage/storage.ts";
import type { KeptRefusal } from "./limits.ts";

const COLLECTION = "limit-refusals";
const KEEP_MS = 86_400_000;
const MAX_KEPT = 1_000;
const STORE_DELAY_MS = 1_000;

/**
 * The latest refusals of the last day. In memory at once, in the store about a second later: a loop that is refused a thousand times
 * a second must not write a thousand times.
 */
export class KeptRefusals {
  #storage: Storage;
  #now: () => number;
  #logFailure: (error: unknown) => void;
  #kept = new Map<string, KeptRefusal>();
  #unstored = new Map<string, KeptRefusal>();
  #forgotten: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #storing: Promise<void> = Promise.resolve();

  constructor(options: { storage: Storage; now: () => number; logFailure: (error: unknown) => void }) {
    this.#storage = options.storage;
    this.#now = options.now;
    this.#logFailure = options.logFailure;
  }

  async load(): Promise<void> {
    const records = await this.#storage.listRecords(COLLECTION, { limit: 2 * MAX_KEPT });
    for (const { id, body } of records.toReversed()) this.#kept.set(id, body as KeptRefusal);
    this.#forgetOld();
  }

  get(id: string): KeptRefusal | null {
    this.#forgetOld();
    return this.#kept.get(id) ?? null;
  }

  /** Newest first. */
  list(): KeptRefusal[] {
    this.#forgetOld();
    return [...this.#kept.values()].toReversed();
  }

  keep(refusal: KeptRefusal): void {
    this.#kept.set(refusal.id, refusal);
    this.#unstored.set(refusal.id, refusal);
    this.#forgetOld();
    this.#timer ??= setTimeout(() => void this.#store(), STORE_DELAY_MS).unref();
  }

  async close(): Promise<void> {
    await this.#store();
  }

  #forgetOld(): void {
    const oldestMs = this.#now() - KEEP_MS;
    for (const [id, { atMs }] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT && atMs > oldestMs) return;
      this.#kept.delete(id);
      if (!this.#unstored.delete(id)) this.#forgotten.push(id);
    }
  }

  /** That a refusal can be explained is worth no failure of anything else. */
  #store(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const records = [...this.#unstored.values()].map((refusal) => ({
      id: refusal.id,
      atMs: refusal.atMs,
      body: refusal,
    }));
    const forgotten = this.#forgotten;
    this.#unstored = new Map();
    this.#forgotten = [];
    const store = async () => {
      if (records.length > 0) await this.#storage.putRecords(COLLECTION, records);
      if (forgotten.length > 0) await this.#storage.deleteRecords(COLLECTION, forgotten);
    };
    this.#storing = this.#storing.then(store).catch(this.#logFailure);
    return this.#storing;
  }
}
