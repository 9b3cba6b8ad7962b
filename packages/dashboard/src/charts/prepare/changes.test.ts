import { describe, expect, test } from "vitest";
import { UNEXPLAINED, prepareChanges } from "./changes.ts";

const causes = [
  { key: "calls", label: "More calls" },
  { key: "price", label: "Prices" },
];
const row = (name: string, before: number | null, now: number | null, calls = 0, price = 0) => ({
  name,
  before,
  now,
  parts: { calls, price },
});
const whole = row("all", 100, 150, 60, -10);

describe("what changed", () => {
  test("begins with the whole and goes on by size, rises and falls alike", () => {
    const { rows } = prepareChanges({ whole, rows: [row("a", 1, 6, 5), row("b", 40, 10, -30)], causes });
    expect(rows.map(({ name, isWhole, difference }) => [name, isWhole, difference])).toEqual([
      ["all", true, 50],
      ["b", false, -30],
      ["a", false, 5],
    ]);
  });

  test("stacks what raises to the right of zero and what lowers to the left", () => {
    const { rows, lowest, highest } = prepareChanges({ whole, rows: [], causes });
    expect(rows[0]?.segments.map(({ cause, from, to }) => [cause.key, from, to])).toEqual([
      ["calls", 0, 60],
      ["price", 0, -10],
    ]);
    expect([lowest, highest]).toEqual([-10, 60]);
  });

  test("shows what the causes do not explain, but not the dust of decimals", () => {
    const { rows } = prepareChanges({
      whole: row("all", 0, 0.3, 0.1, 0.2),
      rows: [row("a", 100, 140, 10)],
      causes,
    });
    expect(rows[0]?.segments).toHaveLength(2);
    expect(rows[1]?.segments.map(({ cause, value }) => [cause.key, value])).toEqual([
      ["calls", 10],
      [UNEXPLAINED.key, 30],
    ]);
  });

  test("claims no difference from what is not known, also behind other", () => {
    const { rows } = prepareChanges({
      whole,
      rows: [row("a", 1, 9, 8), row("b", null, 500), row("c", 3, 5, 2)],
      causes,
      maxRows: 1,
    });
    expect(rows.map(({ kind, difference }) => [kind, difference])).toEqual([
      ["named", 50],
      ["named", 8],
      ["other", 2],
    ]);
  });
});
