import { parseInstant } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventId, eventIdOfContent } from "../event-id.ts";
import { usageOfGoogle } from "../gemini-cli/usage.ts";
import type { LineReading } from "../importer.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { BadValue, countIn, fieldsOf, textOf, type Fields } from "../read-values.ts";

/** One line of a chat: the call that it tells of. `fileSession`: the file's name, for lines that do not say theirs. */
export function readLine(line: unknown, fileSession: string): LineReading {
  const told = fieldsOf(line);
  const usage = told["usageMetadata"];
  if (told["type"] !== "assistant" || typeof usage !== "object" || usage === null) return { events: [] };
  const model = textOf(told["model"]);
  if (model === null) return { problem: "model is missing" };
  const occurredAt = parseInstant(textOf(told["timestamp"]) ?? "");
  if (occurredAt === null) return { problem: "timestamp is not an instant" };
  try {
    return {
      events: [
        eventOf(told, fieldsOf(usage), { model, occurredAt, session: textOf(told["sessionId"]) ?? fileSession }),
      ],
    };
  } catch (error) {
    if (error instanceof BadValue) return { problem: error.message };
    throw error;
  }
}

function eventOf(told: Fields, usage: Fields, call: { model: string; occurredAt: number; session: string }) {
  const { model, occurredAt, session } = call;
  const uuid = textOf(told["uuid"]);
  return codingEvent({
    tool: "qwen-code",
    id: uuid === null ? eventIdOfContent("qwen-code", session, occurredAt, model, usage) : eventId("qwen-code", uuid),
    occurredAt,
    provider: providerOfCall(null, model),
    model,
    usage: usageOfGoogle({
      prompt: countIn(usage, "promptTokenCount"),
      candidates: countIn(usage, "candidatesTokenCount"),
      cached: countIn(usage, "cachedContentTokenCount"),
      thoughts: countIn(usage, "thoughtsTokenCount"),
      tool: countIn(usage, "toolUsePromptTokenCount"),
      total: countIn(usage, "totalTokenCount"),
    }),
    folder: textOf(told["cwd"]),
    session,
    subagent: told["isSidechain"] === true ? (textOf(told["agentId"]) ?? true) : null,
    metadata: { version: textOf(told["version"]), gitBranch: textOf(told["gitBranch"]), providerFrom: "model" },
  });
}
