/** Why what is billed is not what was recorded. */
export const REASONS = [
  "not_recorded",
  "not_reported",
  "other_keys",
  "day_edge",
  "no_price",
  "different_price",
  "service_tier",
  "rated_differently",
  "other_items",
  "discount",
  "credit",
  "tax",
  "fee",
  "rounding",
  "not_covered",
] as const;
export type Reason = (typeof REASONS)[number];

/** In a sentence, for people. */
export const REASON_TEXTS: Readonly<Record<Reason, string>> = {
  not_recorded: "calls that the provider counted and nobody recorded here",
  not_reported: "calls that were recorded and the provider does not report",
  other_keys: "calls with keys or of projects that are not recorded here, as the connection says",
  day_edge: "calls about midnight UTC that both sides count in different days",
  no_price: "models without a price here",
  different_price: "the provider charges another price than ours",
  service_tier: "calls of another service tier (batch, priority) that were recorded without it",
  rated_differently:
    "the same tokens were recorded at another price: a cost that was reported then, or a price of its day",
  other_items: "items that are no calls of a model: tools, storage, sessions",
  discount: "discounts and what a plan includes",
  credit: "credits and refunds",
  tax: "tax",
  fee: "fees that no call has caused, such as seats",
  rounding: "rounding",
  not_covered: "days that the provider has not reported yet, or that were never fetched",
};

/** Nobody has to look into these: they are as they should be. */
export const EXPECTED_REASONS: ReadonlySet<Reason> = new Set([
  "other_keys",
  "day_edge",
  "discount",
  "credit",
  "tax",
  "fee",
  "rounding",
  "not_covered",
]);
