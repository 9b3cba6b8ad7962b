import { parseInstant, type WireEvent } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { readInstant } from "../read-instant.ts";
import { amountOf, BadValue, countIn, fieldsOf, listOf, textOf, type Fields } from "../read-values.ts";
import { isAnyUsed, TOTAL_ONLY, usageOfParts, type TokenParts } from "../usage-of-parts.ts";

/** Where a conversation lies. */
interface ChatPlace {
  project: string;
  chat: string;
  /** From the chat's name, for messages without a time. */
  beganAt: string;
}

/** The answers of a conversation; each is one event, also when several calls were made for it. */
export function readMessages(messages: unknown, place: ChatPlace): LineReading[] {
  if (!Array.isArray(messages)) return [{ problem: "no list of messages" }];
  return messages.flatMap((message, index): LineReading[] => {
    try {
      return readMessage(fieldsOf(message), index, place) ?? [];
    } catch (error) {
      if (error instanceof BadValue) return [{ problem: `message ${index + 1}: ${error.message}` }];
      throw error;
    }
  });
}

const ANSWERS = ["ai", "agent", "assistant"];

function readMessage(message: Fields, index: number, place: ChatPlace): LineReading[] | null {
  if (!ANSWERS.includes(textOf(message["variant"]) ?? textOf(message["role"]) ?? "")) return null;
  const metadata = fieldsOf(message["metadata"]);
  const told = toldIn(metadata);
  const credits = amountOf(message["credits"]) ?? told.credits;
  if (!isAnyUsed(told.parts)) {
    if (told.hasTotalOnly) return [{ leftOut: TOTAL_ONLY }];
    return credits !== null && credits > 0 ? [{ leftOut: "answers with credits only" }] : null;
  }
  const occurredAt =
    readInstant(message["timestamp"]) ??
    readInstant(message["createdAt"]) ??
    readInstant(metadata["timestamp"]) ??
    parseInstant(place.beganAt);
  if (occurredAt === null) return [{ problem: `message ${index + 1}: timestamp is not an instant` }];
  return [{ events: [eventOf({ ...told, credits, occurredAt, name: textOf(message["id"]), index }, place)] }];
}

interface Told {
  parts: TokenParts;
  model: string | null;
  credits: number | null;
  hasTotalOnly: boolean;
}

function eventOf(
  answer: Told & { occurredAt: number; name: string | null; index: number },
  { project, chat }: ChatPlace,
): WireEvent {
  const { parts, model: named, credits, occurredAt, name, index } = answer;
  const model = named ?? "unknown";
  return codingEvent({
    tool: "codebuff",
    id: eventId("codebuff", `${project}/${chat}:${name ?? `${occurredAt}:${index}`}`),
    occurredAt,
    provider: model.includes("/") ? "openrouter" : providerOfCall(null, model),
    model,
    usage: usageOfParts(parts),
    folder: project,
    session: chat,
    metadata: { credits },
  });
}

/**
 * Usage stands in one of several places, by version; the first that tells something counts, with what only the others
 * have (model, credits). Of a run's history only the last answer belongs to this message: those before it have messages
 * of their own.
 */
function toldIn(metadata: Fields): Told {
  const history = listOf(
    fieldsOf(fieldsOf(fieldsOf(metadata["runState"])["sessionState"])["mainAgentState"])["messageHistory"],
  );
  const last = fieldsOf(history.findLast((entry) => fieldsOf(entry)["role"] === "assistant" && hasOptions(entry)));
  const options = fieldsOf(last["providerOptions"]);
  const inner = fieldsOf(options["codebuff"]);
  const own = fieldsOf(metadata["codebuff"]);
  const places = [metadata["usage"], own["usage"], options["usage"], inner["usage"]].map(fieldsOf);
  const used = places.find((usage) => isAnyUsed(partsOf(usage)));
  return {
    parts: used === undefined ? {} : partsOf(used),
    model: first([metadata, own, ...places, inner, options].map(({ model }) => textOf(model))),
    credits: first(places.map(({ credits }) => amountOf(credits))),
    hasTotalOnly: places.some((usage) => (pick(usage, "totalTokens", "total_tokens", "total") ?? 0) > 0),
  };
}

function first<T>(values: (T | null)[]): T | null {
  return values.find((value) => value !== null) ?? null;
}

function hasOptions(entry: unknown): boolean {
  return Object.keys(fieldsOf(fieldsOf(entry)["providerOptions"])).length > 0;
}

/**
 * Names are those of several libraries. `cachedTokens` in details of the prompt are inside it; `cacheReadInputTokens` is
 * Anthropic's word, and stands beside the input.
 */
function partsOf(usage: Fields): TokenParts {
  const input = pick(usage, "inputTokens", "input_tokens", "promptTokens", "prompt_tokens");
  const beside = pick(usage, "cacheReadInputTokens", "cache_read_input_tokens");
  const inside = Math.max(
    pick(fieldsOf(usage["promptTokensDetails"]), "cachedTokens") ?? 0,
    pick(fieldsOf(usage["prompt_tokens_details"]), "cached_tokens") ?? 0,
  );
  const cacheRead = beside ?? (inside > 0 ? inside : undefined);
  return {
    input: beside === undefined && input !== undefined ? Math.max(0, input - inside) : input,
    cacheRead,
    cacheWrite: pick(
      usage,
      "cacheCreationInputTokens",
      "cache_creation_input_tokens",
      "cacheCreationTokens",
      "cache_creation_tokens",
      "cachedTokensCreated",
      "cached_tokens_created",
    ),
    output: pick(usage, "outputTokens", "output_tokens", "completionTokens", "completion_tokens"),
  };
}

/** The first that says more than zero, else zero where one says it. */
function pick(from: Fields, ...names: string[]): number | undefined {
  const counts = names.map((name) => countIn(from, name)).filter((count) => count !== undefined);
  return counts.find((count) => count > 0) ?? counts[0];
}
