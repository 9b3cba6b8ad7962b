export type CostLevel = "low" | "middle" | "high";

/** Where the colours change, in dollars. */
export interface CostThresholds {
  /** From here on middle; below it low. */
  middleUsd: number;
  /** Above it high; the amount itself is still middle. */
  highUsd: number;
}

export const DEFAULT_THRESHOLDS: CostThresholds = { middleUsd: 0.01, highUsd: 0.1 };

/** Below 0.01 low (green), up to and with 0.10 middle (yellow), above it high (red). */
export function costLevel(usd: number, { middleUsd, highUsd }: CostThresholds = DEFAULT_THRESHOLDS): CostLevel {
  if (usd < middleUsd) return "low";
  return usd <= highUsd ? "middle" : "high";
}
