import { isIPv4, isIPv6 } from "node:net";
import type { ListedKey } from "../keys/keys.ts";
import type { Storage } from "../storage/storage.ts";

const COLLECTION = "key-places";
/** Of one key; beyond that the one that was seen longest ago is forgotten. */
const MAX_PLACES = 64;
/** When a place was last seen is kept to the hour: more is not needed. */
const SEEN_STEP_MS = 3_600_000;

/** From which networks a key has been used. */
export interface PlacesOfKey {
  keyId: string;
  /** From then on it is known where it is used. */
  firstUseMs: number;
  places: Place[];
}

/** A network, never a single address: `203.0.113.0/24`, `2001:db8:1::/48`, or this machine. */
export interface Place {
  prefix: string;
  firstMs: number;
  lastMs: number;
}

/** Keeps from which networks keys are used: what is remembered of a key's addresses is too little to notice a new one by. */
export class KeyPlaces {
  readonly #storage: Storage;
  readonly #keys: Map<string, PlacesOfKey>;

  private constructor(storage: Storage, keys: PlacesOfKey[]) {
    this.#storage = storage;
    this.#keys = new Map(keys.map((key) => [key.keyId, key]));
  }

  static async open(storage: Storage): Promise<KeyPlaces> {
    const records = await storage.listRecords(COLLECTION);
    return new KeyPlaces(
      storage,
      records.map((record) => record.body as PlacesOfKey),
    );
  }

  /** Adds where these keys were used lately, forgets keys that are gone, and answers what is known of those that were used. */
  async learn(keys: Pick<ListedKey, "id" | "usedFrom">[]): Promise<PlacesOfKey[]> {
    const changed = keys.flatMap((key) => this.#learnOf(key));
    if (changed.length > 0) {
      await this.#storage.putRecords(
        COLLECTION,
        changed.map((key) => ({ id: key.keyId, atMs: key.firstUseMs, body: key })),
      );
      for (const key of changed) this.#keys.set(key.keyId, key);
    }
    await this.#forgetOthers(new Set(keys.map((key) => key.id)));
    return [...this.#keys.values()];
  }

  #learnOf({ id, usedFrom }: Pick<ListedKey, "id" | "usedFrom">): PlacesOfKey[] {
    const before = this.#keys.get(id);
    const places = new Map(before?.places.map((place) => [place.prefix, place]));
    for (const { address, firstAtMs, lastAtMs } of usedFrom) {
      const prefix = networkOf(address);
      if (prefix === null) continue;
      const known = places.get(prefix);
      if (known !== undefined && lastAtMs - known.lastMs < SEEN_STEP_MS) continue;
      const firstMs = Math.min(known?.firstMs ?? firstAtMs, firstAtMs);
      places.set(prefix, { prefix, firstMs, lastMs: Math.max(known?.lastMs ?? lastAtMs, lastAtMs) });
    }
    const all = [...places.values()];
    if (all.length === 0 || (before !== undefined && isSame(before.places, all))) return [];
    const firstUseMs = before?.firstUseMs ?? Math.min(...all.map((place) => place.firstMs));
    return [{ keyId: id, firstUseMs, places: newest(all) }];
  }

  async #forgetOthers(keyIds: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#keys.keys()].filter((id) => !keyIds.has(id));
    if (gone.length === 0) return;
    await this.#storage.deleteRecords(COLLECTION, gone);
    for (const id of gone) this.#keys.delete(id);
  }
}

function isSame(one: Place[], other: Place[]): boolean {
  return one.length === other.length && one.every((place, index) => place === other[index]);
}

function newest(places: Place[]): Place[] {
  return places.toSorted((one, other) => other.lastMs - one.lastMs).slice(0, MAX_PLACES);
}

/** The network that an address lies in: 24 bits of IPv4, 48 of IPv6. null: it is no address. */
export function networkOf(address: string): string | null {
  const plain = address.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  if (isIPv4(plain)) {
    if (plain.startsWith("127.")) return "this machine";
    return `${plain.slice(0, plain.lastIndexOf("."))}.0/24`;
  }
  if (!isIPv6(plain)) return null;
  if (plain === "::1") return "this machine";
  const [head = "", tail] = plain.toLowerCase().split("::");
  const parts = head === "" ? [] : head.split(":");
  if (tail !== undefined) while (parts.length < 3) parts.push("0");
  const network = parts.slice(0, 3).map((part) => (Number.parseInt(part, 16) || 0).toString(16));
  return `${network.join(":")}::/48`;
}
