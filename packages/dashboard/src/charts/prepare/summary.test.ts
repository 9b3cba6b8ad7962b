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
const bucket = (label: string, startMs: number) => ({ label, startMs, endMs: startMs + 10 });

test("one sentence with total, peak, largest group, and what is missing", () => {
  const prepared = prepareStackedBars({
    buckets: [bucket("1 Nov", 0), bucket("2 Nov", 10), bucket("3 Nov", 20), bucket("4 Nov", 30)],
    series: [
      { name: "opus", values: [3, null, 3, 0] },
      { name: "haiku", values: [1, null, 3, 0] },
    ],
    maxSeries: 7,
    nowMs: 25,
  });
  expect(chartSummary(prepared, words)).toBe(
    "Cost by model, 1–3 Nov 2026: $10 in total; highest $6 on 3 Nov; largest opus with 60%; 1 without data; the present one is not finished.",
  );
});

test("of nothing claims nothing", () => {
  const prepared = prepareStackedBars({
    buckets: [bucket("1 Nov", 0)],
    series: [{ name: "a", values: [0] }],
    maxSeries: 7,
    nowMs: 25,
  });
  expect(chartSummary(prepared, words)).toBe("Cost by model, 1–3 Nov 2026: $0 in total.");
});
