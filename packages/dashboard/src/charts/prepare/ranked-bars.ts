import { capSeries, seriesKey } from "./cap-series.ts";
import type { PreparedSeries, SeriesKey } from "./cap-series.ts";
import { stackAt } from "./stacked-bars.ts";
import type { Segment } from "./stacked-bars.ts";

interface Part {
  /** Null: the events had no value of the dimension. */
  name: string | null;
  other?: boolean | undefined;
  value: number | null;
}

export interface RankedInput extends Part {
  before?: number | null | undefined;
  /** The same value by a second dimension. */
  parts?: readonly Part[] | undefined;
}

export interface RankedRow extends SeriesKey {
  /** Null: not known, which is not 0. */
  value: number | null;
  before: number | null;
  /** Of the whole, 0 to 1; null where shares say nothing. */
  share: number | null;
  segments: Segment[];
}

export interface PreparedRanking {
  /** Largest first, what is not known after them (or in the order given), other last. */
  rows: RankedRow[];
  /** The second dimension's groups; empty without one. */
  parts: PreparedSeries[];
  total: number | null;
  highest: number;
  lowest: number;
}

/**
 * Turns groups without time into bars in order of size. `additive`: rows behind `maxRows` are added up in `other` and shares are given; else
 * they are left out.
 */
export function prepareRankedBars(input: {
  rows: readonly RankedInput[];
  additive: boolean;
  maxRows?: number | undefined;
  maxParts?: number | undefined;
  /** The rows are in the order that was asked for already, the smallest first for instance. */
  isSorted?: boolean | undefined;
}): PreparedRanking {
  const { additive, maxRows = 20, maxParts = 7, isSorted = false } = input;
  const named = input.rows.filter((row) => row.other !== true);
  const sorted = isSorted ? named : named.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const rest = [...sorted.slice(maxRows), ...input.rows.filter((row) => row.other === true)];
  const rows = [...sorted.slice(0, maxRows), ...(additive && rest.length > 0 ? [together(rest)] : [])];
  // Beside credits, shares of what is left say nothing.
  const hasShares = rows.every(({ value }) => value === null || value >= 0);
  const total = additive ? rows.reduce((sum, { value }) => sum + (value ?? 0), 0) : null;
  const series = capSeries(partSeries(rows), maxParts);
  const hasParts = rows.some(({ parts }) => parts !== undefined);
  const ranked = rows.map((row, index): RankedRow => {
    const value = row.value;
    const share = hasShares && total !== null && total > 0 && value !== null ? value / total : null;
    const key = seriesKey(row);
    return {
      ...key,
      value,
      before: row.before ?? null,
      share,
      segments: hasParts ? stackAt(series, index).segments : whole(key, value),
    };
  });
  const reached = ranked.flatMap(({ segments, before }) => [...segments.map(({ to }) => to), before ?? 0]);
  return {
    rows: ranked,
    parts: hasParts ? series.map(({ prepared }) => prepared) : [],
    total,
    highest: Math.max(0, ...reached),
    lowest: Math.min(0, ...reached),
  };
}

const sizeOf = (row: RankedInput) => row.value ?? -Infinity;

function whole(key: SeriesKey, value: number | null): Segment[] {
  if (value === null || value === 0) return [];
  return [{ series: { ...key, total: value }, value, from: 0, to: value }];
}

function together(rows: readonly RankedInput[]): RankedInput {
  return {
    name: null,
    other: true,
    value: sumOf(rows.map(({ value }) => value)),
    before: sumOf(rows.map(({ before }) => before ?? null)),
    parts: rows.some(({ parts }) => parts !== undefined) ? rows.flatMap(({ parts }) => parts ?? []) : undefined,
  };
}

/** Each part's values over the rows, as series are over buckets. */
function partSeries(rows: readonly RankedInput[]) {
  const found = new Map<string, Part>();
  for (const part of rows.flatMap(({ parts }) => parts ?? [])) found.set(idOf(part), part);
  return [...found].map(([id, { name, other }]) => ({
    name,
    other,
    values: rows.map(({ parts }) => sumOf((parts ?? []).filter((part) => idOf(part) === id).map(({ value }) => value))),
  }));
}

const idOf = ({ name, other }: Part) => (other === true ? "other" : JSON.stringify(name));

function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => value ?? []);
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
}
