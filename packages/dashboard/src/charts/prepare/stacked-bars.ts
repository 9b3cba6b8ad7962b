/** One group of the chart: its values, one for each bucket; null where nothing is known. */
export interface SeriesInput {
  /** Null: the events had no value of the dimension. */
  name: string | null;
  /** The rest behind the top groups. */
  other?: boolean | undefined;
  values: readonly (number | null)[];
}

interface BucketInput {
  label: string;
  startMs: number;
  endMs: number;
}

export interface PreparedSeries {
  kind: "named" | "unattributed" | "other";
  name: string | null;
  total: number;
}

/** One stretch of a bar, from the baseline up. */
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
    const known = future ? [] : series.filter(({ values }) => typeof values[index] === "number");
    let top = 0;
    const segments = known.flatMap(({ prepared, values }): Segment[] => {
      const value = values[index] ?? 0;
      if (value === 0) return [];
      const from = top;
      top += value;
      return [{ series: prepared, value, from, to: top }];
    });
    const total = known.length === 0 ? null : top;
    const unfinished = !future && bucket.endMs > input.nowMs;
    return { ...bucket, future, unfinished, total, before: input.before?.[index] ?? null, segments };
  });
  return {
    series: series.map(({ prepared }) => prepared),
    bars,
    total: series.reduce((sum, { prepared }) => sum + prepared.total, 0),
    highest: Math.max(0, ...bars.flatMap((bar) => [bar.total ?? 0, bar.before ?? 0])),
  };
}

interface CappedSeries {
  prepared: PreparedSeries;
  values: readonly (number | null)[];
}

function capSeries(input: readonly SeriesInput[], maxSeries: number): CappedSeries[] {
  const named = input
    .filter((one) => one.other !== true)
    .map((one): CappedSeries => ({
      prepared: { kind: one.name === null ? "unattributed" : "named", name: one.name, total: sumOf(one.values) },
      values: one.values,
    }))
    // A group without anything in it would only take a place in the legend.
    .filter((one) => one.prepared.total !== 0)
    .toSorted((a, b) => b.prepared.total - a.prepared.total);
  const rest = [...named.slice(maxSeries), ...input.filter((one) => one.other === true)];
  const kept = named.slice(0, maxSeries);
  if (rest.length === 0) return kept.length > 0 ? kept : emptySeries(input);
  const values = addUp(rest.map((one) => one.values));
  const total = sumOf(values);
  return total === 0 ? kept : [...kept, { prepared: { kind: "other", name: null, total }, values }];
}

// All groups are zero: the zeros themselves are known, and one series carries them.
function emptySeries(input: readonly SeriesInput[]): CappedSeries[] {
  const first = input[0];
  if (first === undefined) return [];
  return [{ prepared: { kind: "other", name: null, total: 0 }, values: addUp(input.map((one) => one.values)) }];
}

function addUp(lists: readonly (readonly (number | null)[])[]): (number | null)[] {
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) => {
    const known = lists.flatMap((list) => list[index] ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
}

const sumOf = (values: readonly (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
