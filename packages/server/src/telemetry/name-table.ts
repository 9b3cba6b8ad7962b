import { ByteTable, type ReadBytes } from "./byte-table.ts";
import { isWanted } from "./wanted-attributes.ts";

/** The name of an attribute, decoded once however often it comes. */
export interface KnownName {
  text: string;
  wanted: boolean;
}

/** Names that are kept; a sender that invents more only makes decoding slower. */
const SLOTS = 2_048;
/** Names above this length are decoded each time. */
const MAX_KEPT_BYTES = 64;

const names = new ByteTable<KnownName>(SLOTS, MAX_KEPT_BYTES, (bytes, start, end) => {
  const text = bytes.toString("utf8", start, end);
  return { text, wanted: isWanted(text) };
});

/** The name that stands at these bytes. The same names come with every span: none is made twice. */
export function nameAt(read: ReadBytes, start: number, end: number): KnownName {
  return names.at(read, start, end);
}
