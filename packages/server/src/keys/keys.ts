import { hash, randomBytes, randomUUID } from "node:crypto";
import { InvalidInput, Turns, withoutUndefined } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import { KeyUses, type UsedFrom } from "./key-uses.ts";
import { lastFour } from "./last-four.ts";
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
  /** From then on it is refused; null: never. */
  expiresAtMs: number | null;
  /** The token before the last rotation, while it still works. */
  previous: { lastFour: string; untilMs: number } | null;
  /** null: never. Up to a minute old after a crash. */
  lastUsedAtMs: number | null;
  /** Addresses that it was last used from, the newest first. */
  usedFrom: UsedFrom[];
}

/** What a new key is to be. */
export interface WantedKey extends Omit<OutlayKey, "id"> {
  /** null or absent: it does not expire. */
  expiresAtMs?: number | null;
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
   * The Outlay key behind a token that a client sent as its provider key or bearer; null when it is none of ours, was
   * revoked or has expired. From memory; how long it takes says nothing about any token, because only their hashes are
   * compared. `address`: where it comes from, for the list of keys.
   */
  resolve(token: string, address?: string | null): OutlayKey | null;
  /** Whether a token was good once and only its time is over: for saying why it is refused. */
  hasExpired(token: string): boolean;
  /** The stored key for this provider that stands behind an Outlay key; null when none is stored, or none that can be read. */
  providerKey(key: OutlayKey, provider: string): string | null;
}

/** What people do with keys. Every change is in the audit trail, by `actor`, without the key. */
export interface KeyStore {
  /** Oldest first; revoked ones are gone. */
  list(): ListedKey[];
  /** Resolves when the key is stored. The token is in this answer and nowhere else. */
  create(wanted: WantedKey, actor: string): Promise<{ key: ListedKey; token: string }>;
  /** Only what is named changes, from then on for every call. InvalidInput `key_not_found`. */
  change(id: string, change: Partial<WantedKey>, actor: string): Promise<ListedKey>;
  /**
   * Gives the key another token; the one before works for `overlapMs` more, those before that no longer. A key that expires does
   * so as long after this as it would have after it was made, or last rotated. InvalidInput `key_not_found`.
   */
  rotate(id: string, overlapMs: number, actor: string): Promise<{ key: ListedKey; token: string }>;
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
  const [keys, uses, providerKeys, secret] = await Promise.all([
    storage.getDocument(KEYS) as Promise<StoredKey[] | null>,
    KeyUses.open(storage),
    storage.getDocument(PROVIDER_KEYS) as Promise<StoredProviderKey[] | null>,
    findSecret(dataDir, options.secret ?? null),
  ]);
  return new KeyRing(options, { keys: keys ?? [], uses, providerKeys: providerKeys ?? [], secret });
}

const KEYS = "keys";
const PROVIDER_KEYS = "keys/providers";
const TOKEN_BYTES = 32;
const TOKEN = /^outlay_[\w-]{43}$/;

interface StoredKey extends OutlayKey {
  /** SHA-256 of the token, in hexadecimal digits: a token has more chance in it than can ever be tried. */
  hash: string;
  lastFour: string;
  createdAtMs: number;
  /** Of the token that counts; absent: with the key. */
  issuedAtMs?: number;
  expiresAtMs?: number | null;
  previous?: { hash: string; lastFour: string; untilMs: number } | null;
}

/** What a token stands for. */
interface Grant {
  key: OutlayKey;
  /** Refused from then on. */
  untilMs: number;
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
  uses: KeyUses;
  providerKeys: StoredProviderKey[];
  secret: Secret | null;
}

class KeyRing implements Keys, KeyStore {
  #options: KeysOptions;
  /** By id, oldest first. */
  #keys: Map<string, StoredKey>;
  #revoked = new Set<string>();
  /** By the hash of a token. */
  #grants = new Map<string, Grant>();
  #uses: KeyUses;
  #providerKeys: Map<string, StoredProviderKey>;
  /** Decrypted, by provider. */
  #readable = new Map<string, string>();
  #secret: Secret | null;
  /** Changes are stored one after the other. */
  readonly #changes = new Turns();

  constructor(options: KeysOptions, { keys, uses, providerKeys, secret }: Opened) {
    this.#options = options;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#uses = uses;
    for (const key of keys) this.#grant(key);
    this.#providerKeys = new Map(providerKeys.map((key) => [key.provider, key]));
    this.#secret = secret;
    for (const key of providerKeys) this.#unlock(key);
  }

  resolve(token: string, address: string | null = null): OutlayKey | null {
    const grant = this.#grantOf(token);
    if (grant === undefined) return null;
    const nowMs = this.#options.now();
    if (nowMs >= grant.untilMs) return null;
    this.#uses.note(grant.key.id, nowMs, address);
    return grant.key;
  }

  hasExpired(token: string): boolean {
    const grant = this.#grantOf(token);
    return grant !== undefined && this.#options.now() >= grant.untilMs;
  }

  providerKey(_: OutlayKey, provider: string): string | null {
    return this.#readable.get(provider) ?? null;
  }

  list(): ListedKey[] {
    return [...this.#keys.values()].map((key) => this.#listed(key));
  }

  create(wanted: WantedKey, actor: string): Promise<{ key: ListedKey; token: string }> {
    return this.#changes.take(async () => {
      const token = newToken();
      const { name, scopes, attribution, expiresAtMs = null } = wanted;
      const createdAtMs = this.#options.now();
      const issued = { hash: hashOf(token), lastFour: token.slice(-4), createdAtMs };
      const key: StoredKey = { id: randomUUID(), name, scopes, attribution, expiresAtMs, ...issued };
      await this.#put(key);
      await this.#audit(actor, "key_created", { id: key.id, ...auditedPart(key) });
      return { key: this.#listed(key), token };
    });
  }

  change(id: string, change: Partial<WantedKey>, actor: string): Promise<ListedKey> {
    return this.#changes.take(async () => {
      const before = this.#known(id);
      const after: StoredKey = { ...before, ...withoutUndefined(change) };
      await this.#put(after);
      await this.#audit(actor, "key_changed", { id, before: auditedPart(before), after: auditedPart(after) });
      return this.#listed(after);
    });
  }

  rotate(id: string, overlapMs: number, actor: string): Promise<{ key: ListedKey; token: string }> {
    return this.#changes.take(async () => {
      const before = this.#known(id);
      const { expiresAtMs = null, issuedAtMs = before.createdAtMs } = before;
      const nowMs = this.#options.now();
      const token = newToken();
      const untilMs = Math.min(nowMs + overlapMs, expiresAtMs ?? Infinity);
      const after: StoredKey = {
        ...before,
        hash: hashOf(token),
        lastFour: token.slice(-4),
        issuedAtMs: nowMs,
        expiresAtMs: expiresAtMs === null ? null : nowMs + (expiresAtMs - issuedAtMs),
        previous: untilMs > nowMs ? { hash: before.hash, lastFour: before.lastFour, untilMs } : null,
      };
      await this.#put(after);
      await this.#audit(actor, "key_rotated", {
        id,
        name: after.name,
        previousUntilMs: after.previous?.untilMs ?? nowMs,
        expiresAtMs: after.expiresAtMs,
      });
      return { key: this.#listed(after), token };
    });
  }

  async revoke(id: string, actor: string): Promise<void> {
    const key = this.#known(id);
    this.#revoked.add(id);
    this.#keys.delete(id);
    this.#withdraw(key);
    this.#uses.forget(id);
    await this.#changes.take(async () => {
      await this.#options.storage.putDocument(KEYS, [...this.#keys.values()]);
      await this.#audit(actor, "key_revoked", { id, ...auditedPart(key) });
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
    return this.#changes.take(async () => {
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
    return this.#changes.take(async () => {
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
    await this.#changes.ended();
    await this.#uses.close();
  }

  #grantOf(token: string): Grant | undefined {
    return TOKEN.test(token) ? this.#grants.get(hashOf(token)) : undefined;
  }

  #known(id: string): StoredKey {
    const key = this.#keys.get(id);
    if (key === undefined) throw notFound(id);
    return key;
  }

  /** Stores the key, and only then lets its tokens in. */
  async #put(key: StoredKey): Promise<void> {
    await this.#options.storage.putDocument(KEYS, [...new Map([...this.#keys, [key.id, key]]).values()]);
    // while it was being stored
    if (this.#revoked.has(key.id)) throw notFound(key.id);
    const before = this.#keys.get(key.id);
    if (before !== undefined) this.#withdraw(before);
    this.#keys.set(key.id, key);
    this.#grant(key);
  }

  #grant({ hash: current, previous, expiresAtMs, id, name, scopes, attribution }: StoredKey): void {
    const key: OutlayKey = { id, name, scopes, attribution };
    const untilMs = expiresAtMs ?? Infinity;
    this.#grants.set(current, { key, untilMs });
    if (previous) this.#grants.set(previous.hash, { key, untilMs: Math.min(previous.untilMs, untilMs) });
  }

  #withdraw({ hash: current, previous }: StoredKey): void {
    this.#grants.delete(current);
    if (previous) this.#grants.delete(previous.hash);
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

  #listed({
    id,
    name,
    scopes,
    attribution,
    lastFour: end,
    createdAtMs,
    expiresAtMs = null,
    previous,
  }: StoredKey): ListedKey {
    const use = this.#uses.of(id);
    const overlaps = previous != null && previous.untilMs > this.#options.now();
    return {
      id,
      name,
      scopes,
      attribution,
      lastFour: end,
      createdAtMs,
      expiresAtMs,
      previous: overlaps ? { lastFour: previous.lastFour, untilMs: previous.untilMs } : null,
      lastUsedAtMs: use?.lastAtMs ?? null,
      usedFrom: (use?.from ?? []).map((from) => ({ ...from })),
    };
  }

  #listedProviderKey({ provider, name, lastFour: end, storedAtMs }: StoredProviderKey): ListedProviderKey {
    return { provider, name, lastFour: end, storedAtMs, readable: this.#readable.has(provider) };
  }

  async #putProviderKeys(keys: Map<string, StoredProviderKey>): Promise<void> {
    await this.#options.storage.putDocument(PROVIDER_KEYS, [...keys.values()]);
    this.#providerKeys = keys;
  }

  async #audit(actor: string, action: string, detail: object): Promise<void> {
    await this.#options.storage.appendAudit({ atMs: this.#options.now(), actor, action, detail });
  }
}

function notFound(id: string): InvalidInput {
  return new InvalidInput("key_not_found", `There is no key with the id ${id}; see GET /api/v1/keys`, {
    field: "id",
    status: 404,
  });
}

function newToken(): string {
  return `outlay_${randomBytes(TOKEN_BYTES).toString("base64url")}`;
}

/** What the audit trail tells of a key. */
function auditedPart({ name, scopes, attribution, expiresAtMs = null }: StoredKey): object {
  return { name, scopes, attribution, expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString() };
}

function hashOf(token: string): string {
  return hash("sha256", token, "hex");
}

function purposeOf(provider: string): string {
  return `key of ${provider}`;
}
