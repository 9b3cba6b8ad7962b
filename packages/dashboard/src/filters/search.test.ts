import { describe, expect, test } from "vitest";
import {
  chartUnit,
  parseSearch,
  shiftDays,
  stringifySearch,
  validateSearch,
  viewOf,
  withCompare,
  withDays,
  withFilters,
  withPeriod,
} from "./search.ts";

describe("the address", () => {
  test("without anything means the defaults", () => {
    expect(viewOf(validateSearch(parseSearch("")))).toEqual({
      range: { name: "30d" },
      compare: true,
      group: "model",
      metric: "cost",
      filters: [],
    });
  });

  test("never holds a default", () => {
    const search = validateSearch({ period: "30d", group: "model", metric: "cost", compare: "previous", filter: [] });
    expect(stringifySearch({ ...search })).toBe("");
  });

  test("survives being written and read", () => {
    const text =
      "?period=7d&tz=Europe/Berlin&compare=off&group=agent&metric=tokens&filter=model:claude-*&filter=!user:";
    const search = validateSearch(parseSearch(text));
    expect(stringifySearch({ ...search })).toBe(text);
  });

  test("keeps awkward characters of a value", () => {
    const filter = ["model:a&b=c %:ü#+"];
    expect(validateSearch(parseSearch(stringifySearch({ filter })))).toEqual({ filter });
  });

  test("drops what makes no sense instead of failing", () => {
    const text = "?period=fortnight&from=2026-02-30&to=2026-03-01&tz=Mars/Olympus&group=mood&filter=colour:red&x=1";
    expect(validateSearch(parseSearch(text))).toEqual({});
    expect(validateSearch({ from: "2026-03-02", to: "2026-03-01" })).toEqual({});
    expect(validateSearch({ from: "2026-03-02" })).toEqual({});
  });

  test("days win over a named period", () => {
    expect(validateSearch({ period: "7d", from: "2026-03-01", to: "2026-03-08" })).toEqual({
      from: "2026-03-01",
      to: "2026-03-08",
    });
  });
});

describe("a change", () => {
  test("of the period leaves the rest", () => {
    const search = { from: "2026-03-01", to: "2026-03-08", group: "agent", filter: ["user:u-1"] } as const;
    expect(withPeriod({ ...search, filter: ["user:u-1"] }, "week")).toEqual({
      period: "week",
      group: "agent",
      filter: ["user:u-1"],
    });
    expect(withPeriod({ period: "7d" }, "30d")).toEqual({});
  });

  test("to days includes the last one", () => {
    expect(withDays({ period: "7d" }, "2026-03-01", "2026-03-31")).toEqual({ from: "2026-03-01", to: "2026-04-01" });
  });

  test("to no filters and to the default comparison leaves no trace", () => {
    expect(withFilters({ filter: ["user:u-1"] }, [])).toEqual({});
    expect(withCompare(withCompare({}, false), true)).toEqual({});
  });

  test.each([
    [{ period: "7d" }, "2026-11-16", "2026-11-23", -1, "2026-11-09", "2026-11-16"],
    [{ period: "month" }, "2026-11-01", "2026-11-23", -1, "2026-10-01", "2026-11-01"],
    [{ from: "2026-10-01", to: "2026-11-01" }, "2026-10-01", "2026-11-01", 1, "2026-11-01", "2026-12-01"],
    [{ period: "week" }, "2026-11-16", "2026-11-18", -1, "2026-11-09", "2026-11-16"],
    [{ period: "today" }, "2026-11-22", "2026-11-23", -1, "2026-11-21", "2026-11-22"],
  ] as const)("by a step: %j", (search, first, end, direction, from, to) => {
    expect(shiftDays(search, first, end, direction)).toEqual({ from, to });
  });
});

describe("the width of a bar", () => {
  test.each([
    ["?period=today", null, "hour"],
    ["", null, "day"],
    ["?period=year", null, "week"],
    ["?from=2026-11-01&to=2026-11-03", null, "hour"],
    ["?from=2026-01-01&to=2026-11-03", null, "week"],
    ["?period=all", "2026-09-01", "day"],
    ["?period=all", "2020-09-01", "month"],
    ["?period=all", null, "hour"],
  ])("%s from %s is a %s", (search, first, expected) => {
    expect(unit(search, first)).toBe(expected);
  });
});

function unit(search: string, first: string | null): string {
  return chartUnit(viewOf(validateSearch(parseSearch(search))), first, "2026-11-22");
}
