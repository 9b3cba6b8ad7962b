import { fileURLToPath } from "node:url";
import { parseInstant, type EventUsage } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { amountOf, BadValue, countIn, fieldsOf, listOf, textOf, type Fields } from "../read-values.ts";
import { isAnyUsed, usageOfParts } from "../usage-of-parts.ts";

interface Thread {
  id: string;
  folder: string | null;
}

/** A thread's calls: those of its ledger, or of its messages where it has none. `name`: the file's, for its id. */
export function readThread(document: unknown, name: string): LineReading[] {
  const told = fieldsOf(document);
  const thread = { id: textOf(told["id"]) ?? name, folder: folderOf(told) };
  const messages = listOf(told["messages"]).map(fieldsOf);
  const ledger = listOf(fieldsOf(told["usageLedger"])["events"]).map(fieldsOf);
  if (ledger.length === 0) return messages.map((message) => readMessage(message, thread));
  const byId = new Map(messages.map((message) => [message["messageId"], message]));
  const seen = new Set<unknown>();
  return ledger.map((entry) => {
    const message = byId.get(entry["toMessageId"]);
    const isFirst = message !== undefined && !seen.has(entry["toMessageId"]);
    seen.add(entry["toMessageId"]);
    return readEntry(entry, isFirst ? message : undefined, thread);
  });
}

/** `env.initial.trees[0].uri`: `file:///home/dev/app` */
function folderOf(thread: Fields): string | null {
  const tree = fieldsOf(listOf(fieldsOf(fieldsOf(thread["env"])["initial"])["trees"])[0]);
  const uri = textOf(tree["uri"]);
  if (uri === null) return textOf(tree["displayName"]);
  try {
    return fileURLToPath(uri);
  } catch {
    return uri;
  }
}

/** An entry of the ledger; how much of its prompt was cached only its message says. */
function readEntry(entry: Fields, message: Fields | undefined, thread: Thread): LineReading {
  const name = textOf(entry["id"]) ?? "without id";
  return naming(
    `event ${name}`,
    () => {
      const tokens = fieldsOf(entry["tokens"]);
      const usage = fieldsOf(message?.["usage"]);
      const parts = {
        input: countIn(tokens, "input"),
        cacheRead: countIn(usage, "cacheReadInputTokens"),
        cacheWrite: countIn(usage, "cacheCreationInputTokens"),
        output: countIn(tokens, "output"),
      };
      if (!isAnyUsed(parts)) return null;
      // a thread may get its ledger after its messages were recorded
      const id = message === undefined ? name : messageName(message);
      return { id, told: entry, usage: usageOfParts(parts), credits: amountOf(entry["credits"]) };
    },
    thread,
  );
}

function readMessage(message: Fields, thread: Thread): LineReading {
  if (message["role"] !== "assistant" || message["usage"] === undefined) return { events: [] };
  return naming(
    messageName(message),
    () => {
      const usage = fieldsOf(message["usage"]);
      const parts = {
        input: countIn(usage, "inputTokens"),
        cacheRead: countIn(usage, "cacheReadInputTokens"),
        cacheWrite: countIn(usage, "cacheCreationInputTokens"),
        output: countIn(usage, "outputTokens"),
      };
      if (!isAnyUsed(parts)) return null;
      return { id: messageName(message), told: usage, usage: usageOfParts(parts), credits: amountOf(usage["credits"]) };
    },
    thread,
  );
}

function messageName({ messageId }: Fields): string {
  return `message ${typeof messageId === "number" ? messageId : (textOf(messageId) ?? "without id")}`;
}

interface ToldCall {
  id: string;
  /** Has the model and the instant. */
  told: Fields;
  usage: EventUsage;
  credits: number | null;
}

/** The call's event, or what is wrong with it under its name. */
function naming(name: string, read: () => ToldCall | null, thread: Thread): LineReading {
  try {
    const call = read();
    if (call === null) return { events: [] };
    const model = textOf(call.told["model"]);
    const occurredAt = parseInstant(textOf(call.told["timestamp"]) ?? "");
    if (model === null) return { problem: `${name}: model is missing` };
    if (occurredAt === null) return { problem: `${name}: timestamp is not an instant` };
    const event = codingEvent({
      tool: "amp",
      id: eventId("amp", `${thread.id}:${call.id}`),
      occurredAt,
      provider: providerOfCall(null, model),
      model,
      usage: call.usage,
      folder: thread.folder,
      session: thread.id,
      metadata: { credits: call.credits, providerFrom: "model" },
    });
    return { events: [event] };
  } catch (error) {
    if (error instanceof BadValue) return { problem: `${name}: ${error.message}` };
    throw error;
  }
}
