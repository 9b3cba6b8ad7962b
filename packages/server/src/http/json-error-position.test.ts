import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonErrorPosition } from "./json-error-position.ts";

test.each([
  ["", 0],
  ["{", 1],
  ['{"a":}', 5],
  ['{"a":1,}', 7],
  ["[1,2", 4],
  ["[1 2]", 3],
  ['{"a" 1}', 5],
  ["{a:1}", 1],
  ['"abc', 4],
  ['"a\nb"', 2],
  ["01", 1],
  ["nul", 0],
  ['{"a":1} x', 8],
  ["[}", 1],
])("%j stops being JSON at %i", (text, position) => {
  expect(jsonErrorPosition(text)).toBe(position);
});

test("what the engine accepts is accepted whole", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(jsonErrorPosition(text)).toBe(text.length);
    }),
  );
});

test("cut anywhere, a document that no longer parses ends at its end or before", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (text, at) => {
      const cut = text.slice(0, at % (text.length + 1));
      expect(jsonErrorPosition(cut)).toBeLessThanOrEqual(cut.length);
    }),
  );
});

test("a million open brackets need no stack", () => {
  expect(jsonErrorPosition("[".repeat(1_000_000))).toBe(1_000_000);
});
