import { UNKNOWN } from "./money.ts";
import { numberFormat } from "./number-format.ts";

/** A count or a number of tokens, short: 950, 12.3k, 2.1M, 1.4B. */
export function count(value: number | null): string {
  if (value === null) return UNKNOWN;
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size < 999.5) return sign + String(Math.round(size));
  if (size < 9_995) return sign + exactFormat().format(Math.round(size));
  if (size < 999_500) return `${sign}${trim(size / 1_000)}k`;
  if (size < 999_500_000) return `${sign}${trim(size / 1_000_000)}M`;
  return `${sign}${trim(size / 1_000_000_000)}B`;
}

/** Every digit: 2,104,331. */
export function exactCount(value: number | null): string {
  return value === null ? "not known" : exactFormat().format(value);
}

/** A share or rate between 0 and 1. Never rounds something to all or to nothing: 0.9997 → 99.9%, 0.0002 → <0.1%. */
export function percent(ratio: number | null): string {
  if (ratio === null) return UNKNOWN;
  const value = ratio * 100;
  if (value === 0 || value === 100) return `${value}%`;
  if (value > 0 && value < 0.1) return "<0.1%";
  if (value > 99.9 && value < 100) return "99.9%";
  return value < 10 || value > 99 ? `${value.toFixed(1)}%` : `${Math.round(value)}%`;
}

/** `1 call`, `2 calls`, `12.3k calls`. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

const exactFormat = () => numberFormat({ maximumFractionDigits: 3 });
const trim = (value: number) => (value < 99.95 ? value.toFixed(1) : String(Math.round(value)));
