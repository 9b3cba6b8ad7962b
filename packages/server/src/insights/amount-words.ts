import { formatUsd } from "@outlay/core";

/** Nano-dollars as people read them, with two decimals or, below ten cents, two digits: `$1,234.50`, `$0.00042`. */
export function usdText(nanoUsd: bigint): string {
  const usd = Number(formatUsd(nanoUsd));
  return (usd === 0 || Math.abs(usd) >= 0.1 ? CENTS : SMALL).format(usd);
}

const CENTS = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const SMALL = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumSignificantDigits: 2 });

/** `1 call`, `12,345 calls`. */
export function callsText(calls: bigint): string {
  return `${calls.toLocaleString("en")} call${calls === 1n ? "" : "s"}`;
}
