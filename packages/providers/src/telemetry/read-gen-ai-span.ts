import type { WireEvent } from "@outlay/core";
import { cleanMessage } from "../clean.ts";
import { findAttributes, textOf, type FoundAttributes } from "./found-attributes.ts";
import { hasCounts, readFound } from "./read-attributes.ts";
import { readResource } from "./read-resource.ts";
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
  const resource = readResource(span.resource);
  const found = findAttributes(span.attributes);
  const work = workOfSpan(span, found);
  if (work === null) return null;
  const { event, usage, responseId } = readFound(found, resource, {});
  const isMeasured = hasCounts(usage) || event.reportedCostUsd != null;
  if (!isMeasured && (work.kind === "rollup" || event.model === null)) return null;
  const result = event as WireEvent;
  result.id = idOfCall(span.traceId, span.spanId, work.kind === "call" ? responseId : null);
  result.occurredAt = span.startMs;
  result.model ??= "unknown";
  result.operation = work.operation;
  result.trace = span.traceId;
  result.span = span.spanId;
  result.durationMs = Math.max(0, span.endMs - span.startMs);
  addOutcome(result, span, found);
  const firstToken = timeToFirstTokenMs(found);
  if (firstToken !== undefined) result.timeToFirstTokenMs = firstToken;
  const isStreamed = found.value("isStreamed") === true || work.name.endsWith(".doStream");
  if (isStreamed || firstToken !== undefined) result.streaming = true;
  const metadata = (result.metadata ??= {});
  metadata["instrumentation"] = span.scope.name;
  if (!isMeasured) metadata["usageState"] = "absent";
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

function addOutcome(event: WireEvent, span: TelemetrySpan, found: FoundAttributes): void {
  const errorType = found.text("errorType");
  event.success = !span.status.isError && errorType === null;
  if (event.success) return;
  const exception = span.events.find(({ name }) => name === "exception")?.attributes ?? {};
  const said = [span.status.message, exception["exception.message"], found.value("errorMessage")];
  const message = said.find((text) => typeof text === "string" && text !== "");
  const clean = typeof message === "string" ? cleanMessage(message) : null;
  event.errorType = errorType ?? textOf(exception["error.type"]) ?? textOf(exception["exception.type"]) ?? "error";
  if (clean !== null) event.errorMessage = clean;
}

function timeToFirstTokenMs(found: FoundAttributes): number | undefined {
  const seconds = found.amount("secondsToFirstChunk");
  return found.amount("msToFirstChunk") ?? (seconds === undefined ? undefined : seconds * 1_000);
}
