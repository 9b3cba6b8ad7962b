/** Rules that every data folder begins with: useful without any setting, and all of them can be changed and deleted. */
export const DEFAULT_RULES: readonly { id: string; kind: string; name: string; [setting: string]: unknown }[] = [
  { id: "limit-thresholds", kind: "limitThreshold", name: "A budget or limit fills" },
  { id: "projected-overrun", kind: "projectedOverrun", name: "A budget will not last" },
  { id: "unpriced-model", kind: "unpricedModel", name: "A model without a price" },
  { id: "spike", kind: "spike", name: "An hour costs far more than usual" },
  { id: "error-rate", kind: "errorRate", name: "Half of the calls fail", percent: 50, each: "provider" },
  { id: "price-change", kind: "priceChange", name: "A price goes up", severity: "info" },
  { id: "key-new-place", kind: "keyNewPlace", name: "A key is used from a new place" },
  { id: "reconciliation", kind: "reconciliation", name: "A provider bills something else than was recorded" },
  { id: "sync-failing", kind: "syncFailing", name: "A provider cannot be asked what was used" },
  { id: "key-unused", kind: "keyUnused", name: "A key is not used any more", severity: "info" },
];
