import { isWanted } from "./wanted-attributes.ts";

/** The name of an attribute, decoded once however often it comes. */
export interface KnownName {
  text: string;
  wanted: boolean;
}

interface Entry extends KnownName {
  bytes: Buffer;
}

/** Names that are kept; a sender that invents more only makes decoding slower. */
const SLOTS = 4_096;
/** Names above this length are decoded each time. */
const MAX_KEPT_BYTES = 96;

const entries: (Entry | undefined)[] = Array.from({ length: SLOTS });

/** The name that stands at these bytes. The same names come with every span: none is made twice. */
export function nameAt(bytes: Buffer, start: number, end: number): KnownName {
  const length = end - start;
  if (length > MAX_KEPT_BYTES) return made(bytes, start, end);
  let hash = length;
  for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const entry = entries[slot];
  if (entry !== undefined && entry.bytes.length === length && isSame(entry.bytes, bytes, start)) return entry;
  const added: Entry = { ...made(bytes, start, end), bytes: Buffer.from(bytes.subarray(start, end)) };
  entries[slot] = added;
  return added;
}

function isSame(kept: Buffer, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < kept.length; i += 1) if (kept[i] !== bytes[start + i]) return false;
  return true;
}

function made(bytes: Buffer, start: number, end: number): KnownName {
  const text = bytes.toString("utf8", start, end);
  return { text, wanted: isWanted(text) };
}
