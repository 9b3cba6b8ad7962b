import { UNKNOWN, percent } from "@outlay/react";

/** A share that may be below zero: 0.312 → 31%, −0.04 → −4.0%. Null is "—". */
export function signedPercent(ratio: number | null): string {
  if (ratio === null) return UNKNOWN;
  return ratio < 0 ? `−${percent(-ratio)}` : percent(ratio);
}
