import type { ChatProvider } from "./gateway-providers.ts";

/** One side of the talk. */
export interface Turn {
  role: "user" | "assistant";
  text: string;
}

/** What is sent to the gateway: its path after the server's address, headers and body. */
export interface ChatRequest {
  path: `/${string}`;
  headers: Record<string, string>;
  body: string;
}

/** A streamed chat in the provider's own language. Without a key the server's own pays, if it has one. */
export function chatRequest(
  provider: ChatProvider,
  { model, key, session, turns }: { model: string; key: string; session: string; turns: Turn[] },
): ChatRequest {
  const { language, path } = provider.chat;
  return {
    path: `/gateway/${provider.name}${path.replace("{model}", encodeURIComponent(model))}`,
    headers: {
      "content-type": "application/json",
      "x-outlay-session": session,
      "x-outlay-agent": "playground",
      "x-outlay-user": PLAYGROUND_USER,
      ...(language === "anthropic" ? ANTHROPIC_HEADERS : {}),
      ...(key === "" ? {} : keyHeader(language, key)),
    },
    body: JSON.stringify(BODIES[language](model, turns)),
  };
}

/** Whose calls these are, as long as there are no accounts. */
export const PLAYGROUND_USER = "playground";

function keyHeader(language: ChatProvider["chat"]["language"], key: string): Record<string, string> {
  if (language === "anthropic") return { "x-api-key": key };
  return language === "google" ? { "x-goog-api-key": key } : { authorization: `Bearer ${key}` };
}

/** The last one is what Anthropic asks of requests that a browser's page has caused. */
const ANTHROPIC_HEADERS = { "anthropic-version": "2023-06-01", "anthropic-dangerous-direct-browser-access": "true" };
/** Anthropic demands a limit. */
const MAX_TOKENS = 2_048;

const BODIES = {
  openai: (model: string, turns: Turn[]) => ({ model, stream: true, messages: messagesOf(turns) }),
  anthropic: (model: string, turns: Turn[]) => ({
    model,
    stream: true,
    max_tokens: MAX_TOKENS,
    messages: messagesOf(turns),
  }),
  google: (_: string, turns: Turn[]) => ({
    contents: turns.map(({ role, text }) => ({ role: role === "user" ? "user" : "model", parts: [{ text }] })),
  }),
};

const messagesOf = (turns: Turn[]) => turns.map(({ role, text }) => ({ role, content: text }));
