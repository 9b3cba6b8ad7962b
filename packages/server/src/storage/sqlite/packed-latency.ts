/** The longest duration that is accepted lies in bucket 909. */
const BUCKETS = 1_024;

/** Of an entry's key and a latency bucket. */
export const sketchKey = (key: number, bucket: number): number => key * BUCKETS + bucket;

/**
 * Merges counts into the latency sketches of a packed row, which are sorted by key:
 *
 *   key since the last one · number of buckets · (bucket since the last one · count)…
 *
 * all as base-128 varints. A count of zero is left out.
 */
export class SketchMerge {
  #reader = new SketchReader();
  #hasOld = false;
  #writer = new SketchWriter();

  /** Begins with what is packed. */
  start(packed: Uint8Array | null): void {
    this.#writer.start();
    this.#hasOld = this.#reader.open(packed ?? EMPTY).next();
  }

  /** In ascending order of the sketch keys. */
  add(key: number, count: number): void {
    const reader = this.#reader;
    while (this.#hasOld && reader.key < key) {
      this.#writer.put(reader.key, reader.count);
      this.#hasOld = reader.next();
    }
    let sum = count;
    if (this.#hasOld && reader.key === key) {
      sum += reader.count;
      this.#hasOld = reader.next();
    }
    this.#writer.put(key, sum);
  }

  /** The packed row, or null when nothing is left. The bytes are valid until the next `start`. */
  finish(): Uint8Array | null {
    const reader = this.#reader;
    while (this.#hasOld) {
      this.#writer.put(reader.key, reader.count);
      this.#hasOld = reader.next();
    }
    return this.#writer.finish();
  }
}

const EMPTY = new Uint8Array(0);

class SketchReader {
  /** A sketch key. */
  key = -1;
  count = 0;
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  #entry = -1;
  #bucket = -1;
  #bucketsLeft = 0;

  open(bytes: Uint8Array): this {
    this.#bytes = bytes;
    this.#at = 0;
    this.#entry = -1;
    this.#bucketsLeft = 0;
    return this;
  }

  next(): boolean {
    if (this.#bucketsLeft === 0) {
      if (this.#at >= this.#bytes.length) return false;
      this.#entry += 1 + this.#varint();
      this.#bucketsLeft = this.#varint();
      this.#bucket = -1;
    }
    this.#bucketsLeft--;
    this.#bucket += 1 + this.#varint();
    this.key = sketchKey(this.#entry, this.#bucket);
    this.count = this.#varint();
    return true;
  }

  #varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] as number;
    let value = byte & 0x7f;
    let factor = 128;
    while (byte >= 0x80) {
      byte = bytes[this.#at++] as number;
      value += (byte & 0x7f) * factor;
      factor *= 128;
    }
    return value;
  }
}

class SketchWriter {
  #bytes = new Uint8Array(4_096);
  #length = 0;
  #lastEntry = -1;
  /** The entry whose buckets are gathered. */
  #entry = -1;
  #buckets: number[] = [];
  #counts: number[] = [];
  #gathered = 0;

  start(): void {
    this.#length = 0;
    this.#lastEntry = -1;
    this.#entry = -1;
    this.#gathered = 0;
  }

  put(key: number, count: number): void {
    if (count === 0) return;
    const entry = Math.floor(key / BUCKETS);
    if (entry !== this.#entry) {
      this.#writeEntry();
      this.#entry = entry;
    }
    this.#buckets[this.#gathered] = key - entry * BUCKETS;
    this.#counts[this.#gathered++] = count;
  }

  finish(): Uint8Array | null {
    this.#writeEntry();
    return this.#length === 0 ? null : this.#bytes.subarray(0, this.#length);
  }

  #writeEntry(): void {
    if (this.#gathered === 0) return;
    this.#reserve((this.#gathered + 1) * 2 * MAX_BYTES);
    this.#varint(this.#entry - this.#lastEntry - 1);
    this.#varint(this.#gathered);
    let last = -1;
    for (let i = 0; i < this.#gathered; i++) {
      const bucket = this.#buckets[i] as number;
      this.#varint(bucket - last - 1);
      this.#varint(this.#counts[i] as number);
      last = bucket;
    }
    this.#lastEntry = this.#entry;
    this.#gathered = 0;
  }

  #varint(value: number): void {
    const bytes = this.#bytes;
    let rest = value;
    while (rest >= 0x80) {
      bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    bytes[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#bytes.length - this.#length >= bytes) return;
    const larger = new Uint8Array((this.#length + bytes) * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Of one number. */
const MAX_BYTES = 10;

export function unpackSketches(bytes: Uint8Array, onCount: (key: number, bucket: number, count: number) => void): void {
  let at = 0;
  let key = -1;
  const varint = (): number => {
    let byte = bytes[at++] as number;
    let value = byte & 0x7f;
    let factor = 128;
    while (byte >= 0x80) {
      byte = bytes[at++] as number;
      value += (byte & 0x7f) * factor;
      factor *= 128;
    }
    return value;
  };
  while (at < bytes.length) {
    key += 1 + varint();
    const buckets = varint();
    let bucket = -1;
    for (let i = 0; i < buckets; i++) {
      bucket += 1 + varint();
      onCount(key, bucket, varint());
    }
  }
}
