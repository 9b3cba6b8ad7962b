import { seriesKey } from "./cap-series.ts";
import type { SeriesKey } from "./cap-series.ts";

/** A reason why a cost changes: more calls, longer calls, dearer models, prices. */
export interface Cause {
  key: string;
  label: string;
}

export interface ChangeInput {
  name: string | null;
  other?: boolean | undefined;
  before: number | null;
  now: number | null;
  /** By cause; what they do not explain of the difference is shown as such. */
  parts: Readonly<Record<string, number | null>>;
}

/** One cause's stretch, away from zero: what lowers hangs to the left. */
interface ChangeSegment {
  cause: Cause;
  value: number;
  from: number;
  to: number;
}

export interface ChangeRow extends SeriesKey {
  isWhole: boolean;
  before: number | null;
  now: number | null;
  /** Null: one of both is not known. */
  difference: number | null;
  segments: ChangeSegment[];
}

export interface PreparedChanges {
  /** The whole first, then by size of the difference, other last. */
  rows: ChangeRow[];
  /** Those that appear. */
  causes: Cause[];
  highest: number;
  lowest: number;
}

/** What the causes do not explain. */
export const UNEXPLAINED: Cause = { key: "unexplained", label: "Not explained" };

/** Turns differences between two periods into diverging bars that only need drawing. */
export function prepareChanges(input: {
  whole: ChangeInput;
  rows: readonly ChangeInput[];
  causes: readonly Cause[];
  maxRows?: number | undefined;
}): PreparedChanges {
  const { maxRows = 12 } = input;
  const sorted = input.rows
    .filter((row) => row.other !== true)
    .toSorted((a, b) => Math.abs(differenceOf(b) ?? 0) - Math.abs(differenceOf(a) ?? 0));
  const rest = [...sorted.slice(maxRows), ...input.rows.filter((row) => row.other === true)];
  const shown = [...sorted.slice(0, maxRows), ...(rest.length > 0 ? [together(rest, input.causes)] : [])];
  const rows = [
    { ...toRow(input.whole, input.causes), isWhole: true },
    ...shown.map((row) => toRow(row, input.causes)),
  ];
  const reached = rows.flatMap(({ segments, difference }) => [...segments.map(({ to }) => to), difference ?? 0]);
  const found = new Set(rows.flatMap(({ segments }) => segments.map(({ cause }) => cause.key)));
  return {
    rows,
    causes: [...input.causes, UNEXPLAINED].filter(({ key }) => found.has(key)),
    highest: Math.max(0, ...reached),
    lowest: Math.min(0, ...reached),
  };
}

const differenceOf = ({ before, now }: ChangeInput) => (before === null || now === null ? null : now - before);

function toRow(row: ChangeInput, causes: readonly Cause[]): ChangeRow {
  const difference = differenceOf(row);
  const known = causes.map((cause) => ({ cause, value: row.parts[cause.key] ?? 0 }));
  const explained = known.reduce((sum, { value }) => sum + value, 0);
  const left = difference === null ? 0 : difference - explained;
  // Sums of decimals are off by less than a billionth.
  const size = Math.max(...known.map(({ value }) => Math.abs(value)), Math.abs(difference ?? 0));
  const parts = Math.abs(left) > size * 1e-6 ? [...known, { cause: UNEXPLAINED, value: left }] : known;
  let above = 0;
  let below = 0;
  const segments = parts.flatMap(({ cause, value }): ChangeSegment[] => {
    if (value === 0) return [];
    const from = value > 0 ? above : below;
    const to = from + value;
    if (value > 0) above = to;
    else below = to;
    return [{ cause, value, from, to }];
  });
  return { ...seriesKey(row), isWhole: false, before: row.before, now: row.now, difference, segments };
}

/** Only of rows known on both sides: else what was not known before would look like a rise. */
function together(all: readonly ChangeInput[], causes: readonly Cause[]): ChangeInput {
  const rows = all.filter((row) => differenceOf(row) !== null);
  return {
    name: null,
    other: true,
    before: sumOf(rows.map(({ before }) => before)),
    now: sumOf(rows.map(({ now }) => now)),
    parts: Object.fromEntries(causes.map(({ key }) => [key, sumOf(rows.map(({ parts }) => parts[key] ?? null))])),
  };
}

function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => value ?? []);
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
}
