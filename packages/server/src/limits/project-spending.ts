import { HOUR_MS, type HourCosts, type Rhythm } from "./hour-rhythm.ts";

/** Where spending is going. */
export interface Projection {
  /** What will have been spent when the period ends; null: it has no end. */
  endNanoUsd: number | null;
  /** When the amount will be used up; null: not as far as was looked ahead, or it is already. */
  exhaustedAtMs: number | null;
  /** How it was computed, in words. */
  method: string;
}

export interface Spending {
  nowMs: number;
  /** How far is looked ahead. */
  horizonMs: number;
  /** That is where the period ends. */
  hasEnd: boolean;
  spentNanoUsd: number;
  amountNanoUsd: number;
  rhythm: Rhythm;
  /** What was spent longer ago than a rolling period's length no longer counts. null: nothing leaves. */
  leaving: { hours: HourCosts; lengthMs: number } | null;
}

/** Goes on from what was spent, hour by hour, as such hours have cost. */
export function projectSpending(spending: Spending): Projection {
  const { nowMs, horizonMs, hasEnd, spentNanoUsd, amountNanoUsd, rhythm, leaving } = spending;
  let spent = spentNanoUsd;
  let exhaustedAtMs: number | null = null;
  for (let hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS; hourMs < horizonMs; hourMs += HOUR_MS) {
    const fromMs = Math.max(hourMs, nowMs);
    const toMs = Math.min(hourMs + HOUR_MS, horizonMs);
    const coming = rhythm.expectedNanoUsd(hourMs) * ((toMs - fromMs) / HOUR_MS);
    const added = coming - leavingNanoUsd(leaving, hourMs, toMs - fromMs);
    if (exhaustedAtMs === null && spent < amountNanoUsd && spent + added >= amountNanoUsd) {
      exhaustedAtMs = Math.round(fromMs + ((amountNanoUsd - spent) / added) * (toMs - fromMs));
    }
    spent += added;
  }
  return {
    endNanoUsd: hasEnd ? Math.round(spent) : null,
    exhaustedAtMs,
    method: `what was spent so far, and ${rhythm.method} for each hour to come`,
  };
}

function leavingNanoUsd(leaving: Spending["leaving"], hourMs: number, partMs: number): number {
  if (leaving === null) return 0;
  const { hours, lengthMs } = leaving;
  const cost = hours.nanoUsd[Math.round((hourMs - lengthMs - hours.startMs) / HOUR_MS)] ?? 0;
  return cost * (partMs / HOUR_MS);
}
