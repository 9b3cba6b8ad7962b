import { expect, test } from "vitest";
import { change, changeText } from "./change.ts";

test.each([
  [112, 100, "+12%"],
  [96.6, 100, "−3.4%"],
  [5, 0, "new"],
  [0, 0, "no change"],
  [0, 5, "−100%"],
  [1_400, 100, "×14"],
  [100.01, 100, "+<0.1%"],
  [null, 5, "—"],
  [5, undefined, "—"],
])("%s after %s reads %s", (now, before, text) => {
  expect(changeText(change(now, before))).toBe(text);
});

test("carries the difference for small amounts", () => {
  expect(change(12, 10)).toEqual({ kind: "up", ratio: 0.2, difference: 2 });
});
