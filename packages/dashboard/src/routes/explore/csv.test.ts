import { expect, test } from "vitest";
import { csvText } from "./csv.ts";

test("numbers are exact, not known is empty, text is no formula", () => {
  const rows = [
    ["model", "cost"],
    ["gpt, large", 0.000_000_001],
    ["=1+1", null],
    ['a "b"', 1_234_567.123_456_789],
  ];
  expect(csvText(rows)).toBe('model,cost\r\n"gpt, large",0.000000001\r\n\'=1+1,\r\n"a ""b""",1234567.123456789\r\n');
});
