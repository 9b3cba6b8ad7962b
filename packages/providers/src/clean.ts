import { MAX_MESSAGE_LENGTH, MAX_TAGS, MAX_TEXT_LENGTH, TAG_KEY } from "@outlay/core";

/**
 * Text as an event may hold it: without control characters and halves of pairs, at most 512 characters. Null when
 * nothing is left.
 */
export function cleanText(value: string): string | null {
  if (
    value.length <= MAX_TEXT_LENGTH &&
    isVisible(value.charCodeAt(0)) &&
    isVisible(value.charCodeAt(value.length - 1))
  ) {
    if (!SUSPICIOUS.test(value)) return value;
  }
  const clean = withoutControls(value, " ").trim().slice(0, MAX_TEXT_LENGTH).toWellFormed();
  return clean === "" ? null : clean;
}

/** The same for an error's message, which may have lines and 4,096 characters. */
export function cleanMessage(value: string): string | null {
  const clean = withoutControls(value, "\n").trim().slice(0, MAX_MESSAGE_LENGTH).toWellFormed();
  return clean === "" ? null : clean;
}

/** Tags as an event may hold them: what cannot be a key, and what goes beyond 32, is left out. */
export function cleanTags(pairs: Iterable<[string, string]>): Record<string, string> {
  const tags: [string, string][] = [];
  for (const [key, value] of pairs) {
    const clean = cleanText(value);
    if (clean !== null && TAG_KEY.test(key) && tags.length < MAX_TAGS) tags.push([key, clean]);
  }
  return Object.fromEntries(tags);
}

/** A character that `trim` leaves, of those that begin and end most texts; false for the code of none. */
function isVisible(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

// oxlint-disable-next-line no-control-regex
const SUSPICIOUS = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/;

// Most texts need no change; looking is several times cheaper than replacing nothing.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

function withoutControls(value: string, line: string): string {
  if (value.length <= MAX_TEXT_LENGTH && !CONTROL.test(value)) return value;
  // Nothing behind this is kept, so that a long text costs no more than a short one.
  const short = value.slice(0, 2 * MAX_MESSAGE_LENGTH);
  // U+FFFD is what `toWellFormed` puts for half a pair.
  return short.replaceAll(/\r?\n/g, line).replaceAll(/[^\P{Cc}\n]/gu, " ");
}
