import fc from "fast-check";
import { expect, test } from "vitest";
import { splitDifference, type ModelChange } from "./changes-parts.ts";

const USD = 1_000_000_000n;
const calls = (count: number, usd: number) => ({ calls: BigInt(count), costNanoUsd: BigInt(Math.round(usd * 1e9)) });

test("more calls, dearer models, another price and longer calls, as in the doc comment", () => {
  expect(
    splitDifference([
      { before: calls(10, 10), now: calls(10, 15), priceNanoUsd: 0n },
      { before: calls(10, 30), now: calls(20, 66), priceNanoUsd: 6n * USD },
    ]),
  ).toEqual({ calls: 20n * USD, model: 10n * USD, price: 6n * USD, length: 5n * USD });
});

test("a group that is new or gone is all calls", () => {
  const nothing = calls(0, 0);
  expect(splitDifference([{ before: nothing, now: calls(3, 7), priceNanoUsd: USD }])).toEqual({
    calls: 7n * USD,
    length: 0n,
    model: 0n,
    price: 0n,
  });
  expect(splitDifference([{ before: calls(3, 7), now: nothing, priceNanoUsd: USD }]).calls).toBe(-7n * USD);
  expect(splitDifference([])).toEqual({ calls: 0n, length: 0n, model: 0n, price: 0n });
});

test("calls that move from one model to another, dearer one", () => {
  expect(
    splitDifference([
      { before: calls(10, 10), now: calls(0, 0), priceNanoUsd: 0n },
      { before: calls(0, 0), now: calls(10, 40), priceNanoUsd: 5n * USD },
    ]),
  ).toEqual({ calls: 0n, length: 0n, model: 30n * USD, price: 0n });
});

const side = fc
  .record({ calls: fc.nat(1_000), costNanoUsd: fc.nat(2_000_000_000) })
  .map((it) => ({ calls: BigInt(it.calls), costNanoUsd: it.calls === 0 ? 0n : BigInt(it.costNanoUsd) }));
const model: fc.Arbitrary<ModelChange> = fc.record({
  before: side,
  now: side,
  priceNanoUsd: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map(BigInt),
});

test("the parts always add up to the difference", () => {
  fc.assert(
    fc.property(fc.array(model, { maxLength: 6 }), (models) => {
      const parts = splitDifference(models);
      const difference = models.reduce((sum, { before, now }) => sum + now.costNanoUsd - before.costNanoUsd, 0n);
      expect(parts.calls + parts.length + parts.model + parts.price).toBe(difference);
    }),
  );
});

test("only the number of calls changed: only calls explain it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ calls: fc.integer({ min: 1, max: 99 }), each: fc.nat(1e9) }), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.integer({ min: 1, max: 9 }),
      (models, times) => {
        const parts = splitDifference(
          models.map((it) => ({
            before: { calls: BigInt(it.calls), costNanoUsd: BigInt(it.calls) * BigInt(it.each) },
            now: { calls: BigInt(it.calls * times), costNanoUsd: BigInt(it.calls * times) * BigInt(it.each) },
            priceNanoUsd: 0n,
          })),
        );
        expect([parts.length, parts.model, parts.price]).toEqual([0n, 0n, 0n]);
      },
    ),
  );
});
