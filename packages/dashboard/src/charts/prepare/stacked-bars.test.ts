import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prepareStackedBars } from "./stacked-bars.ts";
import type { SeriesInput } from "./stacked-bars.ts";

/** Past all bars. */
const nowMs = 1_000;

const buckets = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    label: `2026-11-0${index + 1}`,
    startMs: index * 10,
    endMs: index * 10 + 10,
  }));

describe("stacked bars", () => {
  test("put the largest group at the bottom and close with other", () => {
    const prepared = prepareStackedBars({
      buckets: buckets(2),
      series: [
        { name: "small", values: [1, 1] },
        { name: "large", values: [5, 6] },
        { name: null, values: [2, 2] },
        { name: "tiny", values: [0.5, 0] },
        { name: null, other: true, values: [9, 9] },
      ],
      maxSeries: 3,
      nowMs,
    });
    expect(prepared.series).toEqual([
      { kind: "named", name: "large", total: 11 },
      { kind: "unattributed", name: null, total: 4 },
      { kind: "named", name: "small", total: 2 },
      { kind: "other", name: null, total: 18.5 },
    ]);
    expect(prepared.bars[0]?.segments.map(({ from, to }) => [from, to])).toEqual([
      [0, 5],
      [5, 7],
      [7, 8],
      [8, 17.5],
    ]);
    expect(prepared.total).toBe(35.5);
    expect(prepared.highest).toBe(18);
  });

  test("tell nothing known from zero", () => {
    const { bars, series } = prepareStackedBars({
      buckets: buckets(3),
      series: [{ name: "a", values: [null, 0, 2] }],
      maxSeries: 7,
      nowMs,
    });
    expect(bars.map(({ total }) => total)).toEqual([null, 0, 2]);
    expect(series).toHaveLength(1);
  });

  test("hang credits below zero, also one that takes all off", () => {
    const prepared = prepareStackedBars({
      buckets: buckets(2),
      series: [
        { name: "a", values: [5, 2] },
        { name: "credit", values: [-7, 7] },
      ],
      maxSeries: 7,
      nowMs,
    });
    expect(prepared.bars.map(({ total, segments }) => [total, segments.map(({ from, to }) => [from, to])])).toEqual([
      [
        -2,
        [
          [0, 5],
          [0, -7],
        ],
      ],
      [
        9,
        [
          [0, 2],
          [2, 9],
        ],
      ],
    ]);
    expect([prepared.lowest, prepared.highest]).toEqual([-7, 9]);
  });

  test("of nothing but zeros stay zeros", () => {
    const { bars, highest } = prepareStackedBars({
      buckets: buckets(2),
      series: [{ name: "a", values: [0, 0] }],
      maxSeries: 7,
      nowMs,
    });
    expect(bars.map(({ total }) => total)).toEqual([0, 0]);
    expect(highest).toBe(0);
  });

  test("without any series are gaps", () => {
    const { bars } = prepareStackedBars({ buckets: buckets(2), series: [], maxSeries: 7, nowMs });
    expect(bars.map(({ total }) => total)).toEqual([null, null]);
  });

  test("tell what runs, and what has not begun, from what is over", () => {
    const { bars, highest } = prepareStackedBars({
      buckets: buckets(3),
      series: [{ name: "a", values: [1, 2, 0] }],
      before: [7, 3],
      maxSeries: 7,
      nowMs: 15,
    });
    expect(bars.map(({ unfinished, future, total, before }) => ({ unfinished, future, total, before }))).toEqual([
      { unfinished: false, future: false, total: 1, before: 7 },
      { unfinished: true, future: false, total: 2, before: 3 },
      { unfinished: false, future: true, total: null, before: null },
    ]);
    expect(highest).toBe(7);
  });

  test("lose nothing, however few groups are drawn", () => {
    const value = fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null });
    const series = fc.array(fc.array(value, { minLength: 4, maxLength: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 8 }), (lists, maxSeries) => {
        const input = lists.map((values, index): SeriesInput => ({ name: `m${index}`, values }));
        const { bars, series: shown } = prepareStackedBars({ buckets: buckets(4), series: input, maxSeries, nowMs });
        expect(shown.length).toBeLessThanOrEqual(maxSeries + 1);
        for (const [index, bar] of bars.entries()) {
          const sum = lists.reduce((all, list) => all + (list[index] ?? 0), 0);
          expect(bar.total ?? 0).toBe(sum);
          expect(bar.segments.reduce((all, segment) => all + segment.value, 0)).toBe(sum);
        }
      }),
    );
  });
});
