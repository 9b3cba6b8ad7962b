import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percentsOf, prepareShares } from "./shares.ts";

describe("percentages", () => {
  test.each([
    [
      [1 / 3, 1 / 3, 1 / 3],
      ["34%", "33%", "33%"],
    ],
    [
      [0.29, 0.71],
      ["29%", "71%"],
    ],
    [
      [0.995, 0.005],
      ["99.5%", "0.5%"],
    ],
    [
      [0.99999, 0.00001],
      ["99.9%", "<0.1%"],
    ],
    [[1], ["100%"]],
    [
      [1, 0],
      ["100%", "0%"],
    ],
    [
      [0, 0],
      ["0%", "0%"],
    ],
  ])("of %j", (shares, percents) => {
    expect(percentsOf(shares)).toEqual(percents);
  });

  test("add up to 100 wherever none is too small to count", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }), (values) => {
        const percents = percentsOf(values.map((value) => value / values.reduce((sum, one) => sum + one, 0)));
        fc.pre(percents.every((percent) => percent !== "<0.1%"));
        expect(percents.reduce((sum, percent) => sum + Number.parseFloat(percent), 0)).toBeCloseTo(100, 9);
      }),
    );
  });
});

describe("shares", () => {
  test("put the rest in other, and credits and what is not known beside the bar", () => {
    const { parts, total } = prepareShares({
      parts: [
        { name: "small", value: 10 },
        { name: "credit", value: -5 },
        { name: "large", value: 60 },
        { name: "unknown", value: null },
        { name: null, value: 20 },
        { name: "tiny", value: 10 },
      ],
      maxParts: 2,
    });
    expect(parts.map(({ kind, name, value, percent }) => [kind, name, value, percent])).toEqual([
      ["named", "large", 60, "60%"],
      ["unattributed", null, 20, "20%"],
      ["other", null, 20, "20%"],
      ["named", "credit", -5, "—"],
      ["named", "unknown", null, "—"],
    ]);
    expect(total).toBe(95);
  });

  test("of nothing are nothing, and of what is not known not 0", () => {
    expect(prepareShares({ parts: [] })).toEqual({ parts: [], total: null });
    expect(prepareShares({ parts: [{ name: "a", value: null }] }).total).toBeNull();
  });
});
