import { DIMENSIONS, METRICS } from "@outlay/core";
import type { Metric, NamedDimension } from "@outlay/core";
import { dimensionLabel } from "../../filters/filter.ts";
import type { SelectOption } from "../../ui/select.tsx";
import { METRIC_NAMES } from "./explore-state.ts";
import type { Choices, Grain } from "./explore-state.ts";

const METRIC_GROUPS: Record<Metric, string> = {
  cost: "Money",
  costPerCall: "Money",
  costPerSession: "Money",
  cacheSavings: "Money",
  avoidedCost: "Money",
  tokens: "Tokens",
  inputTokens: "Tokens",
  cacheReadTokens: "Tokens",
  cacheWriteTokens: "Tokens",
  outputTokens: "Tokens",
  reasoningTokens: "Tokens",
  tokensPerCall: "Tokens",
  unpricedTokens: "Tokens",
  calls: "Calls",
  successes: "Calls",
  errors: "Calls",
  retries: "Calls",
  unpricedCalls: "Calls",
  estimatedCalls: "Calls",
  sessions: "Calls",
  users: "Calls",
  errorRate: "Quality",
  successRate: "Quality",
  avgDurationMs: "Quality",
  p50DurationMs: "Quality",
  p95DurationMs: "Quality",
  p99DurationMs: "Quality",
};

const DIMENSION_GROUPS: Record<NamedDimension, string> = {
  provider: "What was called",
  model: "What was called",
  requestedModel: "What was called",
  operation: "What was called",
  serviceTier: "What was called",
  geo: "What was called",
  user: "Who and what for",
  team: "Who and what for",
  project: "Who and what for",
  customer: "Who and what for",
  agent: "Who and what for",
  activity: "Who and what for",
  category: "Who and what for",
  session: "Who and what for",
  trace: "Who and what for",
  environment: "Who and what for",
  variant: "Who and what for",
  credential: "How it went",
  source: "How it went",
  basis: "How it went",
  status: "How it went",
  errorType: "How it went",
};

/** Every metric, under the name of what it is about. */
export const METRIC_OPTIONS: readonly SelectOption<Metric>[] = byGroup(
  METRIC_NAMES.map((metric) => ({ value: metric, label: METRICS[metric].label, group: METRIC_GROUPS[metric] })),
);

/** Every dimension and tag, under the name of what it is about. */
export function dimensionOptions(tagKeys: readonly string[]): SelectOption<string>[] {
  const tags = tagKeys.map((key) => ({ value: `tag:${key}`, label: key, group: "Tags" }));
  const named = DIMENSIONS.map((name) => ({
    value: name as string,
    label: dimensionLabel(name),
    group: DIMENSION_GROUPS[name],
  }));
  return [...byGroup(named), ...tags];
}

export const GRAIN_OPTIONS: readonly SelectOption<Grain>[] = [
  { value: "auto", label: "Automatic" },
  { value: "hour", label: "Hours" },
  { value: "day", label: "Days" },
  { value: "week", label: "Weeks" },
  { value: "month", label: "Months" },
  { value: "none", label: "Not over time" },
];

/** `Cost by model, then agent`. */
export function titleOf({ metric, group, second }: Pick<Choices, "metric" | "group" | "second">): string {
  const { label } = METRICS[metric];
  if (group === null) return label;
  return `${label} by ${lowered(group)}${second === null ? "" : `, then ${lowered(second)}`}`;
}

/** The dimension in the middle of a sentence. */
export function lowered(dimension: string): string {
  return dimension.startsWith("tag:") ? dimension.slice(4) : dimensionLabel(dimension).toLowerCase();
}

/** What a metric says, where its name leaves a newcomer alone. */
export const METRIC_HINTS: Partial<Record<Metric, string>> = {
  cacheReadTokens: "Input that the provider had in its cache, and charges less for.",
  cacheWriteTokens: "Input that the provider put into its cache, often at a higher price.",
  reasoningTokens: "Output that models think with; it is part of the output tokens, and paid like them.",
  cacheSavings: "What cached input would have cost more at the price of other input.",
  avoidedCost: "What calls would have cost that your own cache answered.",
  unpricedCalls: "Calls whose price is not known: they are in no cost.",
  unpricedTokens: "Tokens of calls whose price is not known: they are in no cost.",
  estimatedCalls: "Calls whose tokens were counted by Outlay, as the provider gave no count.",
  retries: "Calls that were tried before.",
  p50DurationMs: "Half of the calls were faster. Accurate to 2 %.",
  p95DurationMs: "95 of 100 calls were faster. Accurate to 2 %.",
  p99DurationMs: "99 of 100 calls were faster. Accurate to 2 %.",
};

/** Members of one group side by side, as a list with headings shows them. */
function byGroup<T extends string>(options: readonly SelectOption<T>[]): SelectOption<T>[] {
  return [...Map.groupBy(options, ({ group }) => group).values()].flat();
}
