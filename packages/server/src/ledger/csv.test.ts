import { expect, test } from "vitest";
import { csvLine, plainNumber } from "./csv.ts";

test.each<[string | number | boolean | null, string]>([
  ["plain", "plain"],
  ["a,b", '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ["two\nlines", '"two\nlines"'],
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", '"\'\r=1"'],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  [-1.5, "-1.5"],
  [0.000000001, "0.000000001"],
  [true, "true"],
  [null, ""],
])("%j is written as %s", (cell, expected) => {
  expect(csvLine([cell])).toBe(`${expected}\r\n`);
});

test.each([
  [1e-9, "0.000000001"],
  [1.23e-7, "0.000000123"],
  [-2.5e-8, "-0.000000025"],
  [1e21, "1000000000000000000000"],
  [12.5, "12.5"],
])("%s without exponent is %s", (value, expected) => {
  expect(plainNumber(value)).toBe(expected);
});
