import type { Storage } from "../storage/storage.ts";

/** When and from where a key was used. */
export interface KeyUse {
  lastAtMs: number;
  /** The newest first, each once. */
  from: UsedFrom[];
}

/** One address that a key was used from. */
export interface UsedFrom {
  address: string;
  firstAtMs: number;
  lastAtMs: number;
}

const DOCUMENT = "keys/last-used";
/** Addresses remembered of a key. */
const MAX_ADDRESSES = 10;
const SAVE_DELAY_MS = 60_000;

/** When and from where keys were used: in memory, stored a minute later, for it is worth no failure and no write for each call. */
export class KeyUses {
  readonly #storage: Storage;
  readonly #uses: Map<string, KeyUse>;
  #saving: NodeJS.Timeout | null = null;

  private constructor(storage: Storage, uses: Map<string, KeyUse>) {
    this.#storage = storage;
    this.#uses = uses;
  }

  static async open(storage: Storage): Promise<KeyUses> {
    // a number: the instant, as it was kept before addresses were
    const stored = (await storage.getDocument(DOCUMENT)) as Record<string, number | KeyUse> | null;
    const uses = Object.entries(stored ?? {}).map(
      ([id, use]) => [id, typeof use === "number" ? { lastAtMs: use, from: [] } : use] as const,
    );
    return new KeyUses(storage, new Map(uses));
  }

  /** `address` is null where it is not known, as inside the process. */
  note(id: string, atMs: number, address: string | null): void {
    let use = this.#uses.get(id);
    if (use === undefined) this.#uses.set(id, (use = { lastAtMs: atMs, from: [] }));
    use.lastAtMs = atMs;
    if (address !== null) noteAddress(use.from, address, atMs);
    this.#saving ??= setTimeout(() => void this.#save(), SAVE_DELAY_MS).unref();
  }

  of(id: string): KeyUse | null {
    return this.#uses.get(id) ?? null;
  }

  forget(id: string): void {
    this.#uses.delete(id);
  }

  async close(): Promise<void> {
    if (this.#saving === null) return;
    clearTimeout(this.#saving);
    await this.#save();
  }

  async #save(): Promise<void> {
    this.#saving = null;
    await this.#storage.putDocument(DOCUMENT, Object.fromEntries(this.#uses)).catch(() => {});
  }
}

function noteAddress(from: UsedFrom[], address: string, atMs: number): void {
  const at = from.findIndex((known) => known.address === address);
  if (at === 0) {
    from[0]!.lastAtMs = atMs;
    return;
  }
  const [known = { address, firstAtMs: atMs, lastAtMs: atMs }] = at === -1 ? [] : from.splice(at, 1);
  known.lastAtMs = atMs;
  from.unshift(known);
  if (from.length > MAX_ADDRESSES) from.pop();
}
