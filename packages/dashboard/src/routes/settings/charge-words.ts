import type { ChargeKind } from "@outlay/core";

/** Kinds of charges as people call them. */
export const KIND_LABELS: Record<ChargeKind, string> = {
  subscription: "Subscription",
  payment_fee: "Payment fee",
  one_off: "One-off cost",
  credit: "Credit",
  adjustment: "Adjustment",
  tax: "Tax",
  revenue: "Revenue",
};
