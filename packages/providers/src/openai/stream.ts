import { at, fields, list, text } from "../fields.ts";
import { addProduced, blankMeasured, type AnswerFold, type CallFacts, type Measured } from "../provider.ts";
import { readError } from "../read-error.ts";
import {
  addChoice,
  readChatAnswer,
  readCost,
  readImages,
  readResponse,
  readTier,
  readUsage,
  withSearchFee,
  type UsageDialect,
} from "./usage.ts";

/** Where the streams of those who speak OpenAI's language have their usage. */
export interface StreamDialect {
  /** `asked`: only after `stream_options.include_usage`. */
  usage: "asked" | "always";
  /** Where a chunk holds it besides `usage`. */
  usageAt?: string[];
}

export const openaiStream: StreamDialect = { usage: "asked" };

/**
 * Chunks of a chat. Usage comes once, in the last chunk, or in each of them and growing: the last one counts.
 * It is complete when the model has said why it stopped or the stream that it is over.
 */
export function openChatStream(call: CallFacts, dialect: UsageDialect, stream: StreamDialect): AnswerFold {
  const measured = blankMeasured();
  measured.geo = call.request.geo;
  const paths = [["usage"], ...(stream.usageAt === undefined ? [] : [stream.usageAt])];
  return {
    take(piece) {
      const chunk = fields(piece);
      if (chunk["object"] === "chat.completion") Object.assign(measured, readChatAnswer(piece, call, dialect));
      if (chunk["error"] != null) measured.error = readError(piece, call.status);
      measured.model ??= text(chunk["model"]);
      measured.responseId ??= text(chunk["id"]);
      measured.serviceTier = readTier(chunk["service_tier"]) ?? measured.serviceTier;
      const choices = list(chunk["choices"]);
      for (const choice of choices) addChoice(measured, fields(choice));
      // Moonshot has it inside the choice.
      const value = paths.map((path) => at(chunk, path)).find((found) => found != null) ?? fields(choices[0])["usage"];
      if (value == null) return;
      measured.usage = readUsage(value, dialect) ?? measured.usage;
      measured.reportedCostUsd = readCost(value, dialect) ?? measured.reportedCostUsd;
      measured.serviceTier = readTier(fields(value)["service_tier"]) ?? measured.serviceTier;
    },
    close() {
      measured.ended = true;
    },
    measured: () => withSearchFee({ ...measured, usageState: stateOf(measured, measured.stopReason !== null) }, call),
  };
}

/** Usage is complete when the answer was over; before, it is what the stream had said so far. */
export function stateOf(measured: Measured, isStopped: boolean): Measured["usageState"] {
  if (measured.usage === null) return "absent";
  return measured.ended || isStopped ? "complete" : "partial";
}

/** Events of the Responses API. Everything stands in the `response` of the last one. */
export function openResponseStream(call: CallFacts, dialect: UsageDialect): AnswerFold {
  let measured = blankMeasured();
  measured.geo = call.request.geo;
  return {
    take(piece, name) {
      const event = fields(piece);
      const type = text(event["type"]) ?? name ?? "";
      if (LAST_EVENT.test(type) || event["object"] === "response") {
        const { produced } = measured;
        measured = readResponse(event["response"] ?? event, call, dialect);
        if (measured.produced.characters < produced.characters) measured.produced = produced;
      } else if (type === "error") {
        measured.error = readError(event["error"] == null ? { error: event } : event, call.status);
      } else if (typeof event["delta"] === "string") {
        if (!type.includes("audio.")) addProduced(measured.produced, event["delta"]);
      } else if (event["response"] != null) {
        const response = fields(event["response"]);
        measured.model = text(response["model"]) ?? measured.model;
        measured.responseId = text(response["id"]) ?? measured.responseId;
        measured.serviceTier = readTier(response["service_tier"]) ?? measured.serviceTier;
      }
    },
    close() {},
    measured: () => measured,
  };
}

const LAST_EVENT = /^response\.(completed|incomplete|failed|done|cancelled)$/;

/** Streams of pictures, speech and transcriptions: pieces, then one event with the usage. */
export function openMediaStream(call: CallFacts, dialect: UsageDialect): AnswerFold {
  let measured = blankMeasured();
  measured.geo = call.request.geo;
  return {
    take(piece) {
      const event = fields(piece);
      const type = text(event["type"]) ?? "";
      if (event["error"] != null || type === "error") measured.error = readError(piece, call.status);
      if (type.endsWith(".delta")) addProduced(measured.produced, type.includes("audio") ? null : event["delta"]);
      if (!/\.(done|completed)$/.test(type)) return;
      const { produced } = measured;
      const answer = type.startsWith("image") ? { ...event, data: [event] } : event;
      const last = type.startsWith("image")
        ? readImages(answer, call, dialect)
        : { ...blankMeasured(), usage: readUsage(event["usage"], dialect), geo: call.request.geo, ended: true };
      measured = { ...last, produced, usageState: last.usage === null ? "absent" : "complete" };
    },
    close() {
      measured.ended = true;
    },
    measured: () => measured,
  };
}
