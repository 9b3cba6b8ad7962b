/** Counts of one row's latency sketches: `counts.get(sketchKey(key, bucket))`. */
export type SketchCounts = Map<number, number>;

/** The longest duration that is accepted lies in bucket 909. */
const BUCKETS = 1_024;

/** Of an entry's key and a latency bucket. */
export const sketchKey = (key: number, bucket: number): number => key * BUCKETS + bucket;

/** Key since the last one · number of buckets · (bucket since the last one · count)…, all as varints. */
export function packSketches(counts: SketchCounts): Uint8Array | null {
  const order = new Float64Array(counts.size);
  let size = 0;
  for (const [at, count] of counts) if (count !== 0) order[size++] = at;
  if (size === 0) return null;
  const sorted = order.subarray(0, size).toSorted();
  const bytes = new VarintBytes(size * 4);
  let lastKey = -1;
  for (let from = 0; from < size;) {
    const key = Math.floor((sorted[from] as number) / BUCKETS);
    let to = from + 1;
    while (to < size && (sorted[to] as number) < (key + 1) * BUCKETS) to++;
    bytes.put(key - lastKey - 1);
    bytes.put(to - from);
    let lastBucket = -1;
    for (; from < to; from++) {
      const bucket = (sorted[from] as number) - key * BUCKETS;
      bytes.put(bucket - lastBucket - 1);
      bytes.put(counts.get(sorted[from] as number) ?? 0);
      lastBucket = bucket;
    }
    lastKey = key;
  }
  return bytes.finish();
}

export function unpackSketches(bytes: Uint8Array, onCount: (key: number, bucket: number, count: number) => void): void {
  let at = 0;
  let key = -1;
  const varint = (): number => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
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

class VarintBytes {
  #bytes: Uint8Array;
  #length = 0;

  constructor(expected: number) {
    this.#bytes = new Uint8Array(expected + MAX_BYTES);
  }

  put(value: number): void {
    if (this.#bytes.length - this.#length < MAX_BYTES) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

const MAX_BYTES = 10;
