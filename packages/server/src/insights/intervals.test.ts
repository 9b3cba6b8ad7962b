import { describe, expect, it } from "vitest";
import type { Moments } from "../storage/storage.ts";
import {
  meanDifference,
  meanEstimate,
  rateDifference,
  rateEstimate,
  ratioDifference,
  ratioEstimate,
} from "./intervals.ts";

function momentsOf(values: number[]): Moments {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  return { count, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

describe("a rate", () => {
  it.each([
    // R. G. Newcombe, Statistics in Medicine 17 (1998), 857: table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    // Everything, which mirrors nothing.
    [20, 20, 0.8389, 1],
  ])("of %i in %i", (hits, count, low, high) => {
    const estimate = rateEstimate(hits, count)!;
    expect(estimate.value).toBe(hits / count);
    expect(estimate.low).toBeCloseTo(low, 4);
    expect(estimate.high).toBeCloseTo(high, 4);
  });

  it("of nothing is not known", () => {
    expect(rateEstimate(0, 0)).toBeNull();
    expect(rateDifference({ hits: 0, count: 0 }, { hits: 1, count: 1 })).toBeNull();
  });
});

describe("a difference of rates", () => {
  it.each([
    // R. G. Newcombe, Statistics in Medicine 17 (1998), 873: table II, method 10.
    [56, 70, 48, 80, 0.2, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.6, 0.1705, 0.809],
    [6, 7, 2, 7, 0.5714, 0.0582, 0.8062],
    [5, 56, 0, 29, 0.0893, -0.0381, 0.1926],
    [0, 10, 0, 20, 0, -0.1611, 0.2775],
    [10, 10, 0, 10, 1, 0.6075, 1],
  ])("of %i in %i against %i in %i", (more, moreCount, less, lessCount, value, low, high) => {
    const estimate = rateDifference({ hits: less, count: lessCount }, { hits: more, count: moreCount })!;
    expect(estimate.value).toBeCloseTo(value, 4);
    expect(estimate.low).toBeCloseTo(low, 4);
    expect(estimate.high).toBeCloseTo(high, 4);
  });
});

// Student's own data, as R has them in `sleep`: hours of sleep that two drugs added.
const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

describe("a mean", () => {
  it("has Student's interval: R's t.test(extra[group == 1])", () => {
    const { value, low, high } = meanEstimate(momentsOf(first))!;
    expect([value, low, high].map((bound) => bound!.toFixed(5))).toEqual(["0.75000", "-0.52978", "2.02978"]);
  });

  it.each([
    // Tables of Student's t, two-sided 5 %.
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
    [120, 1.98],
    [1_000_000_000, 1.96],
  ])("with %i degrees of freedom", (freedom, quantile) => {
    // A standard error of 1 shows the quantile itself.
    const count = freedom + 1;
    const { high } = meanEstimate({ count, mean: 0, squares: count * freedom })!;
    expect(high).toBeCloseTo(quantile, 3);
  });

  it("of one or none has no bounds", () => {
    expect(meanEstimate(momentsOf([]))).toBeNull();
    expect(meanEstimate(momentsOf([7]))).toEqual({ value: 7, low: null, high: null });
    expect(meanDifference(momentsOf([7]), momentsOf([1, 2]))).toEqual({ value: -5.5, low: null, high: null });
    expect(meanDifference(momentsOf([]), momentsOf([1, 2]))).toBeNull();
  });
});

describe("a difference of means", () => {
  it("is Welch's: R's t.test(extra ~ group)", () => {
    const { value, low, high } = meanDifference(momentsOf(second), momentsOf(first))!;
    expect([value, low, high].map((bound) => bound!.toFixed(5))).toEqual(["-1.58000", "-3.36548", "0.20548"]);
  });

  it("is certain where nothing scatters", () => {
    expect(meanDifference(momentsOf([2, 2]), momentsOf([5, 5, 5]))).toEqual({ value: 3, low: 3, high: 3 });
  });
});

function group(calls: [cost: number, success: boolean][]) {
  return {
    cost: momentsOf(calls.map(([cost]) => cost)),
    costOfSuccesses: momentsOf(calls.flatMap(([cost, success]) => (success ? [cost] : []))),
  };
}

describe("a cost for each success", () => {
  it("is the cost of all over those that succeeded, computed by hand", () => {
    // Costs 2 4 6 8, of which 2 6 8 succeed: 20 / 3. With r = 20/3, d = cost − r × success:
    // −14/3, 4, −2/3, 4/3 add up to 0; their squares are (196 + 144 + 4 + 16) / 9 = 40, over 3: the variance of d is 40/3.
    // Of the ratio it is 40/3 / (4 × 0.75²) = 160/27.
    const estimate = ratioEstimate(
      group([
        [2, true],
        [4, false],
        [6, true],
        [8, true],
      ]),
    )!;
    expect(estimate.value).toBeCloseTo(20 / 3, 12);
    expect(estimate.high! - estimate.value).toBeCloseTo(1.959964 * Math.sqrt(160 / 27), 5);
    expect(estimate.value - estimate.low!).toBeCloseTo(1.959964 * Math.sqrt(160 / 27), 5);
  });

  it("is the mean cost where all succeed", () => {
    const calls = [3, 5, 10].map((cost): [number, boolean] => [cost, true]);
    const estimate = ratioEstimate(group(calls))!;
    expect(estimate.value).toBe(6);
    // The variance of 3, 5, 10 is 13.
    expect(estimate.high! - 6).toBeCloseTo(1.959964 * Math.sqrt(13 / 3), 5);
  });

  it("differs by the variances of both together", () => {
    const calls: [number, boolean][] = [
      [2, true],
      [4, false],
      [6, true],
      [8, true],
    ];
    const estimate = ratioDifference(group(calls), group(calls.map(([cost, success]) => [cost * 2, success])))!;
    expect(estimate.value).toBeCloseTo(20 / 3, 12);
    expect(estimate.high! - estimate.value).toBeCloseTo(1.959964 * Math.sqrt((160 / 27) * 5), 5);
  });

  it("is not known without a success", () => {
    expect(
      ratioEstimate(
        group([
          [2, false],
          [3, false],
        ]),
      ),
    ).toBeNull();
    expect(ratioEstimate(group([[2, true]]))).toEqual({ value: 2, low: null, high: null });
  });
});
