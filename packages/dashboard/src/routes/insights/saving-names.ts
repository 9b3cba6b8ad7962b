import type { SavingKind } from "../../api/insights.ts";

/** What one can do about it, in words. */
export const SAVING_NAMES: Record<SavingKind, string> = {
  cheaper_model: "Cheaper model",
  caching: "Caching",
  batch: "Batches",
  wasted_calls: "Wasted calls",
  unused_subscription: "Unused subscription",
  subscription_plan: "Subscription",
};
