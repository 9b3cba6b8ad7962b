import type { RuleKind } from "../../api/alerts.ts";
import { amountIn } from "../../limits/read-limit-form.ts";

/** A setting of a kind of rule that is one number, or one of a few names. */
export interface RuleField {
  name: string;
  label: string;
  hint?: string;
  /** Absent: a number. */
  options?: readonly { value: string; label: string }[];
  /** Absent: it has to be filled in. */
  usual?: string;
}

interface KindFields {
  fields: readonly RuleField[];
  /** About calls: it has filters and a zone. */
  overCalls?: true;
  /** Names budgets and limits. */
  overLimits?: true;
  /** One for each value of a dimension. */
  hasEach?: true;
  /** Its urgency follows from how full the limit is. */
  hasOwnSeverity?: true;
}

const minimumUsd = (hint: string): RuleField => ({ name: "minimumUsd", label: "At least dollars", usual: "1", hint });

/** What each kind of rule asks for besides what every rule has. */
export const KIND_FIELDS: Record<RuleKind, KindFields> = {
  limitThreshold: { fields: [], overLimits: true, hasOwnSeverity: true },
  projectedOverrun: { fields: [], overLimits: true },
  cost: {
    fields: [
      { name: "amountUsd", label: "Amount in dollars" },
      {
        name: "period",
        label: "Period",
        usual: "day",
        options: [
          { value: "day", label: "Day" },
          { value: "week", label: "Week" },
          { value: "month", label: "Month" },
          { value: "quarter", label: "Quarter" },
          { value: "year", label: "Year" },
          { value: "24h", label: "Last 24 hours" },
          { value: "7d", label: "Last 7 days" },
          { value: "30d", label: "Last 30 days" },
        ],
      },
    ],
    overCalls: true,
    hasEach: true,
  },
  projectedMonth: { fields: [{ name: "amountUsd", label: "Amount in dollars" }], overCalls: true },
  trend: {
    fields: [
      { name: "percent", label: "Percent more", usual: "25" },
      {
        name: "period",
        label: "Period",
        usual: "7d",
        options: [
          { value: "day", label: "Day" },
          { value: "week", label: "Week" },
          { value: "month", label: "Month" },
          { value: "7d", label: "Last 7 days" },
          { value: "30d", label: "Last 30 days" },
        ],
      },
      minimumUsd("Only when the period has cost that much."),
    ],
    overCalls: true,
  },
  spike: {
    fields: [
      {
        name: "sensitivity",
        label: "Sensitivity",
        usual: "6",
        hint: "How many times the usual spread above the usual; smaller tells more often.",
      },
      minimumUsd("Only when an hour costs that much more than usual."),
    ],
    overCalls: true,
  },
  errorRate: {
    fields: [
      { name: "percent", label: "Percent of the calls", usual: "5" },
      { name: "minimumCalls", label: "Of at least calls", usual: "20", hint: "Fewer say nothing." },
      {
        name: "windowMinutes",
        label: "In the last minutes",
        usual: "60",
        options: ["15", "30", "60", "120", "240", "720", "1440"].map((value) => ({
          value,
          label: Number(value) < 60 ? `${value} minutes` : value === "60" ? "an hour" : `${Number(value) / 60} hours`,
        })),
      },
    ],
    overCalls: true,
    hasEach: true,
  },
  unpricedModel: { fields: [{ name: "minimumCalls", label: "At least calls", usual: "1" }], overCalls: true },
  priceChange: {
    fields: [
      { name: "aheadDays", label: "Days ahead", usual: "60" },
      minimumUsd("Only when a month like the last 30 days costs that much more."),
    ],
    overCalls: true,
  },
  reconciliation: {
    fields: [
      { name: "percent", label: "Percent that may differ", usual: "2" },
      minimumUsd("So much may differ in any case."),
      { name: "days", label: "Days", usual: "30", hint: "Whole UTC days until three days ago." },
    ],
    overCalls: true,
  },
  syncFailing: { fields: [{ name: "hours", label: "Hours without a good run", usual: "12" }] },
  keyUnused: { fields: [{ name: "days", label: "Days", usual: "90" }] },
  subscriptionRenewal: {
    fields: [{ name: "days", label: "Days before", usual: "7" }, minimumUsd("Only fees of at least so much.")],
  },
  monthlyBudget: {
    fields: [{ name: "percent", label: "Percent of the budget", usual: "70", hint: "It is set in the settings." }],
  },
  keyNewPlace: {
    fields: [
      {
        name: "learnDays",
        label: "Days to learn",
        usual: "7",
        hint: "Places in so many days from its first use are usual.",
      },
    ],
  },
};

/** What stands in the form, as the API takes a rule of this kind. */
export function readRuleForm(
  kind: RuleKind,
  values: Readonly<Record<string, string>>,
  chosen: { filters: readonly string[]; limits: readonly string[] | null; channels: readonly string[] | null },
): Record<string, unknown> {
  const { fields, overCalls, overLimits, hasEach, hasOwnSeverity } = KIND_FIELDS[kind];
  const zone = values["timeZone"]?.trim() ?? "";
  const minutes = values["escalateAfterMinutes"]?.trim() ?? "";
  const settings = fields.map(({ name, options }) => {
    const text = values[name] ?? "";
    return [name, options === undefined || name === "windowMinutes" ? Number(amountIn(text) || Number.NaN) : text];
  });
  return {
    name: values["name"] ?? "",
    ...Object.fromEntries(settings),
    ...(hasOwnSeverity ? {} : { severity: values["severity"] }),
    ...(overCalls ? { filters: [...chosen.filters], timeZone: zone === "" ? null : zone } : {}),
    ...(overLimits ? { limits: chosen.limits } : {}),
    ...(hasEach ? { each: (values["each"] ?? "") === "" ? null : values["each"] } : {}),
    channels: chosen.channels,
    escalateAfterMinutes: minutes === "" ? null : Number(minutes),
    tellRecovery: values["tellRecovery"] === "on",
  };
}
