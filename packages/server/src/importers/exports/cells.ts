import { instantOf, MAX_COUNT, MAX_TEXT_LENGTH, parseInstant } from "@outlay/core";
import { BadValue } from "../read-values.ts";

/** How the cells of a file are written. */
export interface CellFormat {
  /** IANA name of the zone of times that say none. */
  timeZone: string;
  /** Of dates such as 03/04/2026; null: they are refused, as both readings are in use. */
  dateOrder: "mdy" | "dmy" | null;
  decimal: "." | ",";
}

export const PLAIN_CELLS: CellFormat = { timeZone: "UTC", dateOrder: null, decimal: "." };

/** Words for "nothing said". */
const ABSENT = new Set(["", "-", "–", "—", "n/a", "na", "null", "none", "nan"]);

/** The cell as a text of one line that an event takes; null when it says nothing. */
export function cellText(cell: unknown): string | null {
  if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
  if (typeof cell !== "string") return null;
  const text = cell
    .replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, " ")
    .slice(0, MAX_TEXT_LENGTH)
    .trim();
  return ABSENT.has(text.toLowerCase()) ? null : text;
}

/**
 * A number; null when the cell says nothing.
 *
 *   1,234,567   1'234   1 234   $0.12   USD 3   1e-5
 *
 * BadValue where two readings are in use: 1,23 is a decimal comma that nobody announced.
 */
export function cellNumber(cell: unknown, column: string, { decimal }: CellFormat): number | null {
  if (typeof cell === "number" && Number.isFinite(cell)) return cell;
  const text = cellText(cell);
  if (text === null) return null;
  const bare = text.replace(/^(US)?\$|^USD|USD$|\$$/gi, "").replaceAll(/[\s'’_\u00a0\u202f]/g, "");
  const group = decimal === "." ? "," : ".";
  const [whole = "", ...rest] = bare.split(decimal);
  const isGrouped = whole.includes(group);
  const areGroups = !isGrouped || new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+$`).test(whole);
  const plain = `${whole.replaceAll(group, "")}${rest.length === 0 ? "" : `.${rest.join("")}`}`;
  if (areGroups && rest.length < 2 && /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return Number(plain);
  throw new BadValue(`${column} is ${shownCell(text)}; expected a number written like 1,234.5 (see --decimal)`);
}

/** A count of tokens or the like; null when the cell says nothing. */
export function cellCount(cell: unknown, column: string, format: CellFormat): number | null {
  const number = cellNumber(cell, column, format);
  if (number === null || (Number.isInteger(number) && number >= 0 && number <= MAX_COUNT)) return number;
  throw new BadValue(`${column} is ${number}; expected a whole number from 0 up`);
}

/** Money; null when the cell says nothing. */
export function cellAmount(cell: unknown, column: string, format: CellFormat): number | null {
  const amount = cellNumber(cell, column, format);
  if (amount === null || amount >= 0) return amount;
  throw new BadValue(`${column} is ${amount}; expected an amount from 0 up`);
}

/**
 * An instant, in milliseconds; null when the cell says nothing. ISO 8601 with a zone or without (then in the zone of the
 * format), days alone, seconds or milliseconds since 1970, `Nov 22, 2026`, and 11/22/2026 in the order that was named.
 */
export function cellInstant(cell: unknown, column: string, format: CellFormat): number | null {
  const text = cellText(cell);
  if (text === null) return null;
  if (/^\d{9,16}(\.\d+)?$/.test(text)) return sinceEpoch(Number(text));
  const zoned = parseInstant(text.replace(/ ?UTC$/i, "Z"));
  if (zoned !== null) return zoned;
  const local = localOf(text, column, format);
  if (local === null || Number.isNaN(local)) {
    throw new BadValue(`${column} is ${shownCell(text)}; expected a time such as 2026-11-22T05:00:00Z or a day`);
  }
  return instantOf(format.timeZone, local);
}

/** Seconds, milliseconds or microseconds: whichever lies in this century. */
function sinceEpoch(number: number): number {
  if (number < 1e11) return Math.round(number * 1_000);
  return Math.round(number < 1e14 ? number : number / 1_000);
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** What a clock shows, as if it stood in UTC. */
function localOf(text: string, column: string, { dateOrder }: CellFormat): number | null {
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ,]+(.+))?$/.exec(text);
  if (iso !== null) return utc(Number(iso[1]), Number(iso[2]), Number(iso[3]), iso[4]);
  const month = /^(?:[a-z]{3,9},? )?([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:,? (?:at )?(.+))?$/i.exec(
    text,
  );
  if (month !== null) return utc(Number(month[3]), monthOf(month[1]!), Number(month[2]), month[4]);
  const day = /^(\d{1,2})[ -]([a-z]{3,9})\.?[ -](\d{4})(?:[ ,]+(.+))?$/i.exec(text);
  if (day !== null) return utc(Number(day[3]), monthOf(day[2]!), Number(day[1]), day[4]);
  const slashed = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ ,]+(.+))?$/.exec(text);
  if (slashed === null) return null;
  const [first, second] = [Number(slashed[1]), Number(slashed[2])];
  const order = dateOrder ?? (first > 12 ? "dmy" : second > 12 ? "mdy" : null);
  if (order === null) {
    throw new BadValue(`${column} is ${shownCell(text)}, which may be in either order; name it with --date-order`);
  }
  return order === "mdy"
    ? utc(Number(slashed[3]), first, second, slashed[4])
    : utc(Number(slashed[3]), second, first, slashed[4]);
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

function utc(year: number, month: number, day: number, time = "00:00"): number {
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(am|pm)?$/i.exec(time.trim());
  if (clock === null) return Number.NaN;
  const half = clock[5]?.toLowerCase();
  const told = Number(clock[1]);
  const hour = half === undefined ? told : (told % 12) + (half === "pm" ? 12 : 0);
  const ms = clock[4] === undefined ? 0 : Math.floor(Number(`0.${clock[4]}`) * 1_000 + 1e-6);
  const iso = `${year}-${two(month)}-${two(day)}T${two(hour)}:${clock[2]}:${clock[3] ?? "00"}.${String(ms).padStart(3, "0")}Z`;
  return parseInstant(iso) ?? Number.NaN;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** As much of a cell as helps to find it; files may hold what nobody wants in a log. */
function shownCell(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}
