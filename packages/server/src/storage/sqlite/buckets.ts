import type { Cube, Grain } from "./cubes.ts";
import { DAY, DAY_MS, spanMs } from "./cubes.ts";

/** Instants before the range and after it: kept apart, because a cell that holds both is cut. */
const BEFORE = -1;
const AFTER = -2;

/** The parts that a question's range is split into. */
export class Buckets {
  readonly startMs: number;
  readonly endMs: number;
  readonly starts: number[];

  constructor(startMs: number, endMs: number, starts?: number[]) {
    this.startMs = startMs;
    this.endMs = endMs;
    this.starts = starts && starts.length > 0 ? starts : [startMs];
  }

  /** The bucket of an instant, or BEFORE or AFTER. */
  of(ms: number): number {
    if (ms < this.startMs) return BEFORE;
    if (ms >= this.endMs) return AFTER;
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] as number) <= ms) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The same question over events that all lie in [firstMs, lastMs]: an edge beyond them cuts nothing. */
  over(firstMs: number, lastMs: number): Buckets {
    const startMs = this.startMs <= firstMs ? -Infinity : this.startMs;
    const endMs = this.endMs > lastMs ? Infinity : this.endMs;
    return new Buckets(startMs, endMs, [startMs, ...this.starts.slice(1)]);
  }

  /** The instants inside ]fromMs, toMs[ at which the bucket changes. */
  cuts(fromMs: number, toMs: number): number[] {
    const edges = [this.startMs, ...this.starts.slice(1), this.endMs];
    return edges.filter((edge) => edge > fromMs && edge < toMs);
  }
}

/** Raw events of a part of a cell: to be added to one bucket and taken out of another, each if not negative. */
export interface Fragment {
  fromMs: number;
  toMs: number;
  add: number;
  subtract: number;
}

/** Where the rows of a cube go. */
export interface Coverage {
  /** Rows of days, `to` excluded, each run in one bucket. */
  days: { from: number; to: number; bucket: number }[];
  /** By span of the fine split: the bucket of each of its cells, negative for none. */
  spans: Map<number, Int32Array>;
  fragments: Fragment[];
}

/**
 * Covers a question's range with the largest pieces that a cube has: whole days, then fine cells. Of a cell that
 * is still cut, the total goes to the bucket with the largest part of it, and the raw events of the smaller parts
 * are moved to theirs.
 */
export function cover(cube: Cube, buckets: Buckets, firstMs: number, lastMs: number, useFine: boolean): Coverage {
  const coverage: Coverage = { days: [], spans: new Map(), fragments: [] };
  const all = buckets.over(firstMs, lastMs);
  const firstDay = Math.floor(Math.max(all.startMs, firstMs) / DAY_MS);
  const lastDay = Math.floor(Math.min(all.endMs - 1, lastMs) / DAY_MS);
  for (let day = firstDay; day <= lastDay; day++) {
    const bucket = wholeBucket(all, day * DAY_MS, (day + 1) * DAY_MS);
    if (bucket !== null) addDay(coverage, day, bucket);
    else if (useFine && cube.fine) coverFine(coverage, cube.fine, all, day);
    else addDay(coverage, day, split(coverage, all, day * DAY_MS, (day + 1) * DAY_MS));
  }
  return coverage;
}

function addDay(coverage: Coverage, day: number, bucket: number): void {
  if (bucket < 0) return;
  const last = coverage.days.at(-1);
  if (last && last.to === day && last.bucket === bucket) last.to = day + DAY.cellsInSpan;
  else coverage.days.push({ from: day, to: day + 1, bucket });
}

function coverFine(coverage: Coverage, grain: Grain, buckets: Buckets, day: number): void {
  const { cellMs, cellsInSpan } = grain;
  const length = spanMs(grain);
  for (let startMs = day * DAY_MS; startMs < (day + 1) * DAY_MS; startMs += length) {
    const cells = new Int32Array(cellsInSpan);
    for (let cell = 0; cell < cellsInSpan; cell++) {
      const fromMs = startMs + cell * cellMs;
      const toMs = fromMs + cellMs;
      cells[cell] = wholeBucket(buckets, fromMs, toMs) ?? split(coverage, buckets, fromMs, toMs);
    }
    if (cells.some((bucket) => bucket >= 0)) coverage.spans.set(startMs / length, cells);
  }
}

/** The one bucket (or BEFORE, AFTER) that holds all of [fromMs, toMs[; null when it is cut. */
function wholeBucket(buckets: Buckets, fromMs: number, toMs: number): number | null {
  const bucket = buckets.of(fromMs);
  return bucket === buckets.of(toMs - 1) ? bucket : null;
}

function split(coverage: Coverage, buckets: Buckets, fromMs: number, toMs: number): number {
  const edges = [fromMs, ...buckets.cuts(fromMs, toMs), toMs];
  const parts = edges.slice(1).map((end, index) => ({ fromMs: edges[index] as number, toMs: end }));
  const largest = parts.reduce((a, b) => (b.toMs - b.fromMs > a.toMs - a.fromMs ? b : a));
  const bucket = buckets.of(largest.fromMs);
  for (const part of parts) {
    const add = buckets.of(part.fromMs);
    if (part !== largest && (add >= 0 || bucket >= 0)) coverage.fragments.push({ ...part, add, subtract: bucket });
  }
  return bucket;
}
