import { hash, randomBytes, randomUUID } from "node:crypto";
import { InvalidInput } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import { findSecret, makeSecret, type Locked, type Secret } from "./secret.ts";

/** What a key may be used for. */
export const SCOPES = ["ingest", "gateway", "read", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** Whose calls are made with a key. Absent: not said. */
export interface KeyAttribution {
  user?: string | undefined;
  team?: string | undefined;
  project?: string | undefined;
  customer?: string | undefined;
  agent?: string | undefined;
  environment?: string | undefined;
  tags?: Record<string, string> | undefined;
}

/** A key that Outlay has given out; its token is known to whoever got it, and to nobody else. */
export interface OutlayKey {
  id: string;
  name: string;
  scopes: Scope[];
  attribution: KeyAttribution;
}

/** A key as people see it in a list. */
export interface ListedKey extends OutlayKey {
  /** The end of its token, to tell it from others. */
  lastFour: string;
  createdAtMs: number;
  /** null: never. Up to a minute old after a crash. */
  lastUsedAtMs: number | null;
}

/** A provider's key that Outlay keeps, as people see it. */
export interface ListedProviderKey {
  /** As in the gateway's path: `openai`. */
  provider: string;
  name: string;
  lastFour: string;
  storedAtMs: number;
  /** False: the secret that it was encrypted with is not the one that is there now. */
  readable: boolean;
}

/** What the gateway asks of keys, for every call. */
export interface Keys {
  /**
   * The Outlay key behind a token that a client sent as its provider key or bearer; null when it is none of ours or was
   * revoked. From memory; how long it takes says nothing about any token, because only their hashes are compared.
   */
  resolve(token: string): OutlayKey | null;
  /** The stored key for this provider that stands behind an Outlay key; null when none is stored, or none that can be read. */
  providerKey(key: OutlayKey, provider: string): string | null;
}

/** What people do with keys. Every change is in the audit trail, by `actor`, without the key. */
export interface KeyStore {
  /** Oldest first; revoked ones are gone. */
  list(): ListedKey[];
  /** Resolves when the key is stored. The token is in this answer and nowhere else. */
  create(wanted: Omit<OutlayKey, "id">, actor: string): Promise<{ key: ListedKey; token: string }>;
  /** Stops the key at once, whether or not it can be stored. InvalidInput `key_not_found`. */
  revoke(id: string, actor: string): Promise<void>;
  /** By provider. */
  listProviderKeys(): ListedProviderKey[];
  /** Encrypts and stores; replaces the one of the same provider. */
  storeProviderKey(wanted: { provider: string; name: string; key: string }, actor: string): Promise<ListedProviderKey>;
  /** InvalidInput `provider_key_not_found`. */
  deleteProviderKey(provider: string, actor: string): Promise<void>;
  /** Stores when keys were last used. */
  close(): Promise<void>;
}

export interface KeysOptions {
  storage: Storage;
  dataDir: string;
  now: () => number;
  /** OUTLAY_SECRET; absent, null or empty: `<dataDir>/secret.key`, made when first needed. */
  secret?: string | null;
  /** Hears of stored keys that cannot be read. */
  warn?: (message: string) => void;
}

/** Opens the keys of a data folder. InvalidInput `secret_too_short`. */
export async function openKeys(options: KeysOptions): Promise<Keys & KeyStore> {
  const { storage, dataDir } = options;
  const [keys, lastUsed, providerKeys, secret] = await Promise.all([
    storage.getDocument(KEYS) as Promise<StoredKey[] | null>,
    storage.getDocument(LAST_USED) as Promise<Record<string, number> | null>,
    storage.getDocument(PROVIDER_KEYS) as Promise<StoredProviderKey[] | null>,
    findSecret(dataDir, options.secret ?? null),
  ]);
  return new KeyRing(options, { keys: keys ?? [], lastUsed: lastUsed ?? {}, providerKeys: providerKeys ?? [], secret });
}

const KEYS = "keys";
const LAST_USED = "keys/last-used";
const PROVIDER_KEYS = "keys/providers";
const TOKEN_BYTES = 32;
const TOKEN = /^outlay_[\w-]{43}$/;
const SAVE_DELAY_MS = 60_000;

interface StoredKey extends OutlayKey {
  /** SHA-256 of the token, in hexadecimal digits: a token has more chance in it than can ever be tried. */
  hash: string;
  lastFour: string;
  createdAtMs: number;
}

interface StoredProviderKey {
  provider: string;
  name: string;
  lastFour: string;
  storedAtMs: number;
  locked: Locked;
}

interface Opened {
  keys: StoredKey[];
  lastUsed: Record<string, number>;
  providerKeys: StoredProviderKey[];
  secret: Secret | null;
}

class KeyRing implements Keys, KeyStore {
  #options: KeysOptions;
  #byHash: Map<string, StoredKey>;
  #lastUsedMs: Map<string, number>;
  #providerKeys: Map<string, StoredProviderKey>;
  /** Decrypted, by provider. */
  #readable = new Map<string, string>();
  #secret: Secret | null;
  #saving: NodeJS.Timeout | null = null;
  /** Changes are stored one after the other. */
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: KeysOptions, { keys, lastUsed, providerKeys, secret }: Opened) {
    this.#options = options;
    this.#byHash = new Map(keys.map((key) => [key.hash, key]));
    this.#lastUsedMs = new Map(Object.entries(lastUsed));
    this.#providerKeys = new Map(providerKeys.map((key) => [key.provider, key]));
    this.#secret = secret;
    for (const key of providerKeys) this.#unlock(key);
  }

  resolve(token: string): OutlayKey | null {
    if (!TOKEN.test(token)) return null;
    const key = this.#byHash.get(hashOf(token));
    if (key === undefined) return null;
    this.#lastUsedMs.set(key.id, this.#options.now());
    this.#saving ??= setTimeout(() => void this.#saveLastUsed(), SAVE_DELAY_MS).unref();
    return key;
  }

  providerKey(_: OutlayKey, provider: string): string | null {
    return this.#readable.get(provider) ?? null;
  }

  list(): ListedKey[] {
    return [...this.#byHash.values()].map((key) => this.#listed(key));
  }

  create(wanted: Omit<OutlayKey, "id">, actor: string): Promise<{ key: ListedKey; token: string }> {
    return this.#change(async () => {
      const token = `outlay_${randomBytes(TOKEN_BYTES).toString("base64url")}`;
      const { name, scopes, attribution } = wanted;
      const key: StoredKey = {
        id: randomUUID(),
        name,
        scopes,
        attribution,
        hash: hashOf(token),
        lastFour: token.slice(-4),
        createdAtMs: this.#options.now(),
      };
      await this.#options.storage.putDocument(KEYS, [...this.#byHash.values(), key]);
      this.#byHash.set(key.hash, key);
      await this.#audit(actor, "key_created", { id: key.id, name, scopes, attribution });
      return { key: this.#listed(key), token };
    });
  }

  async revoke(id: string, actor: string): Promise<void> {
    const key = [...this.#byHash.values()].find((it) => it.id === id);
    if (key === undefined) {
      throw new InvalidInput("key_not_found", `There is no key with the id ${id}; see GET /api/v1/keys`, {
        field: "id",
        status: 404,
      });
    }
    this.#byHash.delete(key.hash);
    this.#lastUsedMs.delete(id);
    await this.#change(async () => {
      await this.#options.storage.putDocument(KEYS, [...this.#byHash.values()]);
      await this.#audit(actor, "key_revoked", { id, name: key.name });
    });
  }

  listProviderKeys(): ListedProviderKey[] {
    return [...this.#providerKeys.values()]
      .map((key) => this.#listedProviderKey(key))
      .toSorted((one, other) => (one.provider < other.provider ? -1 : 1));
  }

  storeProviderKey(
    { provider, name, key }: { provider: string; name: string; key: string },
    actor: string,
  ): Promise<ListedProviderKey> {
    return this.#change(async () => {
      this.#secret ??= await makeSecret(this.#options.dataDir);
      const stored: StoredProviderKey = {
        provider,
        name,
        lastFour: lastFour(key),
        storedAtMs: this.#options.now(),
        locked: this.#secret.lock(key, purposeOf(provider)),
      };
      await this.#putProviderKeys(new Map([...this.#providerKeys, [provider, stored]]));
      this.#readable.set(provider, key);
      await this.#audit(actor, "provider_key_stored", { provider, name });
      return this.#listedProviderKey(stored);
    });
  }

  deleteProviderKey(provider: string, actor: string): Promise<void> {
    return this.#change(async () => {
      const stored = this.#providerKeys.get(provider);
      if (stored === undefined) {
        throw new InvalidInput(
          "provider_key_not_found",
          `No key is stored for the provider "${provider}"; see GET /api/v1/provider-keys`,
          { field: "provider", status: 404 },
        );
      }
      this.#readable.delete(provider);
      await this.#putProviderKeys(new Map([...this.#providerKeys].filter(([name]) => name !== provider)));
      await this.#audit(actor, "provider_key_deleted", { provider, name: stored.name });
    });
  }

  async close(): Promise<void> {
    await this.#lastChange;
    if (this.#saving === null) return;
    clearTimeout(this.#saving);
    await this.#saveLastUsed();
  }

  #unlock({ provider, name, locked }: StoredProviderKey): void {
    const key = this.#secret?.unlock(locked, purposeOf(provider)) ?? null;
    if (key !== null) this.#readable.set(provider, key);
    else {
      const reason =
        this.#secret === null
          ? "the file secret.key is not there any more"
          : `${this.#secret.where} is not the secret that it was encrypted with`;
      this.#options.warn?.(
        `the stored key "${name}" for ${provider} cannot be opened: ${reason}. Bring that back, or store the key again: outlay keys store-provider-key ${provider}`,
      );
    }
  }

  #listed({ id, name, scopes, attribution, lastFour: end, createdAtMs }: StoredKey): ListedKey {
    return {
      id,
      name,
      scopes,
      attribution,
      lastFour: end,
      createdAtMs,
      lastUsedAtMs: this.#lastUsedMs.get(id) ?? null,
    };
  }

  #listedProviderKey({ provider, name, lastFour: end, storedAtMs }: StoredProviderKey): ListedProviderKey {
    return { provider, name, lastFour: end, storedAtMs, readable: this.#readable.has(provider) };
  }

  async #putProviderKeys(keys: Map<string, StoredProviderKey>): Promise<void> {
    await this.#options.storage.putDocument(PROVIDER_KEYS, [...keys.values()]);
    this.#providerKeys = keys;
  }

  #change<T>(make: () => Promise<T>): Promise<T> {
    const made = this.#lastChange.then(make);
    this.#lastChange = made.catch(() => {});
    return made;
  }

  async #audit(actor: string, action: string, detail: object): Promise<void> {
    await this.#options.storage.appendAudit({ atMs: this.#options.now(), actor, action, detail });
  }

  /** When a key was last used is worth no failure. */
  async #saveLastUsed(): Promise<void> {
    this.#saving = null;
    await this.#options.storage.putDocument(LAST_USED, Object.fromEntries(this.#lastUsedMs)).catch(() => {});
  }
}

function hashOf(token: string): string {
  return hash("sha256", token, "hex");
}

/** Of a key so short that its end would give it away, nothing. */
function lastFour(key: string): string {
  return key.length >= 12 ? key.slice(-4) : "";
}

function purposeOf(provider: string): string {
  return `key of ${provider}`;
}
