import type { CliContext } from "./context.ts";
import { drawBar } from "./draw/bar.ts";
import { formatInstant, formatUsd, UNKNOWN } from "./draw/values.ts";

/** Of `GET /api/v1/limits`. */
export interface Limit {
  id: string;
  name: string;
  kind: "budget" | "limit";
  enabled: boolean;
  filters: string[];
  each: string | null;
  amountUsd: number;
  period: { unit: string; rolling: boolean; timeZone: string | null };
  startsAt: string | null;
  carryOver: boolean;
  thresholdsPercent: number[];
  enforcement: {
    atLimit: "block" | "warn";
    strict: boolean;
    throttle: { fromPercent: number; callsPerMinute: number } | null;
    swap: { fromPercent: number; models: Record<string, string> } | null;
    whenStreamRunsOut: string;
    unpriced: string | { standInUsdPerMillionTokens: number };
  } | null;
}

export interface LimitState {
  limitId: string;
  name: string;
  value: string | null;
  scope: string;
  amountUsd: number;
  spentUsd: number;
  leasedUsd: number;
  resetsAt: string | null;
}

export interface Standing {
  state: LimitState;
  usedPercent: number;
  elapsedPercent: number | null;
  pace: number | null;
}

export interface LimitOverride {
  id: string;
  limitId: string;
  value: string | null;
  amountUsd: number | null;
  reason: string;
  from: string;
  until: string;
  actor: string;
}

const ROLLING: Record<string, string> = {
  day: "24 hours",
  week: "7 days",
  month: "30 days",
  quarter: "91 days",
  year: "365 days",
};

/** `$5.00 a day for each user, of project:shop` */
export function describeTerms({ amountUsd, period, each, filters }: Limit): string {
  const { unit, rolling, timeZone } = period;
  const zone = timeZone === null ? "" : ` (${timeZone})`;
  const time = unit === "total" ? "in total" : rolling ? `in ${ROLLING[unit] ?? unit}` : `a ${unit}`;
  const whose = each === null ? "" : ` for each ${each}`;
  const of = filters.length === 0 ? "" : `, of ${filters.join(" ")}`;
  return `${formatUsd(amountUsd)} ${time}${zone}${whose}${of}`;
}

/** `blocks · slows down from 80 %` */
export function describeEnforcement({ enforcement, enabled }: Limit): string {
  if (!enabled) return "switched off";
  if (enforcement === null) return "tells";
  const { atLimit, strict, throttle, swap, unpriced } = enforcement;
  return [
    `${atLimit === "block" ? "blocks" : "warns"}${strict ? " strictly" : ""}`,
    throttle === null ? null : `slows down from ${throttle.fromPercent} %`,
    swap === null ? null : `swaps models from ${swap.fromPercent} %`,
    unpriced === "block" ? "refuses models without a price" : null,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

/** `████     41.2 %` */
export function drawUse(percent: number): string {
  return `${drawBar(percent / 100, 10).padEnd(10)} ${percent.toFixed(1)} %`;
}

export function standingRows(context: CliContext, standings: Standing[]): string[][] {
  return standings.map(({ state, usedPercent, pace }) => [
    state.value ?? "all",
    formatUsd(state.spentUsd),
    state.leasedUsd === 0 ? "" : formatUsd(state.leasedUsd),
    formatUsd(state.amountUsd),
    drawUse(usedPercent),
    pace === null ? UNKNOWN : `${pace.toFixed(2)}×`,
    state.resetsAt === null ? UNKNOWN : formatInstant(state.resetsAt, context.timeZone()),
  ]);
}

export const STANDING_COLUMNS = [
  { header: "Whose", align: "left" },
  { header: "Spent", align: "point" },
  { header: "Set aside", align: "point" },
  { header: "Amount", align: "point" },
  { header: "Used", align: "fixed" },
  { header: "Pace", align: "right" },
  { header: "Resets", align: "left" },
] as const;
