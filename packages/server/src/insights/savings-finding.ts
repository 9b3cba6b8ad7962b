import type { Filter } from "../storage/storage.ts";

/** What one can do about it. */
export const SAVING_KINDS = [
  "cheaper_model",
  "caching",
  "batch",
  "wasted_calls",
  "unused_subscription",
  "subscription_plan",
] as const;
type SavingKind = (typeof SAVING_KINDS)[number];

/** One recommendation, in nano-dollars. */
export interface Finding {
  kind: SavingKind;
  title: string;
  sentence: string;
  savedNanoUsd: bigint;
  /** What the calls or charges that it is about did cost. */
  ofCostNanoUsd: bigint;
  /** How many calls it is about. */
  calls: bigint;
  /** Shows these calls, beside the filters of the question. */
  filters: Filter[];
  /** Exact: this money was spent, for nothing. Estimate: it would have been less, under the assumptions. */
  basis: "exact" | "estimate";
  assumptions: string[];
  detail: Record<string, unknown>;
}
