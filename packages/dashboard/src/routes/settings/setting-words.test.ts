import { expect, test } from "vitest";
import { bytesInWords, originInWords, valueInWords } from "./setting-words.ts";

test.each([
  ["days", 90, "90 days"],
  ["days", 1, "1 day"],
  ["days", null, "off"],
  ["on-off", false, "off"],
  ["time-zone", "Europe/Berlin", "Europe/Berlin"],
  ["address", null, "none"],
  ["list", ["https://a.example", "https://b.example"], "https://a.example, https://b.example"],
  ["list", [], "none"],
  ["table", [{ name: "x" }], "1 entry"],
  ["table", {}, "none"],
] as const)("a %s of %j reads %s", (kind, value, words) => {
  expect(valueInWords({ kind, value })).toBe(words);
});

test("says which place said it", () => {
  expect(originInWords("environment OUTLAY_TIMEZONE")).toBe("from the environment OUTLAY_TIMEZONE");
  expect(originInWords("settings")).toBe("set here");
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [4_120, "4.1 kB"],
  [120_000, "120 kB"],
  [1_900_000_000, "1.9 GB"],
])("%i bytes read %s", (bytes, words) => {
  expect(bytesInWords(bytes)).toBe(words);
});
