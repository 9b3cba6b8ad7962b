import { METRICS } from "@outlay/core";
import type { Metric } from "@outlay/core";

/** What stands where a value is not known. */
export const UNKNOWN = "–";

/** Any metric's value in its unit. */
export function formatMetric(metric: Metric, value: number | null | undefined): string {
  switch (METRICS[metric].unit) {
    case "usd":
    case "usdPerCall":
      return formatUsd(value);
    case "tokens":
      return formatTokens(value);
    case "ratio":
      return formatRatio(value);
    case "ms":
      return formatDuration(value);
    case "count":
      return formatCount(value);
  }
}

/**
 * Dollars with as many decimals as it takes to see two digits that are not zero, two at least:
 * 1234.5 → $1,234.50 · 0.0123 → $0.012 · 0.0004 → $0.0004 · 0.000000002 → $0.000000002
 */
export function formatUsd(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return UNKNOWN;
  const size = Math.abs(usd);
  const decimals = size === 0 || size >= 0.1 ? 2 : Math.min(9, 1 - Math.floor(Math.log10(size)));
  const digits = size.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: decimals });
  return `${usd < 0 ? "-" : ""}$${digits}`;
}

/** 1234567 → 1,234,567 */
export function formatCount(count: number | null | undefined): string {
  return count === null || count === undefined ? UNKNOWN : count.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

const tokenSteps = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** Three digits and a letter: 950 → 950 · 12345 → 12.3k · 2100000 → 2.10M */
export function formatTokens(tokens: number | null | undefined): string {
  if (tokens === null || tokens === undefined) return UNKNOWN;
  for (const [size, letter] of tokenSteps) {
    // 999,950 would print as 1000k
    if (tokens >= size * 0.9995) return `${(tokens / size).toPrecision(3)}${letter}`;
  }
  return String(Math.round(tokens));
}

/** 0.0234 → 2.3 % */
export function formatRatio(ratio: number | null | undefined): string {
  return ratio === null || ratio === undefined ? UNKNOWN : `${(ratio * 100).toFixed(1)} %`;
}

/** 340 → 340 ms · 1234 → 1.23 s · 75000 → 1:15 min */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return UNKNOWN;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toPrecision(3)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min`;
}

/** Bytes in binary units: 1536 → 1.5 KiB */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

/** `30d · 24 Oct 2026 – 22 Nov 2026 · Europe/Berlin`; the end is excluded, so the last day is that of the instant before. */
export function formatPeriod(period: { name?: string; start: string; end: string; timeZone: string }): string {
  const { name, start, end, timeZone } = period;
  const day = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short", year: "numeric" });
  const span = [...new Set([Date.parse(start), Date.parse(end) - 1].map((ms) => day.format(ms)))].join(" – ");
  return [...(name === undefined ? [] : [name]), span, timeZone].join(" · ");
}

/** `21 Nov 14:03` in the zone. */
export function formatMinute(iso: string, timeZone: string | undefined): string {
  return formatInstant(iso, timeZone).slice(4, -3);
}

/** `Sat 21 Nov 14:03:22` in the zone. */
export function formatInstant(iso: string, timeZone: string | undefined): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(new Date(iso));
  return parts.replaceAll(",", "");
}
