import { UNKNOWN } from "./money.ts";

/** How long something took: 850ms, 1.2s, 2m 05s. */
export function duration(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 999.5) return `${ms < 10 && ms > 0 ? Number(ms.toPrecision(2)) : Math.round(ms)}ms`;
  if (ms < 99_950) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, "0")}s`;
}
