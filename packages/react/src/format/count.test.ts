import { expect, test } from "vitest";
import { count, counted, exactCount, percent } from "./count.ts";

test.each([
  [null, "—"],
  [0, "0"],
  [950, "950"],
  [7_171, "7,171"],
  [12_345, "12.3k"],
  [999_499, "999k"],
  [999_500, "1.0M"],
  [2_104_331, "2.1M"],
  [447_000_000, "447M"],
  [1_400_000_000, "1.4B"],
  [-12_345, "−12.3k"],
])("a count of %s reads %s", (value, text) => {
  expect(count(value)).toBe(text);
});

test.each([
  [null, "—"],
  [0, "0%"],
  [0.0002, "<0.1%"],
  [0.052, "5.2%"],
  [0.31, "31%"],
  [0.995, "99.5%"],
  [0.9999, "99.9%"],
  [1, "100%"],
])("a share of %s reads %s", (ratio, text) => {
  expect(percent(ratio)).toBe(text);
});

test("words follow the number", () => {
  expect(counted(1, "call")).toBe("1 call");
  expect(counted(0, "call")).toBe("0 calls");
  expect(counted(2, "search", "searches")).toBe("2 searches");
  expect(exactCount(2_104_331)).toBe("2,104,331");
  expect(exactCount(null)).toBe("not known");
});
