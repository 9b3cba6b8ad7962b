/** Controls, line and paragraph separators. */
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu;
/** Marks that turn the direction of the text after them, and characters that nobody sees; joiners stay, scripts and emoji need them. */
const INVISIBLE =
  /[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
/** More marks above one letter than any language writes. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

/**
 * Text of anybody as one line that does no more than to be read: no line breaks, nothing that hides or turns the text around
 * it, at most `maxUnits` long as JavaScript counts.
 */
export function plainText(text: string, maxUnits: number): string {
  const clean = text
    .toWellFormed()
    .replace(BREAKS, " ")
    .replace(INVISIBLE, "")
    .replace(PILED_MARKS, "$1")
    .replace(/ {2,}/g, " ")
    .trim();
  return shorten(clean, maxUnits);
}

/** With an ellipsis when something is missing; never within a character as people see it. */
function shorten(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)) {
    if (kept.length + segment.length >= maxUnits) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
