import { expect, test } from "vitest";
import { metricFormat } from "../../format/metric.ts";
import { lineSummary } from "./line-summary.ts";
import { prepareLines } from "./lines.ts";

const buckets = [0, 1, 2].map((index) => ({ label: `${index + 1} Nov`, startMs: index * 10, endMs: index * 10 + 10 }));
const words = { title: "Cost", range: "1–3 Nov", format: metricFormat("cost"), bucketName: (label: string) => label };
const summary = (input: Partial<Parameters<typeof prepareLines>[0]>) =>
  lineSummary(prepareLines({ buckets, series: [], additive: true, nowMs: 100, ...input }), words);

test.each([
  [{}, "Cost, 1–3 Nov: no data."],
  [
    { series: [{ name: "a", values: [1, null, 3] }], nowMs: 25 },
    "Cost, 1–3 Nov: $4.00 in total; highest $3.00 on 3 Nov; 1 without data; the present one is not finished.",
  ],
  [
    { series: [{ name: "a", values: [1, 2, 3] }], additive: false },
    "Cost, 1–3 Nov: highest $3.00 on 3 Nov; lowest $1.00 on 1 Nov.",
  ],
  [
    {
      series: [{ name: "a", values: [1, 2] }],
      cumulative: true,
      reference: { label: "Budget", value: 5 },
      projection: [null, null, { value: 5, low: 4, high: 6 }],
      nowMs: 15,
    },
    "Cost, summed up, 1–3 Nov: $3.00 in total; Budget at $5.00; projected to reach $5.00 ($4.00 to $6.00); the present one is not finished.",
  ],
])("%j", (input, sentence) => {
  expect(summary(input)).toBe(sentence);
});
