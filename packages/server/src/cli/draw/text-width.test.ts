import fc from "fast-check";
import { expect, it } from "vitest";
import { padLeft, padRight, printable, textWidth, truncateText } from "./text-width.ts";

it.each([
  ["abc", 3],
  ["", 0],
  ["naïve", 5],
  ["e\u0301", 1],
  ["日本語", 6],
  ["한국", 4],
  ["ｆｕｌｌ", 8],
  ["🚀", 2],
  ["👩‍👩‍👧", 2],
  ["\u001b[31mred\u001b[39m", 3],
])("%s is %i columns wide", (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});

it("pads and shortens to columns, not to characters", () => {
  expect(padRight("日本", 6)).toBe("日本  ");
  expect(padLeft("日本", 6)).toBe("  日本");
  expect(truncateText("日本語", 5)).toBe("日本…");
  expect(truncateText("日本語", 4)).toBe("日…");
  expect(truncateText("abcdef", 6)).toBe("abcdef");
});

it("never makes text wider than asked", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 }).map(printable);
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (any, columns) => {
      expect(textWidth(truncateText(any, columns))).toBeLessThanOrEqual(columns);
      expect(textWidth(padRight(any, columns))).toBe(Math.max(columns, textWidth(any)));
    }),
  );
});

it("takes the power over the terminal from recorded text", () => {
  expect(printable("gpt\u001b[2J\r\n\u0007\u202Ex")).toBe("gpt\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}x");
});
