import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prepareTrace } from "./trace.ts";

const span = (
  id: string,
  parentId: string | null,
  startMs: number,
  durationMs: number | null,
  costUsd: number | null,
) => ({
  id,
  parentId,
  name: id,
  startMs,
  durationMs,
  costUsd,
});

describe("a trace", () => {
  test("is written from the top down, by time, with what everything below cost", () => {
    const { rows, durationMs, totalUsd } = prepareTrace({
      spans: [
        span("late", "root", 1_500, 400, 2),
        span("leaf", "early", 1_200, null, 3),
        span("root", null, 1_000, 1_000, null),
        span("early", "root", 1_100, 200, 1),
      ],
    });
    expect(rows.map(({ span: { id }, depth, offsetMs, withinUsd }) => [id, depth, offsetMs, withinUsd])).toEqual([
      ["root", 0, 0, 6],
      ["early", 1, 100, 4],
      ["leaf", 2, 200, 3],
      ["late", 1, 500, 2],
    ]);
    expect([durationMs, totalUsd]).toEqual([1_000, 6]);
  });

  test("puts what lost its parent at the top, and tells no cost from none", () => {
    const { rows, totalUsd } = prepareTrace({ spans: [span("orphan", "gone", 5, 1, null)] });
    expect(rows.map(({ depth, withinUsd }) => [depth, withinUsd])).toEqual([[0, null]]);
    expect(totalUsd).toBeNull();
    expect(prepareTrace({ spans: [] })).toEqual({ rows: [], durationMs: 0, totalUsd: null });
  });

  test("has each span once, whatever the parents say", () => {
    const parents = fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { nil: null }), { maxLength: 10 });
    fc.assert(
      fc.property(parents, (list) => {
        const spans = list.map((parent, index) =>
          span(`s${index}`, parent === null ? null : `s${parent}`, index, 1, 1),
        );
        const { rows, totalUsd } = prepareTrace({ spans });
        expect(rows.map((row) => row.span.id).toSorted()).toEqual(spans.map(({ id }) => id).toSorted());
        expect(totalUsd ?? 0).toBe(spans.length);
      }),
    );
  });
});
