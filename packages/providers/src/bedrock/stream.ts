import { openMessageStream } from "../anthropic/stream.ts";
import { at, fields, parseJson, text, type Fields } from "../fields.ts";
import { openChatStream } from "../openai/stream.ts";
import { openaiUsage } from "../openai/usage.ts";
import { addProduced, blankMeasured, type AnswerFold, type CallFacts, type Measured } from "../provider.ts";
import { addMakersText, readConverseUsage, readMakersUsage, readTier, routedModel } from "./usage.ts";

/** Messages of `ConverseStream`; `metadata`, behind `messageStop`, has the usage. */
export function openConverseStream(call: CallFacts): AnswerFold {
  const measured = blankMeasured();
  measured.geo = call.request.geo;
  return {
    take(piece, name) {
      const event = fields(piece);
      if (name?.endsWith("Exception") === true) measured.error = errorOf(name, piece);
      addProduced(measured.produced, at(event, ["delta", "text"]));
      addProduced(measured.produced, at(event, ["delta", "reasoningContent", "text"]));
      addProduced(measured.produced, at(event, ["delta", "toolUse", "input"]));
      measured.stopReason = text(event["stopReason"]) ?? measured.stopReason;
      if (event["usage"] == null) return;
      measured.usage = readConverseUsage(event["usage"]);
      measured.serviceTier = readTier(event);
      measured.model = routedModel(event);
      measured.ended = true;
    },
    close() {},
    measured: () => ({ ...measured, usageState: measured.usage === null ? "absent" : "complete" }),
  };
}

function errorOf(name: string, piece: unknown): Measured["error"] {
  return { type: name, message: text(fields(piece)["message"]) ?? name };
}

/**
 * Chunks of `InvokeModelWithResponseStream`: the model maker's own events in Base64. The last has `amazon-bedrock-invocationMetrics`,
 * which counts when the maker does not.
 */
export function openInvokedStream(call: CallFacts): AnswerFold {
  let inner: AnswerFold | null = null;
  const makers = blankMeasured();
  makers.geo = call.request.geo;
  let error: Measured["error"] = null;
  let usage: Measured["usage"] = null;
  let isEnded = false;
  return {
    take(piece, name) {
      if (name?.endsWith("Exception") === true) error = errorOf(name, piece);
      const bytes = fields(piece)["bytes"];
      if (typeof bytes !== "string") return;
      const event = fields(parseJson(textOfBase64(bytes)));
      inner ??= openInner(event, call);
      if (inner === null) addMakersText(makers, event);
      else inner.take(event, null);
      const metrics = event["amazon-bedrock-invocationMetrics"];
      usage = readConverseUsage(metrics) ?? readMakersUsage(event) ?? usage;
      isEnded ||= metrics !== undefined;
    },
    close() {},
    measured() {
      const measured = inner?.measured() ?? makers;
      const isOwn = measured.usageState === "complete";
      return {
        ...measured,
        usage: isOwn ? measured.usage : (usage ?? measured.usage),
        usageState: isOwn || (usage !== null && isEnded) ? "complete" : measured.usageState,
        error: error ?? measured.error,
        ended: measured.ended || isEnded,
      };
    },
  };
}

/** How the events of this model's maker are read; null when they are none of those that we know. */
function openInner(event: Fields, call: CallFacts): AnswerFold | null {
  if (event["choices"] !== undefined) return openChatStream(call, openaiUsage, { usage: "asked" });
  return typeof event["type"] === "string" ? openMessageStream(call, {}) : null;
}

/** Empty when it is no base64. */
function textOfBase64(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0)));
  } catch {
    return "";
  }
}
