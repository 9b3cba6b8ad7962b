import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prepareRankedBars } from "./ranked-bars.ts";

describe("ranked bars", () => {
  test("stand in order of size, what is not known after zero, other last", () => {
    const { rows, total } = prepareRankedBars({
      rows: [
        { name: "unknown", value: null },
        { name: null, value: 2 },
        { name: "zero", value: 0 },
        { name: "large", value: 6 },
        { name: null, other: true, value: 8 },
      ],
      additive: true,
    });
    expect(rows.map(({ kind, name, value, share }) => [kind, name, value, share])).toEqual([
      ["named", "large", 6, 6 / 16],
      ["unattributed", null, 2, 2 / 16],
      ["named", "zero", 0, 0],
      ["named", "unknown", null, null],
      ["other", null, 8, 8 / 16],
    ]);
    expect(total).toBe(16);
  });

  test("keep an order that was asked for; other stays last", () => {
    const rows = [
      { name: null, other: true, value: 8 },
      { name: "small", value: 1 },
      { name: "large", value: 6 },
    ];
    const prepared = prepareRankedBars({ rows, additive: true, isSorted: true });
    expect(prepared.rows.map(({ kind, name }) => name ?? kind)).toEqual(["small", "large", "other"]);
  });

  test("are split by the second dimension in one order for all rows", () => {
    const { rows, parts } = prepareRankedBars({
      rows: [
        {
          name: "a",
          value: 5,
          parts: [
            { name: "x", value: 1 },
            { name: "y", value: 4 },
          ],
        },
        {
          name: "b",
          value: 3,
          parts: [
            { name: "x", value: 2 },
            { name: "z", value: 1 },
          ],
        },
      ],
      additive: true,
      maxParts: 2,
    });
    expect(parts.map(({ kind, name, total }) => [kind, name, total])).toEqual([
      ["named", "y", 4],
      ["named", "x", 3],
      ["other", null, 1],
    ]);
    expect(rows.map(({ segments }) => segments.map(({ from, to }) => [from, to]))).toEqual([
      [
        [0, 4],
        [4, 5],
      ],
      [
        [0, 2],
        [2, 3],
      ],
    ]);
  });

  test("say no share beside a credit, and leave out what cannot be added up", () => {
    const rows = [
      { name: "a", value: 5 },
      { name: "credit", value: -2 },
    ];
    const credited = prepareRankedBars({ rows, additive: true });
    expect(credited.rows.map(({ share }) => share)).toEqual([null, null]);
    expect([credited.total, credited.lowest]).toEqual([3, -2]);
    expect(prepareRankedBars({ rows, additive: false, maxRows: 1 }).rows.map(({ name }) => name)).toEqual(["a"]);
  });

  test("lose nothing, however few are drawn", () => {
    const values = fc.array(fc.option(fc.integer({ min: -9_000, max: 9_000 }), { nil: null }), { maxLength: 12 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 6 }), (list, maxRows) => {
        const { rows, total } = prepareRankedBars({
          rows: list.map((value, index) => ({ name: `m${index}`, value })),
          additive: true,
          maxRows,
        });
        const sum = list.reduce<number>((all, value) => all + (value ?? 0), 0);
        expect(total).toBe(sum);
        expect(rows.reduce((all, { value }) => all + (value ?? 0), 0)).toBe(sum);
        expect(rows.length).toBeLessThanOrEqual(maxRows + 1);
      }),
    );
  });
});
