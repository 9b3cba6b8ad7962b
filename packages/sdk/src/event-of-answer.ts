import type { Measured, RequestFacts } from "@outlay/providers";
import { errorFacts, redact } from "./error-facts.ts";
import type { TrackedCall } from "./tracker.ts";
import { asRecord } from "./unknown-value.ts";

/** What is known of a call besides its answer. */
export interface CallOutline {
  provider: string;
  operation: string;
  request: RequestFacts;
  /** What went wrong outside of the answer: the connection, the client. */
  failure: { errorType: string; errorMessage?: string } | null;
  /** It was refused or never arrived: nothing was used, and there is nothing to estimate. */
  isRefused: boolean;
  attempt: number;
  /** Event id of the first attempt; null for the first. */
  call: string | null;
  /** Characters of the prompt, for an estimate where the answer has no usage. */
  promptCharacters: number | null;
  /** The address, where it is nobody's that we know. */
  host: string | null;
}

/** What to track of one call: usage as its answer gives it, and where that is missing, what it can be estimated from. */
export function eventOfAnswer(measured: Measured, outline: CallOutline): TrackedCall {
  const { request } = outline;
  const model = measured.model ?? request.model ?? "unknown";
  const error = outline.failure ?? errorOf(measured);
  const isRefused = isRefusal(measured, outline.isRefused);
  const event: TrackedCall = {
    provider: outline.provider,
    model,
    operation: outline.operation,
    success: error === null,
    attempt: outline.attempt,
    ...error,
  };
  const metadata = metadataOf(measured, outline, isRefused);
  if (Object.keys(metadata).length > 0) event.metadata = metadata;
  if (request.model !== null) event.requestedModel = request.model;
  // Not even a fee for the request.
  if (isRefused) event.usage = { requests: 0 };
  else if (measured.usage !== null) event.usage = measured.usage;
  if (request.streaming) event.streaming = true;
  const tier = measured.serviceTier ?? tierOfRequest(measured, request);
  if (tier !== null) event.serviceTier = tier;
  if ((measured.geo ?? request.geo) !== null) event.geo = measured.geo ?? request.geo;
  if (measured.reportedCostUsd !== null) event.reportedCostUsd = measured.reportedCostUsd;
  return event;
}

/** Does an error of a client say that its request was refused, or never arrived? */
export function wasRefused(error: unknown): boolean {
  const { status, statusCode } = asRecord(error);
  return Number(status ?? statusCode) >= 400 || errorFacts(error).errorType === "connection";
}

/** Other models that worked on the same answer: each is billed at its own price. */
export function eventsOfOtherModels(measured: Measured, event: TrackedCall, id: string): TrackedCall[] {
  return measured.otherModels.map(({ model, usage }, index) => ({
    id: `${id}/${index + 1}`,
    provider: event.provider,
    model,
    operation: event.operation,
    usage,
    serviceTier: event.serviceTier,
    geo: event.geo,
    metadata: { partOf: id },
  }));
}

function errorOf({ error }: Measured): { errorType: string; errorMessage: string } | null {
  return error === null ? null : { errorType: error.type, errorMessage: redact(error.message) };
}

/** An error before anything was said. */
function isRefusal({ error, usage, produced }: Measured, isRefused: boolean): boolean {
  return (isRefused || error !== null) && usage === null && produced.characters === 0;
}

/** What was asked for, where no answer says what was served. */
function tierOfRequest({ usageState }: Measured, { serviceTier }: RequestFacts): string | null {
  return usageState === "complete" || serviceTier === "auto" || serviceTier === "default" ? null : serviceTier;
}

function metadataOf(measured: Measured, outline: CallOutline, isRefused: boolean): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  if (measured.responseId !== null) metadata["responseId"] = measured.responseId;
  if (measured.stopReason !== null) metadata["stopReason"] = measured.stopReason;
  if (Object.keys(measured.toolCalls).length > 0) metadata["toolCalls"] = measured.toolCalls;
  if (outline.call !== null) metadata["call"] = outline.call;
  if (outline.host !== null) metadata["host"] = outline.host;
  if (measured.unreadable > 0) metadata["unreadablePieces"] = measured.unreadable;
  if (measured.usageState === "complete" || isRefused) return metadata;
  metadata["usageState"] = measured.usageState;
  metadata["producedCharacters"] = measured.produced.characters;
  if (outline.promptCharacters !== null) metadata["promptCharacters"] = outline.promptCharacters;
  return metadata;
}
