import { at, fields, text } from "../fields.ts";
import type { StreamDialect } from "../openai/stream.ts";
import { addProduced, blankMeasured, type AnswerFold, type CallFacts } from "../provider.ts";
import { readAnswer } from "./usage.ts";

/** Events of a chat: of version 2 `message-end` has the usage, of version 1 `stream-end` the whole answer. */
export function openCohereStream(call: CallFacts): AnswerFold {
  let measured = blankMeasured();
  measured.geo = call.request.geo;
  return {
    take(piece, name) {
      const event = fields(piece);
      const type = text(event["type"]) ?? text(event["event_type"]) ?? name;
      const { produced } = measured;
      if (type === "message-start") measured.responseId = text(event["id"]);
      addProduced(produced, at(event, ["delta", "message", "content", "text"]));
      addProduced(produced, at(event, ["delta", "message", "content", "thinking"]));
      addProduced(produced, at(event, ["delta", "message", "tool_plan"]));
      addProduced(produced, at(event, ["delta", "message", "tool_calls", "function", "arguments"]));
      if (type === "text-generation") addProduced(produced, event["text"]);
      if (type !== "message-end" && type !== "stream-end") return;
      const last = readAnswer(event["response"] ?? event["delta"], call);
      measured = { ...last, responseId: last.responseId ?? measured.responseId, produced };
      const error = text(at(event, ["delta", "error"]));
      if (error !== null) measured.error = { type: "error", message: error };
    },
    close() {},
    measured: () => measured,
  };
}

/** At the address for OpenAI's language. */
export const compatibleStream: StreamDialect = { usage: "asked" };
