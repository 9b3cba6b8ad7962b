import type { WireEvent } from "@outlay/core";
import { cleanMessage } from "../clean.ts";
import { ATTRIBUTE_NAMES as NAMES } from "./attribute-names.ts";
import { firstAmount, firstText } from "./attributes.ts";
import { hasCounts, readAttributes } from "./read-attributes.ts";
import type { TelemetrySpan } from "./telemetry-span.ts";
import { workOfSpan } from "./work-of-span.ts";

/** What a span says about a model call. */
export interface GenAiReading {
  /**
   * `call`: one call to a model. `rollup`: an agent, a workflow or a wrapper that restates what its calls used; it
   * counts only when none of them is known.
   */
  kind: "call" | "rollup";
  event: WireEvent;
  /** The provider's id of the answer; null when the span does not say. */
  responseId: string | null;
}

/**
 * Reads a span in any dialect of telemetry for generative AI. Null: it is no model call, and restates none.
 * The event's id is the same for the same call of a trace, whoever tells it and how often.
 */
export function readGenAiSpan(span: TelemetrySpan): GenAiReading | null {
  const work = workOfSpan(span);
  if (work === null) return null;
  const { event, usage, responseId } = readAttributes(span.attributes, span.resource);
  const isMeasured = hasCounts(usage) || event.reportedCostUsd != null;
  if (!isMeasured && (work.kind === "rollup" || event.model === null)) return null;
  const isStreamed = span.attributes["gen_ai.request.stream"] === true || work.name.endsWith(".doStream");
  const result: WireEvent = {
    id: idOfCall(span.traceId, span.spanId, work.kind === "call" ? responseId : null),
    occurredAt: span.startMs,
    ...event,
    model: event.model ?? "unknown",
    operation: work.operation,
    trace: span.traceId,
    span: span.spanId,
    durationMs: Math.max(0, span.endMs - span.startMs),
    ...outcome(span),
  };
  const firstToken = timeToFirstTokenMs(span);
  if (firstToken !== undefined) result.timeToFirstTokenMs = firstToken;
  if (isStreamed || firstToken !== undefined) result.streaming = true;
  result.metadata = { ...event.metadata, instrumentation: span.scope.name };
  if (!isMeasured) result.metadata = { ...result.metadata, usageState: "absent" };
  return { kind: work.kind, event: result, responseId };
}

/** Ids of providers are long; a short one, as of small local servers, may come twice. */
const MIN_RESPONSE_ID = 16;
const MAX_RESPONSE_ID = 80;

/** The id of the event for a call of a trace: the same when the same answer is told by another span, log or dialect. */
export function idOfCall(traceId: string, spanId: string, responseId: string | null): string {
  const isTelling = responseId !== null && responseId.length >= MIN_RESPONSE_ID && responseId.length <= MAX_RESPONSE_ID;
  return isTelling ? `${traceId}:${responseId}` : `${traceId}:${spanId}`;
}

function outcome(span: TelemetrySpan): Pick<WireEvent, "success" | "errorType" | "errorMessage"> {
  const exception = span.events.find(({ name }) => name === "exception")?.attributes ?? {};
  const errorType = firstText(span.attributes, NAMES.errorType);
  if (!span.status.isError && errorType === null) return { success: true };
  const said = [span.status.message, exception["exception.message"], span.attributes["error.message"]];
  const message = said.find((text) => typeof text === "string" && text !== "");
  const clean = typeof message === "string" ? cleanMessage(message) : null;
  return {
    success: false,
    errorType: errorType ?? firstText(exception, NAMES.errorType) ?? "error",
    ...(clean === null ? {} : { errorMessage: clean }),
  };
}

function timeToFirstTokenMs(span: TelemetrySpan): number | undefined {
  const ms = firstAmount(span.attributes, ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"]);
  const seconds = firstAmount(span.attributes, [
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.server.time_to_first_token",
  ]);
  return ms ?? (seconds === undefined ? undefined : seconds * 1_000);
}
