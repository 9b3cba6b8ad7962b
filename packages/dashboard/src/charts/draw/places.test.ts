import { expect, test } from "vitest";
import { bandsOf, linear, logarithmic } from "./places.ts";

test("a line leads from one stretch to another, in either direction", () => {
  expect(linear([0, 10], [0, 100])(3)).toBe(30);
  expect(linear([-5, 5], [200, 100])(0)).toBe(150);
  expect(linear([7, 7], [0, 100])(7)).toBe(0);
});

test("equal ratios have equal distances", () => {
  const place = logarithmic([0.1, 1_000], [400, 0]);
  expect([0.1, 1, 10, 100, 1_000].map((value) => Math.round(place(value)))).toEqual([400, 300, 200, 100, 0]);
});

test("bands fill the room between both ends, with equal margins", () => {
  const bands = bandsOf(4, [10, 110], 0.25, 0.125);
  expect(bands.step).toBe(25);
  expect(bands.width).toBe(18.75);
  expect([0, 1, 2, 3].map(bands.startOf)).toEqual([13.125, 38.125, 63.125, 88.125]);
  expect(bands.startOf(3) + bands.width).toBe(110 - 3.125);
  expect(bandsOf(0, [0, 100], 0.25, 0.1).width).toBeGreaterThan(0);
});
