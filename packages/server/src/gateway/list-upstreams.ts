import { PROVIDERS, type Provider } from "@outlay/providers";
import type { Upstream } from "./upstreams.ts";

/** A provider of the gateway, for people who choose one. */
export interface ListedUpstream {
  /** As in the gateway's path. */
  name: string;
  /** As in events and prices. */
  billedAs: string;
  /** The gateway knows where it answers. */
  hasAddress: boolean;
  /** `server`: the gateway adds a key to calls that bring none. `stored`: one stands behind Outlay's own keys. Null: callers bring theirs. */
  key: "server" | "stored" | null;
  /** A mock provider answers: calls cost nothing, whatever they are recorded with. */
  mock: boolean;
  /** How to talk to it; null: it has no chat that we can speak. */
  chat: { language: ChatLanguage; path: string } | null;
}

/** Whose form a chat's requests and answers have. */
export type ChatLanguage = "openai" | "anthropic" | "google";

/** All providers of the gateway, those that can be called first. `mockUrl`: where our own mock provider runs. */
export function listUpstreams(
  upstreams: ReadonlyMap<string, Upstream>,
  options: { storedKeys: readonly string[]; mockUrl: string | null },
): ListedUpstream[] {
  const stored = new Set(options.storedKeys);
  const mockOrigin = options.mockUrl === null ? null : new URL(options.mockUrl).origin;
  const listed = [...upstreams].map(([name, { provider, origin, basePath, apiKey }]): ListedUpstream => ({
    name,
    billedAs: provider.billedAs,
    hasAddress: origin !== null,
    key: apiKey !== null ? "server" : stored.has(name) ? "stored" : null,
    mock: origin !== null && origin === mockOrigin,
    chat: chatOf(provider, basePath),
  }));
  return listed.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ mock, key, hasAddress }: ListedUpstream): number {
  if (!hasAddress) return 3;
  if (mock) return 0;
  return key === null ? 2 : 1;
}

function chatOf({ routes }: Provider, basePath: string): ListedUpstream["chat"] {
  // Whoever speaks the language of one that we know is called as that one.
  const language = [...PROVIDERS.values()].find((known) => known.routes === routes);
  const known = language === undefined ? undefined : CHATS[language.name];
  if (known !== undefined) return known;
  // Addresses of those that speak like OpenAI are often given with their version.
  return { language: "openai", path: /\/v\d+\w*$/.test(basePath) ? "/chat/completions" : "/v1/chat/completions" };
}

const OPENAI = { language: "openai", path: "/v1/chat/completions" } as const;

/** Null: signed requests, or deployments of one's own. `{model}` is put in by who calls. */
const CHATS: Record<string, ListedUpstream["chat"]> = {
  openai: OPENAI,
  anthropic: { language: "anthropic", path: "/v1/messages" },
  google: { language: "google", path: "/v1beta/models/{model}:streamGenerateContent?alt=sse" },
  groq: { language: "openai", path: "/openai/v1/chat/completions" },
  mistral: OPENAI,
  deepseek: { language: "openai", path: "/chat/completions" },
  xai: OPENAI,
  openrouter: { language: "openai", path: "/api/v1/chat/completions" },
  together: OPENAI,
  fireworks: OPENAI,
  perplexity: { language: "openai", path: "/chat/completions" },
  ollama: OPENAI,
  cohere: { language: "openai", path: "/compatibility/v1/chat/completions" },
  azure: null,
  bedrock: null,
};
