import { queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";

/** A provider of the gateway. */
export interface GatewayProvider {
  /** As in the gateway's path. */
  name: string;
  billedAs: string;
  hasAddress: boolean;
  /** Whose key pays for calls that bring none: the server adds one, one stands behind Outlay's own keys, or nobody's. */
  key: "server" | "stored" | null;
  mock: boolean;
  chat: { language: ChatLanguage; path: string } | null;
}

export type ChatLanguage = "openai" | "anthropic" | "google";

/** A provider's key that Outlay keeps, without the key. */
export interface ProviderKey {
  provider: string;
  name: string;
  lastFour: string;
  storedAt: string;
  /** False: it was encrypted with another secret. */
  readable: boolean;
}

/** A stored key changes whose key pays: both are asked anew together. */
export const PROVIDERS = "gateway-providers";

export const gatewayQuestion = queryOptions({
  queryKey: [PROVIDERS, "all"],
  queryFn: ({ signal }) =>
    getJson<{ providers: GatewayProvider[] }>("/api/v1/gateway/providers", new URLSearchParams(), signal),
});

const KEYS = "/api/v1/provider-keys";

export const providerKeysQuestion = queryOptions({
  queryKey: [PROVIDERS, "keys"],
  queryFn: ({ signal }) => getJson<{ providerKeys: ProviderKey[] }>(KEYS, new URLSearchParams(), signal),
});

/** Replaces the one of the same provider. */
export const storeProviderKey = (body: { provider: string; name?: string; key: string }) => sendJson("PUT", KEYS, body);
export const forgetProviderKey = (provider: string) => sendJson("DELETE", `${KEYS}/${encodeURIComponent(provider)}`);
