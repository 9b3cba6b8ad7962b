import { InvalidInput, MAX_TEXT_LENGTH, metadataFits, usdNumber, type EventUsage, type WireEvent } from "@outlay/core";
import type { Measured, Provider, RequestFacts, Route } from "@outlay/providers";
import type { PriceBook } from "../prices/price-book.ts";
import type { Attempt } from "./attempts.ts";
import { attributionOf, type Attribution } from "./attribution.ts";
import { cleanText } from "./clean-text.ts";

/** A call that is over, as far as it can be told without estimating. */
export interface FinishedCall {
  id: string;
  provider: Provider;
  route: Route;
  facts: RequestFacts;
  /** The model that the client asked for, where a limit had the call sent to another; otherwise null. */
  askedModel: string | null;
  attempt: Attempt;
  /** Name of the Outlay key or fingerprint of the client's. */
  credential: string | null;
  startedAtMs: number;
  durationMs: number;
  timeToFirstTokenMs: number | null;
  /** HTTP status of the answer; null when there was none. */
  status: number | null;
  /** What the answer said; null when nothing of it could be read. */
  measured: Measured | null;
  /** Why the call did not succeed, without keys and texts; null: it did. */
  failure: { type: string; message: string } | null;
}

/** What was used, and whether we counted it ourselves. */
export interface CountedUsage {
  usage: EventUsage;
  /** Set when tokens are estimated: nine in ten calls are within this of the truth. */
  errorPercent: number | null;
}

/** A model's name where neither the request nor the answer gave one. */
export const UNKNOWN_MODEL = "unknown";

/** The call as events: one, and one more for each other model that worked on the answer. */
export function eventsOfCall(call: FinishedCall, counted: CountedUsage, attribution: Attribution): WireEvent[] {
  const { facts, provider, route } = call;
  const [own, ...others] = billedParts(call, counted);
  const common: Partial<WireEvent> = {
    occurredAt: call.startedAtMs,
    operation: route.operation,
    success: call.failure === null,
    ...attributionOf(attribution),
  };
  if (call.credential !== null) common.credential = call.credential;
  const event: WireEvent = {
    id: call.id,
    provider: provider.billedAs,
    ...own,
    ...common,
    durationMs: call.durationMs,
    streaming: facts.streaming,
    attempt: call.attempt.number,
  };
  const requestedModel = call.askedModel ?? facts.model;
  if (requestedModel !== null) event.requestedModel = short(requestedModel);
  if (call.timeToFirstTokenMs !== null) event.timeToFirstTokenMs = call.timeToFirstTokenMs;
  if (call.failure !== null) {
    event.errorType = short(call.failure.type);
    event.errorMessage = call.failure.message;
  }
  const metadata = metadataOf(call, counted, attribution);
  if (metadata !== null) event.metadata = metadata;
  if (others.length === 0) return [event];
  const partOf = { metadata: { partOf: call.id } };
  return [
    event,
    ...others.map((other, index): WireEvent => {
      const id = `${call.id}/${index + 1}`;
      return { id, provider: provider.billedAs, ...other, ...common, ...partOf };
    }),
  ];
}

/** What a call cost, in dollars; null when a price is missing. */
export function costOfCall(prices: PriceBook, call: FinishedCall, counted: CountedUsage): number | null {
  let nanoUsd = 0;
  for (const part of billedParts(call, counted)) {
    const cost = nanoUsdOf(prices, call, part);
    if (cost === null) return null;
    nanoUsd += cost;
  }
  return usdNumber(nanoUsd);
}

/** What of an event decides what it costs, besides who bills it and when. */
interface BilledPart {
  model: string;
  usage: EventUsage;
  serviceTier?: string;
  geo?: string;
  reportedCostUsd?: number;
}

/** The call itself, then the other models that are billed at their own prices. */
function billedParts(call: FinishedCall, { usage }: CountedUsage): [BilledPart, ...BilledPart[]] {
  const { measured, facts } = call;
  const own: BilledPart = { model: short(measured?.model ?? facts.model ?? UNKNOWN_MODEL), usage };
  const tier = measured?.serviceTier ?? tierOfRequest(call);
  if (tier !== null) own.serviceTier = short(tier);
  const geo = measured?.geo ?? facts.geo;
  if (geo !== null) own.geo = short(geo);
  if (measured === null) return [own];
  if (measured.reportedCostUsd !== null) own.reportedCostUsd = measured.reportedCostUsd;
  return [own, ...measured.otherModels.map((other) => ({ model: short(other.model), usage: other.usage }))];
}

function nanoUsdOf(prices: PriceBook, call: FinishedCall, part: BilledPart): number | null {
  const { provider, route, startedAtMs } = call;
  const common = { provider: provider.billedAs, operation: route.operation, occurredAtMs: startedAtMs };
  try {
    return prices.rate({ ...part, ...common }).costNanoUsd;
  } catch (error) {
    // Counts that no call can have: recording says so, too.
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}

/** What was asked for, where no answer says what was served. */
function tierOfRequest({ measured, facts }: FinishedCall): string | null {
  if (measured !== null && measured.usageState === "complete") return null;
  return facts.serviceTier === "auto" || facts.serviceTier === "default" ? null : facts.serviceTier;
}

function metadataOf(
  call: FinishedCall,
  counted: CountedUsage,
  attribution: Attribution,
): Record<string, unknown> | null {
  const { measured } = call;
  const metadata: Record<string, unknown> = { ...attribution.metadata };
  if (call.attempt.call !== null) metadata["call"] = call.attempt.call;
  if (call.status !== null && call.status >= 400) metadata["httpStatus"] = call.status;
  if (attribution.ignored.length > 0) metadata["ignored"] = attribution.ignored;
  if (measured !== null) {
    if (measured.responseId !== null) metadata["responseId"] = short(measured.responseId);
    if (measured.stopReason !== null) metadata["stopReason"] = short(measured.stopReason);
    if (hasEntries(measured.toolCalls)) metadata["toolCalls"] = measured.toolCalls;
    if (measured.unreadable > 0) metadata["unreadablePieces"] = measured.unreadable;
  }
  if (counted.errorPercent !== null) {
    metadata["usageEstimated"] = true;
    metadata["usageErrorPercent"] = counted.errorPercent;
  }
  if (!hasEntries(metadata)) return null;
  if (!hasEntries(attribution.metadata) || metadataFits(metadata)) return metadata;
  // What the client gave fits alone, but not with what we have to say.
  for (const name of Object.keys(attribution.metadata)) delete metadata[name];
  return { ...metadata, ignored: [...attribution.ignored, "x-outlay-metadata: too large"] };
}

function hasEntries(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

function short(text: string): string {
  return cleanText(text, MAX_TEXT_LENGTH) || UNKNOWN_MODEL;
}
