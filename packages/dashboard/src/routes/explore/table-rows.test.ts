import { expect, test } from "vitest";
import type { Asked, RowsAnswer } from "../../api/explore.ts";
import { tableRows } from "./table-rows.ts";

const asked: Asked = {
  metric: "cost",
  group: "model",
  second: "agent",
  top: 2,
  rank: { metric: "cost", descending: true },
};

function answer(rows: RowsAnswer["rows"], totals: RowsAnswer["totals"], before?: RowsAnswer["rows"]): RowsAnswer {
  const period = { start: "2026-11-01T00:00:00Z", end: "2026-11-08T00:00:00Z", timeZone: "UTC" };
  return {
    query: { period },
    rows,
    totals,
    meta: { groups: 5 },
    ...(before === undefined ? {} : { comparison: { period, rows: before, totals } }),
  };
}

const groups = answer(
  [
    { model: "a*b", cost: 6, calls: 12, share: 0.6 },
    { model: null, cost: null, calls: 3, unpricedCalls: 3 },
    { other: true, model: null, cost: 4, calls: 8 },
  ],
  { cost: 10, calls: 23 },
  [{ model: "a*b", cost: 2, calls: 4 }],
);

test("groups have shares, the period before, and a filter that keeps exactly them", () => {
  const rows = tableRows({ ...asked, second: null }, groups, null);
  expect(rows.map(({ kind, name, filters, share, before }) => [kind, name, filters, share, before?.cost])).toEqual([
    ["named", "a*b", ["model:a\\*b"], 0.6, 2],
    // Without a call before it cost nothing, which is known; what it costs now is not.
    ["unattributed", "unattributed", ["model:"], null, 0],
    ["other", "Other (3 more)", null, 0.4, 0],
  ]);
});

test("parts beyond the limit are the rest of their group, to the nano-dollar", () => {
  const pairs = answer(
    [
      { model: "a*b", agent: "x", cost: 3.3, calls: 5 },
      { model: "a*b", agent: null, cost: 2.1, calls: 4 },
      { model: "a*b", agent: "y", cost: 0.5, calls: 2 },
      { model: "a*b", agent: "z", cost: 0.1, calls: 1 },
      { model: null, agent: "x", cost: null, calls: 3, unpricedCalls: 3 },
    ],
    { cost: 10, calls: 23 },
  );
  const [first, second, other] = tableRows(asked, groups, pairs);
  expect(first?.parts.map(({ name, filters, numbers }) => [name, filters, numbers.cost, numbers.calls])).toEqual([
    ["x", ["model:a\\*b", "agent:x"], 3.3, 5],
    ["unattributed", ["model:a\\*b", "agent:"], 2.1, 4],
    ["Other (2 more)", null, 0.6, 3],
  ]);
  expect(second?.parts.map(({ name, numbers }) => [name, numbers.cost])).toEqual([["x", null]]);
  expect(other?.parts).toEqual([]);
});

test("of what does not add up, a rest and shares are not known", () => {
  const rates = { ...asked, metric: "errorRate" as const };
  const pairs = answer([{ model: "a*b", agent: "x", errorRate: 0.1, calls: 5 }], { errorRate: 0.2, calls: 23 });
  const [first] = tableRows(
    rates,
    answer([{ model: "a*b", errorRate: 0.2, calls: 12 }], { errorRate: 0.2, calls: 23 }),
    pairs,
  );
  expect(first?.share).toBeNull();
  expect(first?.parts.at(-1)).toMatchObject({ kind: "other", numbers: { calls: 7 } });
  expect(first?.parts.at(-1)?.numbers.errorRate).toBeUndefined();
});

test("without a group everything is one row", () => {
  const rows = tableRows({ ...asked, group: null, second: null }, groups, null);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ name: "All calls", filters: null, numbers: { cost: 10 } });
});
