import { usdNumber } from "@outlay/core";
import type { StoredEvent } from "../storage/storage.ts";
import type { EventAnswer } from "./answers.ts";

/** The outward form of a stored event: what was sent, normalised, and what it cost. What was not said is left out. */
export function wireEvent(stored: StoredEvent): EventAnswer {
  return {
    id: stored.id,
    seq: stored.seq,
    occurredAt: new Date(stored.occurredAtMs).toISOString(),
    provider: stored.provider,
    model: stored.model,
    requestedModel: stored.requestedModel,
    operation: stored.operation,
    usage: stored.usage,
    costUsd: usdOrNull(stored.costNanoUsd),
    computedCostUsd: usdOrNull(stored.computedNanoUsd),
    reportedCostUsd: usdOrNull(stored.reportedNanoUsd),
    cacheSavingsUsd: usdNumber(stored.cacheSavingsNanoUsd),
    avoidedUsd: usdNumber(stored.avoidedNanoUsd),
    basis: stored.basis,
    priceId: stored.priceId,
    approximate: stored.approximate,
    serviceTier: stored.serviceTier,
    geo: stored.geo,
    user: stored.user,
    team: stored.team,
    project: stored.project,
    customer: stored.customer,
    agent: stored.agent,
    activity: stored.activity,
    category: stored.category,
    session: stored.session,
    trace: stored.trace,
    span: stored.span,
    environment: stored.environment,
    credential: stored.credential,
    tags: stored.tags,
    durationMs: stored.durationMs,
    timeToFirstTokenMs: stored.timeToFirstTokenMs,
    streaming: stored.streaming,
    success: stored.success,
    errorType: stored.errorType,
    errorMessage: stored.errorMessage,
    attempt: stored.attempt,
    score: stored.score,
    variant: stored.variant,
    cacheHit: stored.cacheHit,
    source: stored.source,
    metadata: stored.metadata,
  };
}

function usdOrNull(nanoUsd: number | null): number | null {
  return nanoUsd === null ? null : usdNumber(nanoUsd);
}
