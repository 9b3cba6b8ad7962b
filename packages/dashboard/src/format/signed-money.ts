import { UNKNOWN, headlineMoney } from "@outlay/react";

/** A difference in dollars and cents: `+$6.35`, `−$2.50`, `$0.00`; null is "—". */
export function signedMoney(usd: number | null): string {
  if (usd === null) return UNKNOWN;
  return usd > 0 ? `+${headlineMoney(usd)}` : headlineMoney(usd);
}
