import fc from "fast-check";
import { expect, it } from "vitest";
import { latencyBucket, latencyQuantile } from "./latency-sketch.ts";

it("is within 2 % of the exact quantile", () => {
  const durations = fc.array(fc.double({ min: 0.001, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(durations, fc.constantFrom(0, 0.5, 0.95, 0.99, 1), (all, q) => {
      const sketch = new Map<number, number>();
      for (const duration of all) {
        const bucket = latencyBucket(duration);
        sketch.set(bucket, (sketch.get(bucket) ?? 0) + 1);
      }
      const exact = all.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * all.length)) - 1] as number;
      const found = latencyQuantile(sketch, q) as number;
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.02 * exact);
    }),
  );
});

it("tells a microsecond from nothing", () => {
  expect(latencyQuantile(new Map([[latencyBucket(0.001), 1]]), 0.5)).toBeCloseTo(0.001, 4);
  expect(latencyQuantile(new Map([[latencyBucket(0.0009), 1]]), 0.5)).toBe(0);
});

it("knows nothing of no durations", () => {
  expect(latencyQuantile(new Map(), 0.5)).toBeNull();
  expect(latencyQuantile(new Map([[latencyBucket(0), 3]]), 0.5)).toBe(0);
});
