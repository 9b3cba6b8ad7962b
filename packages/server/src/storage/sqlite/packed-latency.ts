/** Latency sketches of one row by entry key: `sketches.get(key).get(bucket)` is a count. */
export type Sketches = Map<number, Map<number, number>>;

/** Key since the last one · number of buckets · (bucket since the last one · count)…, all as varints. */
export function packSketches(sketches: Sketches): Uint8Array | null {
  const bytes: number[] = [];
  let lastKey = -1;
  for (const key of [...sketches.keys()].toSorted(ascending)) {
    const buckets = [...(sketches.get(key) ?? [])].filter(([, count]) => count !== 0).toSorted(([a], [b]) => a - b);
    if (buckets.length === 0) continue;
    putVarint(bytes, key - lastKey - 1);
    lastKey = key;
    putVarint(bytes, buckets.length);
    let lastBucket = -1;
    for (const [bucket, count] of buckets) {
      putVarint(bytes, bucket - lastBucket - 1);
      lastBucket = bucket;
      putVarint(bytes, count);
    }
  }
  return bytes.length === 0 ? null : Uint8Array.from(bytes);
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

function putVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

const ascending = (a: number, b: number): number => a - b;
