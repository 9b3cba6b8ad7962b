const ISO_INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d)?)$/i;

/** An ISO 8601 instant with its zone, in milliseconds; what is finer is cut off. null when it is not one. */
export function parseInstant(text: string): number | null {
  return parseUsual(text) ?? parseAny(text);
}

/** `2026-11-22T05:00:00Z` or `2026-11-22T05:00:00.000Z`, as most programs write it; null for anything else. */
function parseUsual(text: string): number | null {
  const { length } = text;
  const hasMs = length === 24;
  if (!hasMs && length !== 20) return null;
  if (text.charCodeAt(length - 1) !== LETTER_Z || text.charCodeAt(10) !== LETTER_T) return null;
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return null;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return null;
  if (hasMs && text.charCodeAt(19) !== DOT) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const seconds = (twoDigits(text, 11) * 60 + twoDigits(text, 14)) * 60 + twoDigits(text, 17);
  const ms = hasMs ? digit(text, 20) * 100 + twoDigits(text, 21) : 0;
  // NaN where something is no digit: then no comparison holds
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= LAST_DAYS[month - 1]!;
  const isUsual = year >= 1900 && isDay && seconds >= 0 && ms >= 0;
  if (!isUsual || twoDigits(text, 11) > 23 || twoDigits(text, 14) > 59 || twoDigits(text, 17) > 59) return null;
  return Date.UTC(year, month - 1, day) + seconds * 1_000 + ms;
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

/** Of each month, of February in most years. */
const LAST_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const LETTER_T = 84;
const LETTER_Z = 90;
const DASH = 45;
const COLON = 58;
const DOT = 46;
const ZERO = 48;

function parseAny(text: string): number | null {
  const parts = ISO_INSTANT.exec(text);
  if (parts === null) return null;
  const month = Number(parts[2]) - 1;
  const day = Number(parts[3]);
  const hour = Number(parts[4]);
  const minute = Number(parts[5]);
  const second = parts[6] === undefined ? 0 : Number(parts[6]);
  const milliseconds = parts[7] === undefined ? 0 : Math.floor(Number(`0.${parts[7]}`) * 1_000 + 1e-6);
  if (hour > 23 || minute > 59 || second > 59 || month > 11 || day < 1) return null;
  // Written out because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(Number(parts[1]), month, day);
  if (new Date(midnight).getUTCDate() !== day) return null;
  const local = midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + milliseconds;
  if (parts[8] !== undefined) return local;
  const offsetMs = (Number(parts[10]) * 60 + Number(parts[11] ?? 0)) * 60_000;
  return parts[9] === "-" ? local + offsetMs : local - offsetMs;
}
