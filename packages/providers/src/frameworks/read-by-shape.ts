import { billedAs } from "../billed-as.ts";
import { fields, type Fields } from "../fields.ts";
import { blankRequest, type CallFacts, type Measured, type Provider } from "../provider.ts";
import { findRoute, PROVIDERS } from "../providers.ts";

/**
 * Reads an answer that a framework hands on as its provider gave it, without its address: which language it is in shows in
 * its fields. `provider` is the framework's word for who served it. Null when it is in none.
 */
export function readAnswerByShape(provider: string, body: unknown): Measured | null {
  const answer = fields(body);
  const path = pathOfAnswer(answer);
  return path === null ? null : readAt(provider, path, answer);
}

/** The same for a usage object alone. */
export function readUsageByShape(provider: string, raw: unknown): Measured | null {
  const usage = fields(raw);
  if (Object.keys(usage).length === 0) return null;
  const path = pathOfUsage(usage);
  return readAt(provider, path, path === GEMINI ? { usageMetadata: usage } : { usage });
}

const GEMINI = "/models/any:generateContent";
const MESSAGES = "/v1/messages";
const CONVERSE = "/model/any/converse";
const CHAT = "/v1/chat/completions";

function pathOfAnswer(answer: Fields): string | null {
  if (answer["object"] === "response" || Array.isArray(answer["output"])) return "/v1/responses";
  if (Array.isArray(answer["choices"])) return CHAT;
  if (answer["type"] === "message") return MESSAGES;
  if (answer["usageMetadata"] !== undefined || Array.isArray(answer["candidates"])) return GEMINI;
  if (fields(answer["usage"])["inputTokens"] !== undefined) return CONVERSE;
  if (fields(answer["usage"])["billed_units"] !== undefined) return "/v2/chat";
  return answer["object"] === "list" && answer["usage"] !== undefined ? "/v1/embeddings" : null;
}

function pathOfUsage(usage: Fields): string {
  if (usage["promptTokenCount"] !== undefined || usage["totalTokenCount"] !== undefined) return GEMINI;
  if (usage["cache_creation_input_tokens"] !== undefined || usage["cache_creation"] !== undefined) return MESSAGES;
  if (usage["inputTokens"] !== undefined) return CONVERSE;
  return usage["billed_units"] === undefined ? CHAT : "/v2/chat";
}

/** Who speaks the language when the provider does not: Claude at Google, anything at a place that we do not know. */
const SPEAKERS = ["openai", "anthropic", "google", "bedrock", "cohere"];

function readAt(provider: string, path: string, answer: Fields): Measured | null {
  const billed = billedAs(provider);
  const own = [...PROVIDERS.values()].find((known) => known.billedAs === billed);
  const speakers = SPEAKERS.map((name) => PROVIDERS.get(name)!);
  for (const speaker of [own, ...speakers].filter((it): it is Provider => it !== undefined)) {
    const route = findRoute(speaker, "POST", path);
    if (route !== null) return route.readAnswer(answer, BLANK_CALL);
  }
  return null;
}

const BLANK_CALL: CallFacts = { request: blankRequest(), status: 200, header: () => null };
