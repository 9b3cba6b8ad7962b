import { setImmediate as nextTurn } from "node:timers/promises";
import { InvalidInput, MAX_EVENTS_PER_BATCH, parseEvent, type Problem, type UsageEvent } from "@outlay/core";
import type { RecordedEvent } from "../storage/storage.ts";
import type { RecordAnswer, Rejection } from "./answers.ts";
import { keepPrices } from "./keep-prices.ts";
import type { Ledger } from "./ledger.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** Checked and rated in one go; then others get their turn. A slice takes about a millisecond. */
const SLICE = 250;

/**
 * Checks, rates and stores usage events as they were sent. Good events are kept when others in the batch are bad.
 * Resolves when they are durable; when the store fails the error goes out and nothing of the batch counts.
 * `source` is the door that they came through, for events that do not say. InvalidInput `batch_too_large`.
 */
export async function recordUsage(
  ledger: Ledger,
  events: unknown[],
  options: { source?: string } = {},
): Promise<RecordAnswer> {
  if (events.length > MAX_EVENTS_PER_BATCH) {
    throw new InvalidInput(
      "batch_too_large",
      `events has ${events.length} entries; expected at most ${MAX_EVENTS_PER_BATCH}`,
      { field: "events" },
    );
  }
  const recorded: RecordedEvent[] = [];
  const rejected: Rejection[] = [];
  const source = options.source ?? "api";
  for (const [index, raw] of events.entries()) {
    if (index > 0 && index % SLICE === 0) await nextTurn();
    const result = readAndRate(ledger, raw, source);
    if ("problems" in result) rejected.push(rejection(index, raw, result.problems));
    else recorded.push(result.recorded);
  }
  if (recorded.length === 0) return { accepted: 0, duplicates: 0, rejected, ids: [] };

  await keepPrices(ledger, recorded);
  const { accepted, duplicates, seqs } = await ledger.storage.appendEvents(recorded);
  const repeated = new Set(duplicates);
  const stored = recorded.filter((_, index) => !repeated.has(index));
  ledger.live.publish(stored.map((event, index) => ({ ...event, seq: seqs[index]! })));
  return { accepted, duplicates: duplicates.length, rejected, ids: recorded.map((event) => event.id) };
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
    return { recorded: rate(ledger, parsed.event, source, nowMs) };
  } catch (error) {
    // Counts that no call can have, each of them within its bounds.
    if (!(error instanceof InvalidInput)) throw error;
    return { problems: [{ field: error.field ?? "usage", code: error.code, reason: error.message }] };
  }
}

function rate(ledger: Ledger, event: UsageEvent, source: string, nowMs: number): RecordedEvent {
  const { provider, model, occurredAtMs, operation, usage, serviceTier, geo, reportedCostUsd, cacheHit } = event;
  const estimated = event.metadata?.["usageEstimated"] === true;
  const rating = ledger.prices.rate({
    provider,
    model,
    occurredAtMs,
    operation,
    usage,
    serviceTier,
    geo,
    reportedCostUsd,
    cacheHit,
    estimated,
  });
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
