import fc from "fast-check";
import { expect, it } from "vitest";

import { JsonCursor, NotFollowed } from "./json-cursor.ts";

/** Whether the cursor passes a text as one value. */
function passes(text: string): boolean {
  const cursor = new JsonCursor(Buffer.from(text));
  try {
    cursor.skip();
    cursor.finish();
    return true;
  } catch (error) {
    if (error instanceof NotFollowed) return false;
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const CASES = [
  ["", " ", "{}", "[]", "[ ]", "{ }", "[1,]", "[,1]", '{"a":1,}', '{"a"}', "{a:1}", "[1 2]", "[}", "{]", "]", "1 1"],
  ["0", "-0", "-", "01", "-01", "1.", ".5", "1.5", "1e", "1e+", "1e5", "1E-05", "1.e1", "+1", "0x1", "NaN", "1_0"],
  ["true", "tru", "truex", "True", "false", "null", "nul", "undefined", "'a'", "/**/1", '{"a":1,"a":2}', '["é😀"]'],
  ['"', '"a', '"\\"', '"\\q"', '"\\u12"', '"\\u12g4"', '"\\uD83D"', '"\\/"', '"a\nb"', '"\t"', '"\u007f"', '"\u2028"'],
  ['"\u0000"', "\f1", "\u00a01", "1\v", "\ufeff1"],
].flat();

it("passes what JSON.parse reads, and nothing else", () => {
  // the mark of UTF-8 is no part of the text
  for (const text of CASES) expect([text, passes(text)]).toEqual([text, parses(text.replace(/^\ufeff/, ""))]);
});

it("passes any JSON, and no text that is broken at one place", () => {
  const character = fc.constantFrom(...'{}[]",:\\/0123456789.eE+-truefalsn \n\tux\u0001\u00e9');
  const broken = fc
    .tuple(fc.json({ maxDepth: 5 }), fc.nat(), fc.nat({ max: 2 }), character)
    .map(([text, at, cut, put]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + put + text.slice(from + cut);
    });
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), (text) => passes(text)));
  fc.assert(
    fc.property(broken, (text) => passes(text) === parses(text)),
    { numRuns: 2_000 },
  );
});

it("gives texts and values as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat({ max: 3 }), (value, spaces) => {
      const text = ` ${JSON.stringify(value, null, spaces)} `;
      expect(new JsonCursor(Buffer.from(text)).value()).toEqual(JSON.parse(text));
    }),
  );
  for (const text of ['"a\\nb"', '"\\u00e9\\ud83d\\ude00\\ud83d"', '"plain é"', '""']) {
    const cursor = new JsonCursor(Buffer.from(text));
    cursor.expect(0x22);
    cursor.restOfString();
    expect(cursor.text()).toBe(JSON.parse(text));
  }
});

it("does not follow brackets without end", () => {
  expect(passes("[".repeat(60) + "]".repeat(60))).toBe(true);
  for (const depth of [100, 1_000_000]) {
    expect(passes("[".repeat(depth) + "]".repeat(depth))).toBe(false);
    expect(passes('{"a":'.repeat(depth))).toBe(false);
  }
});
