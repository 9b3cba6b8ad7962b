/** Texts that are kept; a sender that sends more of them only makes decoding slower. */
const SLOTS = 4_096;
/** Texts above this length are made each time: most of them are ids, which do not come again. */
const MAX_KEPT_BYTES = 32;

const kept = new Uint8Array(SLOTS * MAX_KEPT_BYTES);
const texts: (string | undefined)[] = Array.from({ length: SLOTS });

/**
 * The UTF-8 text that stands at these bytes. Names of models, users and agents come with every call: such short texts are
 * not made anew each time, and the same one is found faster in maps.
 */
export function textAt(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return "";
  if (length > MAX_KEPT_BYTES) return bytes.toString("utf8", start, end);
  let hash = length;
  let isAscii = true;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    if (byte >= 0x80) isAscii = false;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (!isAscii) return bytes.toString("utf8", start, end);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const from = slot * MAX_KEPT_BYTES;
  const text = texts[slot];
  if (text !== undefined && text.length === length) {
    let i = 0;
    while (i < length && kept[from + i] === bytes[start + i]) i += 1;
    if (i === length) return text;
  }
  const made = bytes.toString("latin1", start, end);
  for (let i = 0; i < length; i += 1) kept[from + i] = bytes[start + i]!;
  texts[slot] = made;
  return made;
}
