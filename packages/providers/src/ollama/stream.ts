import { fields } from "../fields.ts";
import type { StreamDialect } from "../openai/stream.ts";
import { addProduced, blankMeasured, type AnswerFold, type CallFacts } from "../provider.ts";
import { readAnswer } from "./usage.ts";

/** One JSON object a line; that with `done: true` has the counts. */
export function openOllamaStream(call: CallFacts): AnswerFold {
  let measured = blankMeasured();
  measured.geo = call.request.geo;
  return {
    take(piece) {
      const line = readAnswer(piece, call);
      const { produced } = measured;
      addProduced(produced, line.produced.sample);
      measured = { ...line, error: line.error ?? measured.error, produced, ended: fields(piece)["done"] === true };
    },
    close() {},
    measured: () => measured,
  };
}

/** At the address for OpenAI's language. */
export const compatibleStream: StreamDialect = { usage: "asked" };
