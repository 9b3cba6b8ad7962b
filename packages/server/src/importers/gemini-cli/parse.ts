import { parseInstant, type WireEvent } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import { BadValue, countIn, fieldsOf, listOf, textOf } from "../read-values.ts";
import { usageOfGoogle } from "./usage.ts";

/** What is known of a chat beside its messages. */
export interface Chat {
  session: string | null;
  isSubagent: boolean;
  parentSession: string | null;
  /** Path of the project, or what stands for it. */
  project: string | null;
}

/** One line of the newer form: the chat's head, a change of it, or a message; `chat` is moved on. */
export function readLine(line: unknown, chat: Chat): LineReading[] {
  const told = fieldsOf(line);
  const changed = fieldsOf(told["$set"]);
  for (const head of [told, changed]) {
    chat.session = textOf(head["sessionId"]) ?? chat.session;
    chat.isSubagent ||= head["kind"] === "subagent";
    chat.project ??= textOf(listOf(head["directories"])[0]);
  }
  // a checkpoint has all messages again, some of them for the first time
  return [told, ...listOf(changed["messages"])].map((message) => readMessage(message, chat));
}

/** The older form: the whole chat as one document. */
export function readDocument(document: unknown, chat: Chat): LineReading[] {
  const told = fieldsOf(document);
  readLine({ ...told, messages: undefined }, chat);
  return listOf(told["messages"]).map((message) => readMessage(message, chat));
}

function readMessage(value: unknown, chat: Chat): LineReading {
  const message = fieldsOf(value);
  const { type, tokens } = message;
  if (type !== "gemini" || typeof tokens !== "object" || tokens === null) return { events: [] };
  try {
    const event = eventOf(message, fieldsOf(tokens), chat);
    return typeof event === "string"
      ? { problem: `message ${textOf(message["id"]) ?? ""}: ${event}` }
      : { events: [event] };
  } catch (error) {
    if (error instanceof BadValue) return { problem: `message ${textOf(message["id"]) ?? ""}: ${error.message}` };
    throw error;
  }
}

/** Or what is missing. */
function eventOf(message: Record<string, unknown>, tokens: Record<string, unknown>, chat: Chat): WireEvent | string {
  const [id, model, occurredAt] = [
    textOf(message["id"]),
    textOf(message["model"]),
    parseInstant(textOf(message["timestamp"]) ?? ""),
  ];
  if (id === null) return "id is missing";
  if (model === null) return "model is missing";
  if (occurredAt === null) return "timestamp is not an instant";
  return codingEvent({
    tool: "gemini-cli",
    id: eventId("gemini-cli", `${chat.session ?? "unknown"}:${id}`),
    occurredAt,
    provider: "google",
    model,
    usage: usageOfGoogle({
      prompt: countIn(tokens, "input"),
      candidates: countIn(tokens, "output"),
      cached: countIn(tokens, "cached"),
      thoughts: countIn(tokens, "thoughts"),
      tool: countIn(tokens, "tool"),
      total: countIn(tokens, "total"),
    }),
    folder: chat.project,
    session: chat.session,
    subagent: chat.isSubagent || chat.parentSession !== null ? true : null,
    metadata: { parentSession: chat.parentSession },
  });
}
