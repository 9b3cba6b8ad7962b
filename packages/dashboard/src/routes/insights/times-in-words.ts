import { UNKNOWN } from "@outlay/react";

/** How many times as much: 0.104 → `0.10×`, 1.25 → `1.3×`, 12.4 → `12×`; null → `—`. */
export function timesInWords(ratio: number | null): string {
  if (ratio === null) return UNKNOWN;
  if (ratio === 0) return "free";
  if (ratio < 0.01) return "<0.01×";
  return `${ratio < 1 ? ratio.toFixed(2) : ratio < 10 ? ratio.toFixed(1) : String(Math.round(ratio))}×`;
}
