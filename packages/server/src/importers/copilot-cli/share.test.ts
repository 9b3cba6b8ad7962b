import * as fc from "fast-check";
import { expect, test } from "vitest";
import { shareOf } from "./share.ts";

test("shares are the total, and as equal as can be", () => {
  fc.assert(
    fc.property(fc.nat(1_000_000_000_000), fc.integer({ min: 1, max: 50 }), (total, parts) => {
      const shares = Array.from({ length: parts }, (_, index) => shareOf(total, index, parts));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});
