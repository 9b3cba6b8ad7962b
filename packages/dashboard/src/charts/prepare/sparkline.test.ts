import { expect, test } from "vitest";
import { prepareSparkline } from "./sparkline.ts";

test.each([
  [[8, 10, null], { points: [0.8, 1, null], zero: 0 }],
  [[3, -1], { points: [1, 0], zero: 0.25 }],
  [[-2], { points: [0], zero: 1 }],
  [[0, 0], { points: [0, 0], zero: 0 }],
  [[], { points: [], zero: 0 }],
])("%j keeps zero on the picture", (values, prepared) => {
  expect(prepareSparkline(values)).toEqual(prepared);
});
