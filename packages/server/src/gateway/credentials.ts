import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Upstream } from "./upstreams.ts";
import type { HeaderChanges } from "./headers.ts";
import type { Refusal } from "./refuse.ts";

/** The keys that are kept here, as far as the gateway needs them. */
export interface Keys {
  /** The Outlay key behind a token; null when it is none of ours, or no longer. `address`: where it comes from. */
  resolve(token: string, address?: string | null): OutlayKey | null;
  /** Whether only the time of a token is over. */
  hasExpired(token: string): boolean;
  /** The stored key of a provider that stands behind an Outlay key; null when none is stored. */
  providerKey(key: OutlayKey, provider: string): string | null;
}

/** A key that Outlay gave out. */
export interface OutlayKey {
  id: string;
  name: string;
  scopes: string[];
  attribution: {
    user?: string | undefined;
    team?: string | undefined;
    project?: string | undefined;
    customer?: string | undefined;
    agent?: string | undefined;
    environment?: string | undefined;
    tags?: Record<string, string> | undefined;
  };
  /** What it says of whose calls are made with it cannot be overruled by the calls. */
  isBinding?: boolean | undefined;
}

/** Whose key pays for a call, and what has to change for it on the way to the provider. */
export interface Credential {
  /** For events: the name of the Outlay key, a fingerprint of the client's own key, or null when it brought none. */
  name: string | null;
  outlayKey: OutlayKey | null;
  /** One of our own keys pays: a foreign web page may not use it. */
  isOurs: boolean;
  changes: HeaderChanges | null;
  /** The path with the key replaced in its query; null: as the client sent it. */
  path: string | null;
  /** What must not be seen in messages: the keys that took part. */
  secrets: string[];
}

const NO_CREDENTIAL: Credential = {
  name: null,
  outlayKey: null,
  isOurs: false,
  changes: null,
  path: null,
  secrets: [],
};
/** Where clients put their keys. */
const KEY_HEADERS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;
const OUTLAY_TOKEN = /^outlay_[\w-]{20,}$/;
const QUERY_KEY = /([?&]key=)([^&#]+)/;

/**
 * Finds the key that a client sent, and puts the provider's own in its place when it is one of Outlay's. One in the header
 * x-outlay-key stands beside the client's own key for the provider, which stays.
 */
export function readCredential(
  incoming: IncomingMessage,
  path: string,
  upstream: Upstream,
  keys: Keys | null,
  addressOf: (incoming: IncomingMessage) => string | null,
): Credential | Refusal {
  // A browser asks without a key whether it may send one.
  if (incoming.method === "OPTIONS") return NO_CREDENTIAL;
  const sent = sentKeys(incoming, path);
  const beside = incoming.headers["x-outlay-key"];
  const outlayToken = typeof beside === "string" ? beside : sent.find(({ token }) => OUTLAY_TOKEN.test(token))?.token;
  const own = sent.find(({ token }) => token !== outlayToken);
  if (outlayToken !== undefined) {
    const key = gatewayKey(outlayToken, keys, addressOf(incoming));
    if ("status" in key) return key;
    if (typeof beside !== "string" || own === undefined)
      return behindOutlayKey(outlayToken, key, path, upstream, keys!);
    const secrets = [outlayToken, ...sent.map(({ token }) => token)];
    return { name: key.name, outlayKey: key, isOurs: false, changes: null, path: null, secrets };
  }
  if (own !== undefined) {
    const secrets = sent.map(({ token }) => token);
    return { name: fingerprint(own.token), outlayKey: null, isOurs: false, changes: null, path: null, secrets };
  }
  const { apiKey } = upstream;
  return {
    name: apiKey === null ? null : fingerprint(apiKey),
    outlayKey: null,
    isOurs: true,
    changes: apiKey === null ? null : withKey(apiKey, path, upstream),
    path: null,
    secrets: apiKey === null ? [] : [apiKey],
  };
}

function sentKeys(incoming: IncomingMessage, path: string): { token: string }[] {
  const sent: { token: string }[] = [];
  for (const name of KEY_HEADERS) {
    const value = incoming.headers[name];
    if (typeof value === "string" && value !== "") sent.push({ token: tokenOf(value) });
  }
  const query = path.includes("key=") ? QUERY_KEY.exec(path)?.[2] : undefined;
  if (query !== undefined) sent.push({ token: decoded(query) });
  return sent;
}

/** `Bearer x` → x; of a signature of AWS the id of its key, which stays the same. */
function tokenOf(value: string): string {
  if (value.startsWith("AWS4-")) return /Credential=([^/,\s]+)/.exec(value)?.[1] ?? value;
  return value.replace(/^(bearer|basic|token)\s+/i, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The Outlay key behind a token, if it is for the gateway. */
function gatewayKey(token: string, keys: Keys | null, address: string | null): OutlayKey | Refusal {
  const key = keys?.resolve(token, address) ?? null;
  if (key === null && keys?.hasExpired(token) === true) {
    return { status: 401, code: "key_expired", message: "This Outlay key has expired; make another one" };
  }
  if (key === null) {
    return { status: 401, code: "unknown_key", message: "This Outlay key is not known here, or it was withdrawn" };
  }
  if (!key.scopes.includes("gateway") && !key.scopes.includes("admin")) {
    return {
      status: 403,
      code: "key_without_scope",
      message: `The Outlay key "${key.name}" has the scopes ${key.scopes.join(", ")}; the gateway needs "gateway"`,
    };
  }
  return key;
}

function behindOutlayKey(
  token: string,
  key: OutlayKey,
  path: string,
  upstream: Upstream,
  keys: Keys,
): Credential | Refusal {
  const { name } = upstream.provider;
  const providerKey = keys.providerKey(key, name) ?? upstream.apiKey;
  if (providerKey === null) {
    return {
      status: 401,
      code: "no_provider_key",
      message: `No key for "${name}" that can be opened is kept behind the Outlay key "${key.name}" (see "outlay keys list"); store one, or send your own`,
    };
  }
  return {
    name: key.name,
    outlayKey: key,
    isOurs: true,
    changes: withKey(providerKey, path, upstream),
    path: QUERY_KEY.test(path) ? withoutQueryKey(path) : null,
    secrets: [token, providerKey],
  };
}

/** Where the provider wants its key. Everything that the client sent as one is left out. */
function withKey(apiKey: string, path: string, upstream: Upstream): HeaderChanges {
  const without = new Set<string>(KEY_HEADERS);
  const { name } = upstream.provider;
  if (name === "anthropic") return { without, added: ["x-api-key", apiKey] };
  if (name === "azure") return { without, added: ["api-key", apiKey] };
  // Google's OpenAI-compatible addresses take a bearer token, all others its own header.
  if (name === "google" && !path.includes("/openai/")) return { without, added: ["x-goog-api-key", apiKey] };
  return { without, added: ["authorization", `Bearer ${apiKey}`] };
}

function withoutQueryKey(path: string): string {
  return path.replace(/([?&])key=[^&#]*(&?)/, (_, before: string, after: string) => (after === "" ? "" : before));
}

/** Keys of which the fingerprint is known: hashing costs more than looking up. */
const fingerprints = new Map<string, string>();
const MAX_FINGERPRINTS = 1_000;

/** `key-` and eight hexadecimal digits of the key's SHA-256: enough to tell keys apart, and nothing of the key. */
function fingerprint(key: string): string {
  const known = fingerprints.get(key);
  if (known !== undefined) return known;
  const made = `key-${hash("sha256", key, "hex").slice(0, 8)}`;
  if (fingerprints.size >= MAX_FINGERPRINTS) fingerprints.clear();
  fingerprints.set(key, made);
  return made;
}
