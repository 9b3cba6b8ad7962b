import { expect, test } from "vitest";
import { duration } from "./duration.ts";

test.each([
  [null, "—"],
  [0, "0ms"],
  [3.26, "3.3ms"],
  [850, "850ms"],
  [999.6, "1.0s"],
  [1_234, "1.2s"],
  [125_000, "2m 05s"],
])("%s ms reads %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});
