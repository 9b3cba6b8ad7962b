import type { WireUsage } from "@outlay/core";
import type { RecordedEvent } from "../storage/storage.ts";

/** What of a call decides its cost. */
export interface RateableCall {
  provider: string;
  model: string;
  occurredAtMs: number;
  operation?: string | null | undefined;
  usage: WireUsage;
  serviceTier?: string | null | undefined;
  geo?: string | null | undefined;
  reportedCostUsd?: number | null | undefined;
  /** Answered from the application's own cache. */
  cacheHit?: boolean | null | undefined;
  /** The tokens were counted by us, not by the provider. */
  estimated?: boolean | undefined;
  /** It stands for many calls; see `PricedCall`. */
  isSum?: boolean | undefined;
}

/** The same of an event that comes in, or of a stored one to rate it again: what the provider reported of that does not change. */
export function toRateableCall(event: RateableEvent): RateableCall {
  const { provider, model, occurredAtMs, operation, usage, serviceTier, geo, reportedCostUsd, cacheHit } = event;
  const estimated = event.basis === "estimated" || event.metadata?.["usageEstimated"] === true;
  return {
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
    isSum: isSum(event.metadata),
  };
}

type RateableEvent = Pick<
  RecordedEvent,
  "provider" | "model" | "occurredAtMs" | "operation" | "usage" | "serviceTier" | "geo" | "cacheHit" | "metadata"
> &
  Partial<Pick<RecordedEvent, "basis">> &
  Pick<RateableCall, "reportedCostUsd">;

/**
 * What was told of a day or a session as a whole, by reports (`aggregated`) and by tools that count without saying when
 * (`cumulative`).
 */
function isSum(metadata: Record<string, unknown> | undefined): boolean {
  return metadata?.["cumulative"] === true || metadata?.["aggregated"] !== undefined;
}
