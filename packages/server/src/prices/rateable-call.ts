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

/** The same of a stored event, to rate it again. What the provider reported is left out: it does not change. */
export function toRateableCall(event: RecordedEvent): RateableCall {
  const { provider, model, occurredAtMs, operation, usage, serviceTier, geo, cacheHit } = event;
  const estimated = event.basis === "estimated" || event.metadata?.["usageEstimated"] === true;
  return {
    provider,
    model,
    occurredAtMs,
    operation,
    usage,
    serviceTier,
    geo,
    cacheHit,
    estimated,
    isSum: isSum(event.metadata),
  };
}

/**
 * What was told of a day or a session as a whole, by reports (`aggregated`) and by tools that count without saying when
 * (`cumulative`).
 */
export function isSum(metadata: Record<string, unknown> | undefined): boolean {
  return metadata?.["cumulative"] === true || metadata?.["aggregated"] !== undefined;
}
