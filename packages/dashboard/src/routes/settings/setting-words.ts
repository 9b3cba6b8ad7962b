import type { Setting } from "../../api/settings.ts";

/** `Europe/Berlin`, `90 days`, `on`, `off`, `none`, `3 entries`. */
export function valueInWords({ kind, value }: Pick<Setting, "kind" | "value">): string {
  if (value === null || value === undefined) return kind === "days" || kind === "number" ? "off" : "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) {
    if (value.length === 0) return "none";
    return value.every((item) => typeof item === "string") ? value.join(", ") : entries(value.length);
  }
  if (typeof value === "object") {
    const size = Object.keys(value).length;
    return size === 0 ? "none" : entries(size);
  }
  if (kind === "days") return value === 1 ? "1 day" : `${String(value)} days`;
  return String(value);
}

/** Which place says it, for people. */
export function originInWords(origin: string): string {
  if (origin === "default") return "default";
  if (origin === "settings") return "set here";
  return `from the ${origin}`;
}

/** `1.9 GB`, `120 kB`: in steps of a thousand, as disks are sold. */
export function bytesInWords(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** step;
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[step]}`;
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** What a change of a setting does that its name does not say. */
export const CONSEQUENCES: Readonly<Record<string, string>> = {
  timeZone:
    "Days and months of every page, of limits and of alerts begin anew in this zone, at once. Events stay as they are.",
  retentionDays:
    "What is older is deleted at the next daily look and cannot be brought back: single calls and sessions. Sums by day, model, user and the rest stay.",
  refreshPrices:
    "The public list is fetched once a day. Your own prices go before it, and calls keep the price they were recorded with.",
  allowedOrigins: "Pages of these sites may read this server's answers in the browsers of people who are signed in.",
};

const entries = (count: number) => (count === 1 ? "1 entry" : `${count} entries`);
