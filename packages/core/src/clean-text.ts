/** Neither control characters nor halves of surrogate pairs. */
export const CLEAN_TEXT = /^[^\p{Cc}\p{Cs}]*$/u;
/** The same, but with line breaks and tabs. */
export const CLEAN_LINES = /^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u;

// Cheap on plain text; only where it hits is the exact answer looked for.
// oxlint-disable-next-line no-control-regex
const SUSPICIOUS = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/;

/** `pattern.test(text)` for either of the patterns, several times faster. */
export function isCleanText(text: string, pattern: RegExp): boolean {
  return !SUSPICIOUS.test(text) || pattern.test(text);
}
