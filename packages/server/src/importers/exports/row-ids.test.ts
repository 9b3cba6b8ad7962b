import { expect, test } from "vitest";
import { RowIds } from "./row-ids.ts";

test("equal rows are numbered, others have names of their own, also when there are many", () => {
  const ids = new RowIds();
  const first = ids.next(["a", 1]);
  expect(ids.next(["a", 1])).toBe(`${first}.2`);
  expect(ids.next(["a", 2])).not.toBe(first);
  const names = new Set<string>();
  for (let row = 0; row < 20_000; row++) names.add(ids.next(row % 10_000));
  expect(names.size).toBe(20_000);
  expect([...names].filter((name) => name.endsWith(".2"))).toHaveLength(10_000);
  expect(ids.next(["a", 1])).toBe(`${first}.3`);
  expect(new RowIds().next(["a", 1])).toBe(first);
});
