import { capSeries, seriesKey } from "./cap-series.ts";
import type { SeriesInput, SeriesKey } from "./cap-series.ts";
import { SERIES_COLOURS } from "./colours.ts";
import type { BucketInput } from "./stacked-bars.ts";

export interface LineSeries extends SeriesKey {
  /** Null where a sum says nothing: rates, latency, numbers of users. */
  total: number | null;
}

/** What is expected of a bucket that is not over; `low` and `high` null: the error is not known. */
export interface Projected {
  value: number;
  low: number | null;
  high: number | null;
}

export interface LineBucket extends BucketInput {
  /** Has not begun: there is nothing to know yet. */
  future: boolean;
  /** Still running. */
  unfinished: boolean;
  before: number | null;
  projected: Projected | null;
}

export interface Line {
  series: LineSeries;
  /** One for each bucket; null is a gap, 0 is zero. */
  values: (number | null)[];
}

export interface PreparedLines {
  buckets: LineBucket[];
  lines: Line[];
  /** A level to hold against, a budget for instance. */
  reference: { label: string; value: number } | null;
  cumulative: boolean;
  /** The sum of all lines over the period; null where a sum says nothing. */
  total: number | null;
  highest: number;
  lowest: number;
}

/**
 * Turns an answer into lines over the same buckets that only need drawing. `additive`: groups behind `maxSeries` are added up in
 * `other`; else they are left out, as no sum of rates is a rate. `cumulative` sums up from bucket to bucket; a gap stays a gap.
 */
export function prepareLines(input: {
  buckets: readonly BucketInput[];
  series: readonly SeriesInput[];
  additive: boolean;
  maxSeries?: number | undefined;
  before?: readonly (number | null)[] | undefined;
  cumulative?: boolean | undefined;
  reference?: { label: string; value: number } | undefined;
  /** By position, as drawn: with `cumulative` sums themselves. Over those left out the line goes straight on. */
  projection?: readonly (Projected | null)[] | undefined;
  nowMs: number;
}): PreparedLines {
  const { cumulative = false, maxSeries = SERIES_COLOURS } = input;
  const along = cumulative ? cumulate : (values: readonly (number | null)[]) => [...values];
  const before = input.before === undefined ? [] : along(input.before);
  const buckets = input.buckets.map((bucket, index): LineBucket => {
    const future = bucket.startMs > input.nowMs;
    const unfinished = !future && bucket.endMs > input.nowMs;
    return {
      ...bucket,
      future,
      unfinished,
      before: before[index] ?? null,
      projected: input.projection?.[index] ?? null,
    };
  });
  const kept = input.additive ? added(input.series, maxSeries) : chosen(input.series, maxSeries);
  const lines = kept.map(({ series, values }): Line => {
    const known = buckets.map(({ future }, index) => (future ? null : (values[index] ?? null)));
    return { series, values: along(known) };
  });
  const reached = [
    ...lines.flatMap(({ values }) => values.flatMap((value) => value ?? [])),
    ...buckets.flatMap((bucket) => bucket.before ?? []),
    ...buckets.flatMap(({ projected }) => (projected === null ? [] : [projected.value, projected.high ?? 0])),
    input.reference?.value ?? 0,
  ];
  return {
    buckets,
    lines,
    reference: input.reference ?? null,
    cumulative,
    total: input.additive ? totalOf(kept) : null,
    highest: Math.max(0, ...reached),
    lowest: Math.min(0, ...reached),
  };
}

interface Kept {
  series: LineSeries;
  values: readonly (number | null)[];
}

function added(series: readonly SeriesInput[], maxSeries: number): Kept[] {
  return capSeries(series, maxSeries).map(({ prepared, values }) => ({ series: prepared, values }));
}

function chosen(series: readonly SeriesInput[], maxSeries: number): Kept[] {
  return series
    .filter((one) => one.other !== true && one.values.some((value) => value !== null))
    .slice(0, maxSeries)
    .map((one) => ({ series: { ...seriesKey(one), total: null }, values: one.values }));
}

const totalOf = (kept: readonly Kept[]) => kept.reduce((sum, { series }) => sum + (series.total ?? 0), 0);

/** [1, null, 2] → [1, null, 3]: what is not known adds nothing, and is not hidden either. */
function cumulate(values: readonly (number | null)[]): (number | null)[] {
  let sum = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum += value;
    return sum;
  });
}

/** A line in pieces, as positions of its points. */
export interface Strokes {
  /** Through what is over. */
  solid: number[][];
  /** Into a bucket that still runs. */
  open: [number, number][];
  /** Points without neighbours, which no line would show. */
  dots: number[];
}

/** Cuts a line where nothing is known: a gap is not bridged. */
export function strokesOf(values: readonly (number | null)[], isOpen: (index: number) => boolean): Strokes {
  const strokes: Strokes = { solid: [], open: [], dots: [] };
  let run: number[] = [];
  const end = () => {
    if (run.length === 1) strokes.dots.push(...run);
    const last = run.at(-1);
    const previous = run.at(-2);
    if (last !== undefined && previous !== undefined && isOpen(last)) {
      strokes.open.push([previous, last]);
      run.pop();
    }
    if (run.length > 1) strokes.solid.push(run);
    run = [];
  };
  for (const [index, value] of values.entries()) {
    if (value === null) end();
    else run.push(index);
  }
  end();
  return strokes;
}
