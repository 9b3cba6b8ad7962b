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

const entries = (count: number) => (count === 1 ? "1 entry" : `${count} entries`);
