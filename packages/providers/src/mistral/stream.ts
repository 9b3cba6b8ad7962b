import type { StreamDialect } from "../openai/stream.ts";
import { fields, text } from "../fields.ts";
import { addProduced, blankMeasured, type AnswerFold, type CallFacts } from "../provider.ts";
import { readConversation } from "./usage.ts";

/** The last chunk of a chat has usage, asked or not. */
export const mistralStream: StreamDialect = { usage: "always" };

/** Events of a conversation; `conversation.response.done` has the usage. */
export function openConversationStream(call: CallFacts): AnswerFold {
  let measured = blankMeasured();
  return {
    take(piece, name) {
      const event = fields(piece);
      const type = text(event["type"]) ?? name ?? "";
      addProduced(measured.produced, event["content"]);
      if (type === "conversation.response.error") {
        measured.error = { type: "error", message: text(event["message"]) ?? type };
      }
      if (type !== "conversation.response.done") return;
      const { produced } = measured;
      measured = { ...readConversation(event, call), produced };
    },
    close() {},
    measured: () => measured,
  };
}
