import type { Random } from "./random.ts";

/** Four digits for each of 16 bits: two megabytes, which only those need who make ids. */
let table: string[] | null = null;

/** A UUIDv7 (RFC 9562) of an instant, its other 74 bits from `random`: the same seed makes the same ids. */
export function uuidV7(unixMs: number, random: Random): string {
  const hex = (table ??= Array.from({ length: 65_536 }, (_, i) => i.toString(16).padStart(4, "0")));
  const high = Math.floor(unixMs / 0x1_0000);
  const low = unixMs % 0x1_0000;
  const first = random.bits();
  const second = random.bits();
  const third = random.bits();
  const version = 0x7000 | (third & 0xfff);
  const variant = 0x8000 | ((third >>> 12) & 0x3fff);
  return `${hex[Math.floor(high / 0x1_0000)]}${hex[high % 0x1_0000]}-${hex[low]}-${hex[version]}-${hex[variant]}-${hex[first >>> 16]}${hex[first & 0xffff]}${hex[second >>> 16]}`;
}
