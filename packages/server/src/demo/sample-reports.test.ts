import { expect, test } from "vitest";
import { reportedDaySchema } from "../sync/reported-day.ts";
import { sampleReports } from "./sample-reports.ts";

test("days can be sent, and cost what was recorded with a discount, tax, a credit, and calls that nobody recorded", () => {
  const untilMs = Date.UTC(2026, 10, 22);
  const recorded = ["2026-10-13", "2026-11-10", "2026-11-21"].map((day) => ({
    day,
    model: "gemini-2.5-pro",
    costUsd: 10,
  }));
  const days = sampleReports(recorded, untilMs);
  expect(days.map((day) => reportedDaySchema.parse(day))).toHaveLength(3);
  const dollars = days.map(({ day, rows }) => [day, ...rows.map(({ costNanoUsd }) => Number(costNanoUsd) / 1e9)]);
  expect(dollars).toEqual([
    // ten dollars less three percent, the tax of October, and the experiment
    ["2026-10-13", 9.7, 1.843, 8.4],
    ["2026-11-10", 9.7, -2],
    ["2026-11-21", 9.7, 3.686],
  ]);
});
