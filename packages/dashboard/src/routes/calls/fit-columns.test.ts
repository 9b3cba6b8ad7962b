import { expect, test } from "vitest";
import { DEFAULT_COLUMNS } from "./columns.tsx";
import { fitColumns } from "./fit-columns.ts";

const keys = (chosen: readonly string[], width: number) =>
  fitColumns(chosen, width).columns.map(({ column }) => column.key);

test("columns fill the width, in their order", () => {
  const { columns, left } = fitColumns(DEFAULT_COLUMNS, 1_200);
  expect(columns.map(({ column }) => column.key)).toEqual(DEFAULT_COLUMNS);
  expect(columns.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(1_200);
  expect(left).toEqual([]);
});

test("what has no room goes, and is named; cost stays", () => {
  expect(keys(DEFAULT_COLUMNS, 760)).toEqual(["time", "model", "agent", "tokens", "cost"]);
  expect(fitColumns(DEFAULT_COLUMNS, 760).left).toEqual(["User", "Activity", "Took"]);
});

test("the column that opens a call is always there", () => {
  expect(keys(["cost"], 1_000)).toEqual(["model", "cost"]);
});

test("on a phone a call takes two lines, whatever was chosen", () => {
  expect(fitColumns(["score"], 340)).toMatchObject({ isNarrow: true, left: [] });
});
