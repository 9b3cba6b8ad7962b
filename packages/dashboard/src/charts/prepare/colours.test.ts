import fc from "fast-check";
import { expect, test } from "vitest";
import { SERIES_COLOURS, bindColours } from "./colours.ts";

test("a name keeps its colour when others come and go", () => {
  const first = bindColours({}, ["a", "b", "c"]);
  const second = bindColours(first, ["d", "c"]);
  expect(second["c"]).toBe(first["c"]);
  expect(second["a"]).toBe(first["a"]);
  expect(second["d"]).not.toBe(first["c"]);
});

test("of two that clash, the more important one keeps its colour", () => {
  const bound = bindColours({ a: 2, b: 2 }, ["a", "b"]);
  expect(bound["a"]).toBe(2);
  expect(bound["b"]).not.toBe(2);
});

test("as many names as colours never share one, whatever was bound before", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-p]$/), { maxLength: SERIES_COLOURS });
  const slots = fc.dictionary(fc.stringMatching(/^[a-p]$/), fc.integer({ min: 0, max: SERIES_COLOURS - 1 }));
  fc.assert(
    fc.property(slots, names, (before, shown) => {
      const bound = bindColours(before, shown);
      expect(new Set(shown.map((name) => bound[name])).size).toBe(shown.length);
      expect(bindColours(bound, shown)).toEqual(bound);
    }),
  );
});
