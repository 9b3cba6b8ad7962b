import { expect, test } from "vitest";
import { logScale, niceScale } from "./ticks.ts";

test.each([
  [9.3, { min: 0, max: 10, marks: [0, 2, 4, 6, 8, 10] }],
  [181, { min: 0, max: 200, marks: [0, 50, 100, 150, 200] }],
  [0.0007, { min: 0, max: 0.0008, marks: [0, 0.0002, 0.0004, 0.0006, 0.0008] }],
  [0, { min: 0, max: 1, marks: [0] }],
])("up to %s", (highest, scale) => {
  expect(niceScale(highest)).toEqual(scale);
});

test("half a call is no mark", () => {
  expect(niceScale(2, { wholeNumbers: true }).marks).toEqual([0, 1, 2]);
  expect(niceScale(0.4, { wholeNumbers: true })).toEqual({ min: 0, max: 1, marks: [0, 1] });
});

test("goes below zero where a credit does, and keeps zero", () => {
  expect(niceScale(7, { lowest: -3 })).toEqual({ min: -4, max: 8, marks: [-4, -2, 0, 2, 4, 6, 8] });
  expect(niceScale(0, { lowest: -3 })).toEqual({ min: -3, max: 0, marks: [-3, -2, -1, 0] });
});

test("equal ratios", () => {
  expect(logScale(0.3, 15)).toEqual({ min: 0.2, max: 20, marks: [0.2, 0.5, 1, 2, 5, 10, 20] });
  expect(logScale(0.004, 1_000).marks).toEqual([0.001, 0.01, 0.1, 1, 10, 100, 1_000]);
  expect(logScale(3, 3)).toEqual({ min: 2, max: 5, marks: [2, 5] });
  expect(logScale(1, 1)).toEqual({ min: 1, max: 2, marks: [1, 2] });
});
