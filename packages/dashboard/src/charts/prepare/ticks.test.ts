import { expect, test } from "vitest";
import { niceScale } from "./ticks.ts";

test.each([
  [9.3, { max: 10, marks: [0, 2, 4, 6, 8, 10] }],
  [181, { max: 200, marks: [0, 50, 100, 150, 200] }],
  [0.0007, { max: 0.0008, marks: [0, 0.0002, 0.0004, 0.0006, 0.0008] }],
  [0, { max: 1, marks: [0] }],
])("up to %s", (highest, scale) => {
  expect(niceScale(highest)).toEqual(scale);
});

test("half a call is no mark", () => {
  expect(niceScale(2, { wholeNumbers: true }).marks).toEqual([0, 1, 2]);
  expect(niceScale(0.4, { wholeNumbers: true })).toEqual({ max: 1, marks: [0, 1] });
});
