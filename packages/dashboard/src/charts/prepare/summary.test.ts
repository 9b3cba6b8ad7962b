import { expect, test } from "vitest";
import { prepareStackedBars } from "./stacked-bars.ts";
import { chartSummary } from "./summary.ts";

const words = {
  title: "Cost by model",
  range: "1–3 Nov 2026",
  format: (value: number) => `$${value}`,
  bucketName: (label: string) => label,
  seriesName: ({ name }: { name: string | null }) => name ?? "unattributed",
};
const bucket = (label: string, unfinished = false) => ({ label, startMs: 0, endMs: 1, unfinished });

test("one sentence with total, peak, largest group, and what is missing", () => {
  const prepared = prepareStackedBars({
    buckets: [bucket("1 Nov"), bucket("2 Nov"), bucket("3 Nov", true)],
    series: [
      { name: "opus", values: [3, null, 3] },
      { name: "haiku", values: [1, null, 3] },
    ],
    maxSeries: 7,
  });
  expect(chartSummary(prepared, words)).toBe(
    "Cost by model, 1–3 Nov 2026: $10 in total; highest $6 on 3 Nov; largest opus with 60%; 1 without data; the last one is not finished.",
  );
});

test("of nothing claims nothing", () => {
  const prepared = prepareStackedBars({
    buckets: [bucket("1 Nov")],
    series: [{ name: "a", values: [0] }],
    maxSeries: 7,
  });
  expect(chartSummary(prepared, words)).toBe("Cost by model, 1–3 Nov 2026: $0 in total.");
});
