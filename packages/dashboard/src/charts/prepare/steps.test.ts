import { describe, expect, test } from "vitest";
import { dateMarks, prepareSteps } from "./steps.ts";

const ms = (date: string) => Date.parse(date);
const nowMs = ms("2026-11-22");

describe("prices over time", () => {
  test("step at their dates, leave gaps, and run on to today", () => {
    const { lines, changes, endMs } = prepareSteps({
      lines: [
        {
          name: "input",
          versions: [
            { from: "2026-01-01", value: 3 },
            { from: "2026-06-01", value: 5 },
          ],
        },
        {
          name: "cached",
          versions: [
            { from: "2026-02-01", value: 0.3 },
            { from: "2026-03-01", value: null },
          ],
        },
      ],
      nowMs,
    });
    expect(lines[0]?.steps).toEqual([
      { fromMs: ms("2026-01-01"), toMs: ms("2026-06-01"), value: 3, future: false },
      { fromMs: ms("2026-06-01"), toMs: nowMs, value: 5, future: false },
    ]);
    expect(lines[1]?.steps).toEqual([{ fromMs: ms("2026-02-01"), toMs: ms("2026-03-01"), value: 0.3, future: false }]);
    expect(changes.map(({ date, values }) => [date, values])).toEqual([
      ["2026-01-01", [3, null]],
      ["2026-02-01", [3, 0.3]],
      ["2026-03-01", [3, null]],
      ["2026-06-01", [5, null]],
    ]);
    expect(endMs).toBe(nowMs);
  });

  test("tell what is announced from what holds", () => {
    const { lines, endMs } = prepareSteps({
      lines: [
        {
          name: "input",
          versions: [
            { from: null, value: 3 },
            { from: "2026-12-01", value: 2 },
          ],
        },
      ],
      nowMs,
    });
    expect(lines[0]?.steps.map(({ value, future }) => [value, future])).toEqual([
      [3, false],
      [3, true],
      [2, true],
    ]);
    expect(endMs).toBeGreaterThan(ms("2026-12-01"));
  });

  test("are not put on a scale of ratios when one is free", () => {
    expect(prepareSteps({ lines: [line(0)], nowMs, log: true }).isLog).toBe(false);
    expect(prepareSteps({ lines: [line(3)], nowMs, log: true })).toMatchObject({
      isLog: true,
      scale: { min: 2, max: 5 },
    });
  });

  test("of nothing are nothing", () => {
    expect(prepareSteps({ lines: [], nowMs })).toMatchObject({ lines: [], changes: [] });
  });
});

test.each([
  ["2026-11-15", "2026-11-19", 8, ["2026-11-15", "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"]],
  ["2026-01-15", "2026-12-20", 4, ["2026-04-01", "2026-07-01", "2026-10-01"]],
  ["2024-06-20", "2026-11-22", 3, ["2025-01-01", "2026-01-01"]],
])("marks from %s to %s, at most %s", (start, end, max, marks) => {
  expect(dateMarks(ms(start), ms(end), max)).toEqual(marks);
});

const line = (value: number) => ({ name: "input", versions: [{ from: "2026-01-01", value }] });
