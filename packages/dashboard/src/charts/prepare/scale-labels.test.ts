import { expect, test } from "vitest";
import { metricFormat } from "../../format/metric.ts";
import { scaleLabels } from "./scale-labels.ts";

test.each([
  [
    [0, 10, 20],
    ["0", "$10", "$20"],
  ],
  [
    [0, 2, 2.5],
    ["0", "$2.00", "$2.50"],
  ],
  [
    [0, 0.0000002, 0.0000004],
    ["0", "$0.0000002", "$0.0000004"],
  ],
  [
    [-10, 0, 10],
    ["−$10", "0", "$10"],
  ],
])("%j", (marks, labels) => {
  expect(scaleLabels(marks, metricFormat("cost"))).toEqual(labels);
});
