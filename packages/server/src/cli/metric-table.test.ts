import { expect, test } from "vitest";
import type { QueryAnswer, Row } from "../ledger/answers.ts";
import { metricTable } from "./metric-table.ts";

/** Days of June with so many calls each. */
function daily(calls: number[]): QueryAnswer {
  const rows: Row[] = calls.map((count, index) => ({ day: `2026-06-0${index + 1}`, calls: count, cost: count }));
  const period = { start: "2026-06-01T00:00:00.000Z", end: "2026-06-10T00:00:00.000Z", timeZone: "UTC" };
  return {
    query: { metrics: ["calls"], by: ["day"], filters: [], period, compare: null, order: "-calls", limit: 100 },
    rows,
    totals: { calls: 0 },
    meta: {
      unfinished: ["2026-06-09"],
      approximate: [],
      unpriced: { calls: 0, tokens: 0 },
    } as unknown as QueryAnswer["meta"],
  };
}

const names = (answer: QueryAnswer) => metricTable(answer).rows.map(([name]) => name);

test("a long silence is one line, a short one and the running day are not", () => {
  expect(names(daily([1, 0, 0, 0, 0, 2, 0, 0, 0]))).toEqual([
    "2026-06-01",
    "2026-06-02 … 2026-06-05",
    "2026-06-06",
    "2026-06-07",
    "2026-06-08",
    "2026-06-09 *",
  ]);
});
