import { ByteTable, type ReadBytes } from "./byte-table.ts";

/** Texts that are kept; a sender that sends more of them only makes decoding slower. */
const SLOTS = 4_096;
/** Texts above this length are made each time: most of them are ids, which do not come again. */
const MAX_KEPT_BYTES = 32;

const texts = new ByteTable(SLOTS, MAX_KEPT_BYTES, (bytes, start, end) => bytes.toString("utf8", start, end));

/**
 * The UTF-8 text that stands at these bytes. Names of models, users and agents come with every call: such short texts are
 * not made anew each time, and the same one is found faster in maps.
 */
export function textAt(read: ReadBytes, start: number, end: number): string {
  return start === end ? "" : texts.at(read, start, end);
}
