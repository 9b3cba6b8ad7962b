/** One group of the chart: its values, one for each bucket; null where nothing is known. */
export interface SeriesInput {
  /** Null: the events had no value of the dimension. */
  name: string | null;
  /** The rest behind the top groups. */
  other?: boolean | undefined;
  values: readonly (number | null)[];
}

export interface SeriesKey {
  kind: "named" | "unattributed" | "other";
  name: string | null;
}

export interface PreparedSeries extends SeriesKey {
  total: number;
}

export interface CappedSeries {
  prepared: PreparedSeries;
  values: readonly (number | null)[];
}

/** The largest `maxSeries` groups, and all behind them added up in `other`, which is last. */
export function capSeries(input: readonly SeriesInput[], maxSeries: number): CappedSeries[] {
  const named = input
    .filter((one) => one.other !== true)
    // A group without anything in it would only take a place in the legend.
    .filter((one) => one.values.some(Boolean))
    .map((one): CappedSeries => ({ prepared: { ...seriesKey(one), total: sumOf(one.values) }, values: one.values }))
    .toSorted((a, b) => b.prepared.total - a.prepared.total);
  const rest = [...named.slice(maxSeries), ...input.filter((one) => one.other === true)];
  const kept = named.slice(0, maxSeries);
  const values = addUp(rest.map((one) => one.values));
  if (!values.some(Boolean)) return kept.length > 0 ? kept : emptySeries(input);
  return [...kept, { prepared: { kind: "other", name: null, total: sumOf(values) }, values }];
}

export function seriesKey({ name, other }: { name: string | null; other?: boolean | undefined }): SeriesKey {
  if (other === true) return { kind: "other", name: null };
  return { kind: name === null ? "unattributed" : "named", name };
}

// All groups are zero: the zeros themselves are known, and one series carries them.
function emptySeries(input: readonly SeriesInput[]): CappedSeries[] {
  const first = input[0];
  if (first === undefined) return [];
  const key = input.length === 1 ? seriesKey(first) : seriesKey({ name: null, other: true });
  return [{ prepared: { ...key, total: 0 }, values: addUp(input.map((one) => one.values)) }];
}

/** The sum by position; null where none is known. */
export function addUp(lists: readonly (readonly (number | null)[])[]): (number | null)[] {
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) => {
    const known = lists.flatMap((list) => list[index] ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
}

const sumOf = (values: readonly (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
