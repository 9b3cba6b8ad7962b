import { setImmediate as nextTurn } from "node:timers/promises";
import { InvalidInput, MAX_EVENTS_PER_BATCH, parseEvent, type Problem, type UsageEvent } from "@outlay/core";
import { toRateableCall } from "../prices/rateable-call.ts";
import type { RecordedEvent } from "../storage/storage.ts";
import type { Rejection } from "./answers.ts";
import { estimateMissing } from "./estimate-missing.ts";
import type { Ledger } from "./ledger.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** Checked and rated in one go; then others get their turn. A slice takes about a millisecond. */
const SLICE = 250;

/** The events of a batch that can be stored, with their places in it, and the others with what is wrong. */
export interface RatedBatch {
  recorded: RecordedEvent[];
  /** For each of `recorded`, its place in what was sent. */
  places: number[];
  rejected: Rejection[];
}

/**
 * Checks and rates usage events as they were sent. `source` is the door that they came through, for events that do not
 * say. InvalidInput `batch_too_large`.
 */
export async function rateWireEvents(ledger: Ledger, events: unknown[], source: string): Promise<RatedBatch> {
  if (events.length > MAX_EVENTS_PER_BATCH) {
    throw new InvalidInput(
      "batch_too_large",
      `events has ${events.length} entries; expected at most ${MAX_EVENTS_PER_BATCH}`,
      { field: "events" },
    );
  }
  const batch: RatedBatch = { recorded: [], places: [], rejected: [] };
  for (const [index, raw] of events.entries()) {
    if (index > 0 && index % SLICE === 0) await nextTurn();
    const result = readAndRate(ledger, raw, source);
    if ("problems" in result) {
      batch.rejected.push(rejection(index, raw, result.problems));
    } else {
      batch.recorded.push(result.recorded);
      batch.places.push(index);
    }
  }
  return batch;
}

/** Refused by the store: raw events of its time have expired, so nobody could tell whether it was there already. */
export function expiredRejection(index: number, { id, occurredAtMs }: RecordedEvent): Rejection {
  const reason = `occurredAt is ${new Date(occurredAtMs).toISOString()}; raw events of that time have expired`;
  return { index, id, field: "occurredAt", code: "event_expired", reason };
}

/** What was wrong with one entry of a batch; the first problem in front. */
export function rejection(index: number, raw: unknown, problems: Problem[]): Rejection {
  const [first, ...more] = problems as [Problem, ...Problem[]];
  const id = (raw as { id?: unknown } | null | undefined)?.id;
  return {
    index,
    ...(typeof id === "string" ? { id: id.slice(0, 128) } : {}),
    ...first,
    ...(more.length > 0 ? { more } : {}),
  };
}

function readAndRate(
  ledger: Ledger,
  raw: unknown,
  source: string,
): { recorded: RecordedEvent } | { problems: Problem[] } {
  const nowMs = ledger.now();
  const parsed = parseEvent(raw, nowMs);
  if (parsed.problems !== null) return { problems: parsed.problems };
  try {
    const { estimates } = ledger;
    const event = estimates === undefined ? parsed.event : estimateMissing(parsed.event, estimates);
    return { recorded: rate(ledger, event, source, nowMs) };
  } catch (error) {
    // Counts that no call can have, each of them within its bounds.
    if (!(error instanceof InvalidInput)) throw error;
    return { problems: [{ field: error.field ?? "usage", code: error.code, reason: error.message }] };
  }
}

function rate(ledger: Ledger, event: UsageEvent, source: string, nowMs: number): RecordedEvent {
  const { provider, model, occurredAtMs, operation, usage, serviceTier, geo, cacheHit } = event;
  const rating = ledger.prices.rate(toRateableCall(event));
  return {
    id: event.id ?? uuidV7(nowMs),
    occurredAtMs,
    provider,
    model,
    requestedModel: event.requestedModel,
    operation,
    usage,
    serviceTier,
    geo,
    user: event.user,
    team: event.team,
    project: event.project,
    customer: event.customer,
    agent: event.agent,
    activity: event.activity,
    category: event.category,
    session: event.session,
    trace: event.trace,
    span: event.span,
    environment: event.environment,
    credential: event.credential,
    tags: event.tags,
    durationMs: event.durationMs,
    timeToFirstTokenMs: event.timeToFirstTokenMs,
    streaming: event.streaming,
    success: event.success,
    errorType: event.errorType,
    errorMessage: event.errorMessage,
    attempt: event.attempt,
    score: event.score,
    variant: event.variant,
    cacheHit,
    source: event.source ?? source,
    metadata: event.metadata,
    basis: rating.basis,
    costNanoUsd: rating.costNanoUsd,
    computedNanoUsd: rating.computedNanoUsd,
    reportedNanoUsd: rating.reportedNanoUsd,
    cacheSavingsNanoUsd: rating.cacheSavingsNanoUsd,
    avoidedNanoUsd: rating.avoidedNanoUsd,
    priceId: rating.priceId,
    approximate: rating.approximate,
  };
}
