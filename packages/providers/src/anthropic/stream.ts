import { fields, text, type Fields } from "../fields.ts";
import { addProduced, blankMeasured, type AnswerFold, type CallFacts, type Measured } from "../provider.ts";
import { readError } from "../read-error.ts";
import { readMessage, type MessagesDialect } from "./usage.ts";

/**
 * Events of a message. `message_start` has the prompt's counts, each `message_delta` the whole so far: the last
 * wins, nothing is added. A cut stream keeps what was said until then.
 */
export function openMessageStream(call: CallFacts, dialect: MessagesDialect): AnswerFold {
  const { produced } = blankMeasured();
  /** The message as far as it is known, without its content. */
  let message: Fields = {};
  let error: Measured["error"] = null;
  let isEnded = false;
  return {
    take(piece, name) {
      const event = fields(piece);
      switch (text(event["type"]) ?? name) {
        case "message":
          message = event;
          isEnded = true;
          break;
        case "message_start":
          message = fields(event["message"]);
          break;
        case "message_delta":
          message = {
            ...message,
            ...known(fields(event["delta"])),
            usage: overwritten(fields(message["usage"]), fields(event["usage"])),
          };
          break;
        case "message_stop":
          isEnded = true;
          break;
        case "content_block_delta": {
          const delta = fields(event["delta"]);
          addProduced(produced, delta["text"] ?? delta["thinking"] ?? delta["partial_json"]);
          break;
        }
        case "error":
          error = readError(event, call.status);
      }
    },
    close() {},
    measured() {
      const measured = readMessage(message, call, dialect);
      const isComplete = isEnded || measured.stopReason !== null;
      const usageState = measured.usage === null ? "absent" : isComplete ? "complete" : "partial";
      return {
        ...measured,
        usageState,
        error: error ?? measured.error,
        produced: produced.characters === 0 ? measured.produced : produced,
        ended: isEnded,
      };
    },
  };
}

/** Later counts replace earlier ones. A 0 behind a count is a proxy that does not know it, not news. */
function overwritten(before: Fields, after: Fields): Fields {
  const changes = Object.entries(known(after)).filter(([name, value]) => !(value === 0 && Number(before[name]) > 0));
  return { ...before, ...Object.fromEntries(changes) };
}

/** Without what is null. */
function known(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null));
}
