import { expect, test } from "vitest";
import type { Change } from "../../api/explore.ts";
import { changeInWords } from "./changes-in-words.ts";

const change = (given: Partial<Change>): Change => ({
  before: 100,
  now: 181,
  difference: 81,
  callsBefore: 10,
  callsNow: 16,
  unpricedBefore: 0,
  unpricedNow: 0,
  parts: { calls: 60, length: 25, model: -4, price: 0 },
  ...given,
});

test.each([
  [
    change({}),
    "You spent $81.00 more: $60.00 from more calls, $25.00 from longer calls, $4.00 less from cheaper models.",
  ],
  [
    change({ difference: -30, parts: { calls: -50, length: 0.01, model: 12, price: 8 } }),
    "You spent $30.00 less: $50.00 from fewer calls, $12.00 more from dearer models, $8.00 more from higher prices.",
  ],
  [
    change({ difference: 0, parts: { calls: 5, length: -5, model: 0, price: 0 } }),
    "You spent the same as before: $5.00 more from more calls, $5.00 less from shorter calls.",
  ],
  [change({ difference: 0, parts: { calls: 0, length: 0, model: 0, price: 0 } }), "You spent the same as before."],
  [change({ callsBefore: 0, before: 0 }), "You spent $181.00; before there were no calls."],
  [change({ before: null }), "You spent $181.00. None of the calls before has a price to compare it with."],
  [change({ now: null }), "None of these calls has a price, so their cost cannot be compared."],
])("%#", (given, words) => {
  expect(changeInWords(given)).toBe(words);
});
