import fc from "fast-check";
import { expect, it } from "vitest";

import { sketchKey, SketchMerge, unpackSketches } from "./packed-latency.ts";

type Counts = Map<number, number>;

const key = fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 909 })).map(([entry, bucket]) => sketchKey(entry, bucket));
const count = fc.oneof(fc.nat({ max: 3 }), fc.constantFrom(127, 128, 16_384, 2 ** 40));
const piece = fc.array(fc.tuple(key, count), { maxLength: 300 }).map((pairs): Counts => new Map(pairs));

function merged(packed: Uint8Array | null, counts: Counts, sign = 1): Uint8Array | null {
  const merge = new SketchMerge();
  merge.start(packed);
  for (const [at, n] of [...counts].toSorted(([a], [b]) => a - b)) merge.add(at, sign * n);
  return merge.finish()?.slice() ?? null;
}

it("packs what was merged into it, in whatever pieces it came, and forgets what is taken out", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
      const expected: Counts = new Map();
      let packed: Uint8Array | null = null;
      for (const counts of pieces) {
        for (const [at, n] of counts) expected.set(at, (expected.get(at) ?? 0) + n);
        packed = merged(packed, counts);
      }
      const found: Counts = new Map();
      if (packed) unpackSketches(packed, (entry, bucket, n) => found.set(sketchKey(entry, bucket), n));
      expect(found).toEqual(new Map([...expected].filter(([, n]) => n !== 0)));
      expect([...found.keys()]).toEqual([...found.keys()].toSorted((a, b) => a - b));
      expect(packed).toEqual(merged(null, expected));
      expect(merged(packed, expected, -1)).toBeNull();
    }),
    { numRuns: 60 },
  );
});
