/** Neighbouring buckets differ by this factor, so that a bucket's middle is at most 1.9 % from any value in it. */
const GAMMA = 1.019 / 0.981;
const LOG_GAMMA = Math.log(GAMMA);
/** Everything below a microsecond is bucket 0. */
const SMALLEST_MS = 0.001;

/** The bucket of a duration. Buckets grow by a constant factor; counts of the same bucket add up, so sketches merge exactly. */
export function latencyBucket(durationMs: number): number {
  return durationMs < SMALLEST_MS ? 0 : Math.max(1, Math.ceil(Math.log(durationMs / SMALLEST_MS) / LOG_GAMMA));
}

/**
 * The duration in milliseconds that the share `q` of the counted ones does not exceed (nearest rank), within 2 %.
 * null: nothing was counted.
 */
export function latencyQuantile(sketch: Map<number, number>, q: number): number | null {
  let count = 0;
  for (const n of sketch.values()) count += n;
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(q * count));
  let seen = 0;
  for (const bucket of [...sketch.keys()].toSorted((a, b) => a - b)) {
    seen += sketch.get(bucket) ?? 0;
    if (seen >= rank) return bucketMiddleMs(bucket);
  }
  return null;
}

function bucketMiddleMs(bucket: number): number {
  return bucket === 0 ? 0 : (SMALLEST_MS * 2 * GAMMA ** bucket) / (GAMMA + 1);
}
