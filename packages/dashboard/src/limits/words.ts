import { money } from "@outlay/react";
import type { Enforcement, Limit, LimitPeriod, LimitState } from "../api/limits.ts";
import { dimensionLabel, filterInWords, parseFilter } from "../filters/filter.ts";

const ROLLING = {
  day: "last 24 hours",
  week: "last 7 days",
  month: "last 30 days",
  quarter: "last 91 days",
  year: "last 365 days",
} as const;

/** `a month`, `last 7 days`, `each session`, `in all`. */
export function periodInWords({ unit, rolling }: Pick<LimitPeriod, "unit" | "rolling">): string {
  if (unit === "session") return "each session";
  if (unit === "total") return "in all";
  return rolling ? ROLLING[unit] : `a ${unit}`;
}

/** `each user`, `all together`, `each session`. */
export function eachInWords({ each, period }: Pick<Limit, "each" | "period">): string {
  if (period.unit === "session") return "each session";
  return each === null ? "all together" : `each ${eachName(each)}`;
}

/** The dimension in the middle of a sentence: `credential` → `key`. */
export function eachName(each: string): string {
  return each === "credential" ? "key" : dimensionLabel(each).toLowerCase();
}

/** Whose spending counts: `Project is shop; model is gpt-5* or gpt-4o`, or `everything`. */
export function countedInWords(filters: readonly string[]): string {
  if (filters.length === 0) return "everything";
  const groups = new Map<string, string[]>();
  for (const text of filters) {
    const filter = parseFilter(text);
    if (filter === null) continue;
    const { dimension, verb, value } = filterInWords(filter);
    const key = `${dimension.toLowerCase()} ${verb}`;
    groups.set(key, [...(groups.get(key) ?? []), value.replaceAll("\\*", "*")]);
  }
  return [...groups].map(([what, values]) => `${what} ${values.join(" or ")}`).join("; ");
}

/** What happens to calls as a limit fills, most usual first, one sentence each. */
export function enforcementInWords(enforcement: Enforcement): string[] {
  const { atLimit, strict, throttle, swap, whenStreamRunsOut, unpriced } = enforcement;
  return [
    atLimit === "block" ? "Refuses the call that does not fit." : "Lets calls through with a warning.",
    ...(throttle === null
      ? []
      : [`Slows down from ${throttle.fromPercent}%: fewer and fewer of ${throttle.callsPerMinute} calls a minute.`]),
    ...(swap === null
      ? []
      : [
          `From ${swap.fromPercent}% on sends ${Object.entries(swap.models)
            .map(([from, to]) => `${from} to ${to}`)
            .join(", ")}.`,
        ]),
    ...(strict ? ["Strict: a call must fit with the most that it can cost."] : []),
    ...(atLimit === "block" && whenStreamRunsOut === "finish" ? ["A stream that has begun may go on to its end."] : []),
    unpricedInWords(unpriced),
  ];
}

function unpricedInWords(unpriced: Enforcement["unpriced"]): string {
  if (unpriced === "pass") return "Models without a price pass uncounted.";
  if (unpriced === "block") return "Models without a price are refused.";
  return `Models without a price count as ${money(unpriced.standInUsdPerMillionTokens)} for a million tokens.`;
}

/** In one or two words, for a column: `Refuses`, `Warns`, `Slows down`, `Swaps models`. */
export function actionInWords(enforcement: Enforcement | null): string {
  if (enforcement === null) return "Tells";
  if (enforcement.swap !== null) return "Swaps models";
  if (enforcement.throttle !== null) return "Slows down";
  return enforcement.atLimit === "block" ? "Refuses" : "Warns";
}

/** How long until then, roughly: `in 8 days`, `in 5 h`, `in 12 min`, `now`. */
export function untilInWords(ms: number): string {
  if (ms < MINUTE_MS) return "now";
  if (ms < 2 * HOUR_MS) return `in ${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `in ${Math.round(ms / HOUR_MS)} h`;
  return `in ${Math.round(ms / DAY_MS)} days`;
}

/** How fast it is used up, against an even pace: `1.5× the even pace`. */
export function paceInWords(pace: number | null): string | null {
  return pace === null ? null : `${pace >= 10 ? Math.round(pace) : pace.toFixed(1)}× the even pace`;
}

/** Spent and set aside, of the amount, 1 is all. An amount of 0 is used up. */
export function usedRatio({ spentUsd, leasedUsd, amountUsd }: LimitState): number {
  return amountUsd > 0 ? (spentUsd + leasedUsd) / amountUsd : Number.POSITIVE_INFINITY;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
