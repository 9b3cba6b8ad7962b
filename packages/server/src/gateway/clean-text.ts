// oxlint-disable-next-line no-control-regex
const SUSPICIOUS = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/;
const NOT_TEXT = /[\p{Cc}\p{Cs}]+/gu;

/** Text as an event takes it: without control characters and halves of surrogate pairs, not longer than `max`. */
export function cleanText(text: string, max: number): string {
  const short = text.length > max ? text.slice(0, max) : text;
  return SUSPICIOUS.test(short) ? short.replaceAll(NOT_TEXT, " ") : short;
}
