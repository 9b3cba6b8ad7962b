import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prepareLines, strokesOf } from "./lines.ts";

/** The third bucket runs. */
const nowMs = 25;
const buckets = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ label: `b${index}`, startMs: index * 10, endMs: index * 10 + 10 }));

describe("lines", () => {
  test("keep gaps and zeros, and know nothing of the future", () => {
    const { lines, buckets: drawn } = prepareLines({
      buckets: buckets(4),
      series: [{ name: "a", values: [0, null, 2, 0] }],
      additive: true,
      nowMs,
    });
    expect(lines[0]?.values).toEqual([0, null, 2, null]);
    expect(drawn.map(({ unfinished, future }) => [unfinished, future])).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [false, true],
    ]);
  });

  test("add up what is behind the largest, but only what can be added", () => {
    const input = {
      buckets: buckets(2),
      series: [
        { name: "small", values: [1, 1] },
        { name: "large", values: [5, 5] },
        { name: "tiny", values: [0.5, null] },
      ],
      maxSeries: 1,
      nowMs,
    };
    const sums = prepareLines({ ...input, additive: true });
    expect(sums.lines.map(({ series, values }) => [series.kind, series.total, values])).toEqual([
      ["named", 10, [5, 5]],
      ["other", 2.5, [1.5, 1]],
    ]);
    expect(sums.total).toBe(12.5);
    const rates = prepareLines({ ...input, additive: false });
    expect(rates.lines.map(({ series }) => [series.name, series.total])).toEqual([["small", null]]);
    expect(rates.total).toBeNull();
  });

  test("sum up from bucket to bucket without hiding a gap", () => {
    const { lines, buckets: drawn } = prepareLines({
      buckets: buckets(3),
      series: [{ name: "a", values: [1, null, 2] }],
      before: [3, 4, 5],
      additive: true,
      cumulative: true,
      nowMs,
    });
    expect(lines[0]?.values).toEqual([1, null, 3]);
    expect(drawn.map(({ before }) => before)).toEqual([3, 7, 12]);
  });

  test("leave room for what they are held against, and below zero", () => {
    const { highest, lowest } = prepareLines({
      buckets: buckets(4),
      series: [{ name: "a", values: [1, -2, 3] }],
      additive: true,
      reference: { label: "Budget", value: 7 },
      projection: [null, null, null, { value: 5, low: 4, high: 9 }],
      nowMs,
    });
    expect([lowest, highest]).toEqual([-2, 9]);
  });
});

describe("a line's pieces", () => {
  test("end at gaps; lonely points are dots; what runs is open", () => {
    expect(strokesOf([1, 2, null, 3, null, 4, 5, 6], (index) => index === 7)).toEqual({
      solid: [
        [0, 1],
        [5, 6],
      ],
      open: [[6, 7]],
      dots: [3],
    });
  });

  test("cover every known point, and none that is not", () => {
    const values = fc.array(fc.option(fc.integer(), { nil: null }));
    fc.assert(
      fc.property(values, (list) => {
        const { solid, open, dots } = strokesOf(list, (index) => index === list.length - 1);
        const known = list.flatMap((value, index) => (value === null ? [] : [index]));
        expect([...new Set([...solid.flat(), ...open.flat(), ...dots])].toSorted((a, b) => a - b)).toEqual(known);
        for (const run of [...solid, ...open]) expect(run.at(-1)).toBe((run[0] ?? 0) + run.length - 1);
      }),
    );
  });
});
