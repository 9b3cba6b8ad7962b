/** A message that is being read, also as whole words. */
export interface ReadBytes {
  readonly bytes: Buffer;
  /** Of the same bytes. */
  readonly view: DataView;
}

/** What was made of short runs of bytes, found again by the bytes: of several in one place the last stays. */
export class ByteTable<Value> {
  readonly #slots: number;
  readonly #maxBytes: number;
  readonly #make: (bytes: Buffer, start: number, end: number) => Value;
  /** For each slot its bytes, how many they are, and what was made of them. */
  readonly #kept: DataView;
  readonly #lengths: Uint8Array;
  readonly #values: (Value | undefined)[];

  /** `slots`: a power of two; `maxBytes`: a multiple of four below 256; what is longer is made each time. */
  constructor(slots: number, maxBytes: number, make: (bytes: Buffer, start: number, end: number) => Value) {
    this.#slots = slots;
    this.#maxBytes = maxBytes;
    this.#make = make;
    this.#kept = new DataView(new ArrayBuffer(slots * maxBytes));
    this.#lengths = new Uint8Array(slots);
    this.#values = Array.from({ length: slots });
  }

  at({ bytes, view }: ReadBytes, start: number, end: number): Value {
    const length = end - start;
    if (length > this.#maxBytes) return this.#make(bytes, start, end);
    const lastWord = end - 4;
    let hash = length;
    let at = start;
    for (; at <= lastWord; at += 4) hash = mixed(hash, view.getInt32(at, true));
    for (; at < end; at += 1) hash = mixed(hash, view.getUint8(at));
    const slot = (hash ^ (hash >>> 16)) & (this.#slots - 1);
    const value = this.#values[slot];
    if (value !== undefined && this.#lengths[slot] === length && this.#isKept(slot, view, start, end)) return value;
    const made = this.#make(bytes, start, end);
    for (let i = 0; i < length; i += 1) this.#kept.setUint8(slot * this.#maxBytes + i, view.getUint8(start + i));
    this.#lengths[slot] = length;
    this.#values[slot] = made;
    return made;
  }

  #isKept(slot: number, view: DataView, start: number, end: number): boolean {
    const kept = this.#kept;
    const lastWord = end - 4;
    let from = slot * this.#maxBytes;
    let at = start;
    for (; at <= lastWord; at += 4, from += 4) {
      if (kept.getInt32(from, true) !== view.getInt32(at, true)) return false;
    }
    for (; at < end; at += 1, from += 1) if (kept.getUint8(from) !== view.getUint8(at)) return false;
    return true;
  }
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}
