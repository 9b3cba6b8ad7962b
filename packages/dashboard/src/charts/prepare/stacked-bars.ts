import { capSeries } from "./cap-series.ts";
import type { CappedSeries, PreparedSeries, SeriesInput } from "./cap-series.ts";

export type { PreparedSeries, SeriesInput } from "./cap-series.ts";

export interface BucketInput {
  label: string;
  startMs: number;
  endMs: number;
}

/** One stretch of a bar, away from the baseline: credits hang below it. */
export interface Segment {
  series: PreparedSeries;
  value: number;
  from: number;
  to: number;
}

export interface Bar extends BucketInput {
  /** Has not begun: there is nothing to know yet, and nothing missing either. */
  future: boolean;
  /** Still running: its value will grow. */
  unfinished: boolean;
  /** Null: no value is known, which is drawn as a gap; 0 is drawn as zero. */
  total: number | null;
  /** The same bucket of the period before; null when there is none. */
  before: number | null;
  segments: Segment[];
}

export interface PreparedBars {
  /** Largest first; unattributed keeps its rank, other is last. */
  series: PreparedSeries[];
  bars: Bar[];
  total: number;
  highest: number;
  /** 0, or how far credits hang below. */
  lowest: number;
}

/**
 * Turns an answer into bars that only need drawing: at most `maxSeries` groups, everything behind them in
 * `other`, largest group at the bottom. The parts of a bar always add up to its total.
 */
export function prepareStackedBars(input: {
  buckets: readonly BucketInput[];
  series: readonly SeriesInput[];
  before?: readonly (number | null)[] | undefined;
  maxSeries: number;
  nowMs: number;
}): PreparedBars {
  const series = capSeries(input.series, input.maxSeries);
  const bars = input.buckets.map((bucket, index): Bar => {
    const future = bucket.startMs > input.nowMs;
    const { total, segments } = future ? { total: null, segments: [] } : stackAt(series, index);
    const unfinished = !future && bucket.endMs > input.nowMs;
    return { ...bucket, future, unfinished, total, before: input.before?.[index] ?? null, segments };
  });
  const reached = bars.flatMap(({ segments, before }) => [...segments.map(({ to }) => to), before ?? 0]);
  return {
    series: series.map(({ prepared }) => prepared),
    bars,
    total: series.reduce((sum, { prepared }) => sum + prepared.total, 0),
    highest: Math.max(0, ...reached),
    lowest: Math.min(0, ...reached),
  };
}

/** The groups' values at one position, stood on each other; what is negative hangs below zero. */
export function stackAt(series: readonly CappedSeries[], index: number): { total: number | null; segments: Segment[] } {
  const known = series.filter(({ values }) => typeof values[index] === "number");
  let above = 0;
  let below = 0;
  const segments = known.flatMap(({ prepared, values }): Segment[] => {
    const value = values[index] ?? 0;
    if (value === 0) return [];
    const from = value > 0 ? above : below;
    const to = from + value;
    if (value > 0) above = to;
    else below = to;
    return [{ series: prepared, value, from, to }];
  });
  return { total: known.length === 0 ? null : above + below, segments };
}
