import { counted, money } from "@outlay/react";
import type { Alert, AlertEntry, AlertRule, RuleKind } from "../api/alerts.ts";
import { dimensionLabel } from "../filters/filter.ts";

/** What each kind of rule notices, as the list of kinds names it. */
export const KIND_LABELS: Record<RuleKind, string> = {
  limitThreshold: "A budget or limit fills",
  projectedOverrun: "A budget will not last",
  cost: "A cost reaches an amount",
  projectedMonth: "The month is heading for an amount",
  trend: "A period is dearer than the one before",
  spike: "An hour costs far more than usual",
  errorRate: "Calls fail",
  unpricedModel: "A model has no price",
  priceChange: "A price goes up",
  reconciliation: "A provider bills something else than was recorded",
  syncFailing: "A provider cannot be asked what was used",
  keyUnused: "A key is not used any more",
  keyNewPlace: "A key is used from a new place",
  subscriptionRenewal: "A subscription is renewed soon",
  monthlyBudget: "The month's budget over all sources fills",
};

/** When a rule fires, in its own numbers: `each user, from $10.00 a day`. */
export function ruleInWords(rule: AlertRule): string {
  const number = (name: string) => Number(rule[name]);
  const each = typeof rule["each"] === "string" ? `each ${dimensionLabel(rule["each"]).toLowerCase()}, ` : "";
  switch (rule.kind) {
    case "limitThreshold":
      return named(rule["limits"]) ?? "all budgets and limits";
    case "projectedOverrun":
      return named(rule["limits"]) ?? "all budgets";
    case "cost":
      return `${each}from ${money(number("amountUsd"))} ${COST_PERIODS[String(rule["period"])] ?? ""}`;
    case "projectedMonth":
      return `from ${money(number("amountUsd"))}`;
    case "trend":
      return `from ${number("percent")}% more, and ${money(number("minimumUsd"))}`;
    case "spike":
      return `${number("sensitivity")} times the usual spread above the usual, and ${money(number("minimumUsd"))} more`;
    case "errorRate":
      return `${each}from ${number("percent")}% of ${counted(number("minimumCalls"), "call")} in ${number("windowMinutes")} min`;
    case "unpricedModel":
      return `from ${counted(number("minimumCalls"), "call")}`;
    case "priceChange":
      return `from ${money(number("minimumUsd"))} more a month, ${number("aheadDays")} days ahead`;
    case "reconciliation":
      return `beyond ${number("percent")} % and ${money(number("minimumUsd"))} in ${counted(number("days"), "day")}`;
    case "syncFailing":
      return `for ${counted(number("hours"), "hour")}`;
    case "keyUnused":
      return `for ${number("days")} days`;
    case "keyNewPlace":
      return `after its first ${counted(number("learnDays"), "day")}`;
    case "subscriptionRenewal":
      return `${counted(number("days"), "day")} before, from ${money(number("minimumUsd"))}`;
    case "monthlyBudget":
      return `from ${number("percent")} % of it`;
  }
}

function named(limits: unknown): string | null {
  if (!Array.isArray(limits)) return null;
  return limits.length === 1 ? "one that is named" : `${limits.length} that are named`;
}

const COST_PERIODS: Record<string, string> = {
  day: "a day",
  week: "a week",
  month: "a month",
  quarter: "a quarter",
  year: "a year",
  "24h": "in 24 hours",
  "7d": "in 7 days",
  "30d": "in 30 days",
};

/** How an alert stands: `Open`, `Acknowledged by ada`, `Over`. */
export function stateInWords({ state, acknowledged, closedBecause }: Alert): string {
  if (state === "open") return acknowledged === null ? "Open" : `Acknowledged by ${acknowledged.actor}`;
  return closedBecause === null ? "Resolved" : ENDINGS[closedBecause];
}

const ENDINGS: Record<NonNullable<Alert["closedBecause"]>, string> = {
  recovered: "Resolved",
  period_ended: "Over: its period has ended",
  passed: "Over: it was told once",
  rule_removed: "Over: its rule was deleted",
  rule_disabled: "Over: its rule was switched off",
};

/** What became of an alert: `Fired`, `More urgent`, `Acknowledged by ada`. */
export function entryInWords({ what, actor, muted }: Pick<AlertEntry, "what" | "actor" | "muted">): string {
  const words = WHAT[what] + (actor === null ? "" : ` by ${actor}`);
  return muted && what !== "acknowledged" ? `${words}, nobody was told` : words;
}

const WHAT: Record<AlertEntry["what"], string> = {
  fired: "Fired",
  escalated: "More urgent",
  recovered: "Resolved",
  closed: "Ended",
  acknowledged: "Acknowledged",
};
