import { at, fields, text } from "../fields.ts";
import { stateOf, type StreamDialect } from "../openai/stream.ts";
import { addProduced, blankMeasured, type AnswerFold, type CallFacts } from "../provider.ts";
import { readError } from "../read-error.ts";
import { readGenerated, readInteraction } from "./usage.ts";

/** Chunks of `streamGenerateContent`, as events or as a JSON list. Counts are cumulative: the last wins. */
export function openGeneratedStream(call: CallFacts): AnswerFold {
  const measured = blankMeasured();
  measured.geo = call.request.geo;
  let searches = 0;
  return {
    take(piece) {
      const chunk = readGenerated(piece, call);
      searches = Math.max(searches, chunk.usage?.searches ?? countQueries(piece, call));
      measured.usage = chunk.usage ?? measured.usage;
      measured.model = chunk.model ?? measured.model;
      measured.responseId = chunk.responseId ?? measured.responseId;
      measured.serviceTier = chunk.serviceTier ?? measured.serviceTier;
      measured.stopReason = chunk.stopReason ?? measured.stopReason;
      measured.error = chunk.error ?? measured.error;
      measured.produced.characters += chunk.produced.characters - chunk.produced.sample.length;
      addProduced(measured.produced, chunk.produced.sample);
    },
    close() {
      measured.ended = true;
    },
    measured() {
      const usage = measured.usage === null || searches === 0 ? measured.usage : { ...measured.usage, searches };
      return { ...measured, usage, usageState: stateOf(measured, measured.stopReason !== null) };
    },
  };
}

/** The queries may come in a chunk without counts. */
function countQueries(piece: unknown, call: CallFacts): number {
  const withCounts = { ...fields(piece), usageMetadata: { promptTokenCount: 0 } };
  return readGenerated(withCounts, call).usage?.searches ?? 0;
}

/** Events of the Interactions API: the whole interaction stands in the last. */
export function openInteractionStream(call: CallFacts): AnswerFold {
  let measured = blankMeasured();
  measured.geo = call.request.geo;
  return {
    take(piece) {
      const event = fields(piece);
      addProduced(measured.produced, at(event, ["delta", "text"]));
      if (event["error"] != null) measured.error = readError(event, call.status);
      if (event["interaction"] === undefined) return;
      const { produced } = measured;
      measured = { ...readInteraction(event["interaction"], call), produced };
      measured.ended = /complete|failed|cancelled/.test(text(event["event_type"]) ?? "");
    },
    close() {
      measured.ended = true;
    },
    measured: () => measured,
  };
}

/** At the address for OpenAI's language. */
export const compatibleStream: StreamDialect = { usage: "asked" };
