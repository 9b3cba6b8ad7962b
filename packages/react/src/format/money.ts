import { numberFormat } from "./number-format.ts";

/**
 * Dollars, legible at any size:
 *
 *   0.0000004 → <$0.0001     0.0421 → $0.042     4213.5 → $4.2k
 *   0.0004    → $0.0004      12.3   → $12.30     null   → —
 */
export function money(usd: number | null): string {
  if (usd === null) return UNKNOWN;
  const size = Math.abs(usd);
  if (size === 0) return "$0.00";
  if (size < SMALLEST_SHOWN_USD) return usd < 0 ? `>−$${SMALLEST_SHOWN_USD}` : `<$${SMALLEST_SHOWN_USD}`;
  return sign(usd) + compactMoney(size);
}

/** Dollars and cents with thousands in full, for the headline: `$4,213.50`. Below ten cents it reads like `money`. */
export function headlineMoney(usd: number | null): string {
  if (usd === null || Math.abs(usd) < 0.1 || Math.abs(usd) >= 10_000_000) return money(usd);
  return sign(usd) + "$" + cents().format(Math.abs(usd));
}

/** Every digit that is known, down to the nano-dollar: `$0.000123456`. For tooltips and copies. */
export function exactMoney(usd: number | null): string {
  if (usd === null) return "no price is known";
  return sign(usd) + "$" + exact().format(Math.abs(usd));
}

/** Shown for a value that is not known. */
export const UNKNOWN = "—";

const SMALLEST_SHOWN_USD = 0.0001;
const cents = () => numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
const exact = () => numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 9 });

// Steps are chosen by the rounded value, so that 999.996 reads $1.0k and not $1000.00.
function compactMoney(size: number): string {
  if (size < 0.00995) return `$${Number(size.toPrecision(2)).toFixed(4)}`;
  if (size < 0.0995) return `$${size.toFixed(3)}`;
  if (size < 999.995) return `$${size.toFixed(2)}`;
  if (size < 999_950) return `$${(size / 1_000).toFixed(1)}k`;
  if (size < 999_950_000) return `$${(size / 1_000_000).toFixed(2)}M`;
  return `$${(size / 1_000_000_000).toFixed(2)}B`;
}

const sign = (value: number) => (value < 0 ? "−" : "");
