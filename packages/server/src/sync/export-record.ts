import { parseFraction, type Fraction } from "@outlay/core";
import type { FoundRow } from "./reported-row.ts";
import { dayStart } from "./utc-day.ts";

/** What one line of an export says: its day, its rows, and the names that tell which service it is about. */
export interface ExportRow {
  dayMs: number;
  services: readonly (string | undefined)[];
  rows: FoundRow[];
}

/** Reads the lines of one cloud's exports. */
export interface ExportReader {
  /** Services whose lines are taken. */
  services: RegExp;
  /** Throws BadLine for a line that cannot be read. */
  read(record: ExportRecord): ExportRow;
}

/** A line that cannot be read, and why. */
export class BadLine extends Error {}

/** One line of an export, whatever the spelling of its columns. */
export interface ExportRecord {
  has(name: string): boolean;
  /** The first of these columns with something in it. */
  text(...names: string[]): string | undefined;
  /** Start of the UTC day of an instant or a date. */
  day(...names: string[]): number;
  /** JSON inside a column, or the value that was JSON before. */
  value(name: string): unknown;
}

/** `values`: of a CSV line, or of a JSON object; names are compared without case and separators. */
export function exportRecord(values: Record<string, unknown>): ExportRecord {
  const known = new Map<string, unknown>();
  for (const [name, value] of Object.entries(values)) addValue(known, plain(name), value);
  const text = (...names: string[]) => {
    for (const name of names) {
      const value = known.get(plain(name));
      if ((typeof value === "string" && value !== "") || typeof value === "number") return String(value).slice(0, 512);
    }
    return undefined;
  };
  return {
    has: (name) => known.has(plain(name)),
    text,
    day(...names) {
      const written = text(...names);
      if (written === undefined) throw new BadLine(`${names[0]} is missing`);
      const ms = instantOf(written);
      if (Number.isNaN(ms)) throw new BadLine(`${names[0]} is no date`);
      return dayStart(ms);
    },
    value: (name) => known.get(plain(name)),
  };
}

/** Dollars, or another currency, of the first of these columns. */
export function amountIn(record: ExportRecord, ...names: string[]): Fraction {
  const text = record.text(...names);
  if (text === undefined) throw new BadLine(`${names[0]} is missing`);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text))
    throw new BadLine(`${names.find((name) => record.text(name) !== undefined)} is no amount`);
  return parseFraction(text);
}

/** Objects inside objects stand under their path: `service.description`. */
function addValue(known: Map<string, unknown>, name: string, value: unknown): void {
  known.set(name, value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  for (const [inner, part] of Object.entries(value)) addValue(known, `${name}${plain(inner)}`, part);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** ISO, `2026-11-22 00:00:00 UTC`, and what Azure writes: `11/22/2026`. A time without a zone is UTC there. */
function instantOf(text: string): number {
  const american = /^(\d\d?)\/(\d\d?)\/(\d{4})/.exec(text);
  if (american !== null) return Date.UTC(Number(american[3]), Number(american[1]) - 1, Number(american[2]));
  const plainTime = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(text);
  if (plainTime === null) return Number.NaN;
  const [, date, time = "00:00:00", zone = "Z"] = plainTime;
  return Date.parse(`${date}T${time}${zone === "UTC" ? "Z" : zone}`);
}
