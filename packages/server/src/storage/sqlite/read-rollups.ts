import type { Axes, ResolvedFilter } from "./axes.ts";
import { type Buckets, cover, type Coverage } from "./buckets.ts";
import { chunkBits, type Cube, grainOf, modelBits } from "./cubes.ts";
import type { SqlRow, SqlValue } from "./driver.ts";
import { type EventColumn, MEASURE_COLUMNS, measuresOf, newMeasures } from "./event-row.ts";
import { latencyBucket } from "../latency-sketch.ts";
import { unpackSketches } from "./packed-latency.ts";
import { PackedRowReader } from "./packed-row.ts";
import { requireRaw, scanRaw, type ScanContext } from "./raw-scan.ts";
import { SumTable } from "./sum-table.ts";

/** What a cube says about a range, by (bucket, model or first value, value). */
export interface CubeSums {
  sums: SumTable;
  /** Counts by (bucket, model or first value, value, latency bucket). */
  latency: SumTable | null;
  scannedEvents: number;
}

export interface CubeQuestion {
  cube: Cube;
  buckets: Buckets;
  latency: boolean;
  /** Which rows to leave out early; null keeps all. */
  models: ResolvedFilter[];
  values: ResolvedFilter[];
  /** Rollups cover the events up to this seq, which lie in this time. */
  watermark: number;
  firstMs: number;
  lastMs: number;
}

/** Sums up the rollup rows of a cube, and the raw events where a cell is cut by an edge. */
export function readCube(context: ScanContext, axes: Axes, question: CubeQuestion): CubeSums {
  const { cube, buckets, latency, firstMs, lastMs } = question;
  const useFine = !latency || cube.latency === "fine";
  const coverage = cover(cube, buckets, firstMs, lastMs, useFine);
  const result: CubeSums = { sums: new SumTable(), latency: latency ? new SumTable(1) : null, scannedEvents: 0 };
  const rows = new CubeRows(context, question, result);
  for (const run of joined(coverage.days)) {
    rows.read(cube.code, run.from, run.from + run.buckets.length, (day) => run.buckets[day - run.from] as [number]);
  }
  const fine = cube.code + 1;
  for (const [from, to] of runs([...coverage.spans.keys()])) {
    rows.read(fine, from, to, (span) => coverage.spans.get(span) as Int32Array);
  }
  result.scannedEvents = moveFragments(context, axes, question, coverage, result);
  return result;
}

/** Neighbouring days together, with the bucket of each: they are read in one go. */
function joined(days: Coverage["days"]): { from: number; buckets: [number][] }[] {
  const result: { from: number; buckets: [number][] }[] = [];
  for (const { from, to, bucket } of days) {
    const buckets = Array.from({ length: to - from }, (): [number] => [bucket]);
    const last = result.at(-1);
    if (last && last.from + last.buckets.length === from) last.buckets.push(...buckets);
    else result.push({ from, buckets });
  }
  return result;
}

/** Neighbouring numbers as ranges, end excluded. */
function runs(numbers: number[]): [number, number][] {
  const result: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = result.at(-1);
    if (last && last[1] === number) last[1]++;
    else result.push([number, number + 1]);
  }
  return result;
}

/** How the key of an entry is put together: value, model, cell. */
interface Packing {
  cellsInSpan: number;
  chunkBits: number;
  modelBits: number;
}

class CubeRows {
  #context: ScanContext;
  #question: CubeQuestion;
  #result: CubeSums;
  #reader = new PackedRowReader();
  #acceptsModel: (id: number) => boolean;
  #acceptsValue: (id: number) => boolean;
  #models: number[] | null;
  #values: number[] | null;
  /** No value before and after these is asked for. */
  #firstValue: number;
  #lastValue: number;

  constructor(context: ScanContext, question: CubeQuestion, result: CubeSums) {
    this.#context = context;
    this.#question = question;
    this.#result = result;
    this.#acceptsModel = every(question.models);
    this.#acceptsValue = every(question.values);
    this.#models = listed(question.models);
    this.#values = listed(question.values);
    this.#firstValue = this.#values ? Math.min(...this.#values) : 0;
    this.#lastValue = this.#values ? Math.max(...this.#values) : Infinity;
  }

  /** `bucketsOf(span)` gives the bucket of each cell of a span. */
  read(code: number, from: number, to: number, bucketsOf: (span: number) => ArrayLike<number>): void {
    const grain = grainOf(code);
    const { cellsInSpan } = grain;
    const packing = { cellsInSpan, chunkBits: chunkBits(code), modelBits: modelBits(code) };
    for (const row of this.#rows(code, from, to, packing)) {
      const [span, chunk, model, sums, latency] = row as [number, number, number, Uint8Array | null, Uint8Array | null];
      if (packing.modelBits === 0 && !this.#acceptsModel(model)) continue;
      const buckets = bucketsOf(span);
      const first = chunk << packing.chunkBits;
      if (sums) this.#addSums(sums, buckets, first, model, packing);
      if (latency && this.#result.latency) this.#addLatency(latency, buckets, first, model, cellsInSpan);
    }
  }

  #addSums(bytes: Uint8Array, buckets: ArrayLike<number>, first: number, models: number, packing: Packing): void {
    const { cellsInSpan } = packing;
    const bitsOfModel = packing.modelBits;
    const modelMask = (1 << bitsOfModel) - 1;
    const firstModel = models << bitsOfModel;
    const { sums } = this.#result;
    const reader = this.#reader.open(bytes);
    while (reader.nextKey()) {
      const place = cellsInSpan === 1 ? reader.key : Math.floor(reader.key / cellsInSpan);
      const value = first + (place >> bitsOfModel);
      // Entries are sorted by value: those before the first one that is asked for only have to be passed.
      if (value < this.#firstValue) {
        reader.skip();
        continue;
      }
      if (value > this.#lastValue) return;
      const model = firstModel + (place & modelMask);
      const bucket = buckets[reader.key - place * cellsInSpan] as number;
      if (bucket < 0 || !this.#acceptsValue(value) || (bitsOfModel !== 0 && !this.#acceptsModel(model))) {
        reader.skip();
        continue;
      }
      reader.readSums();
      const slot = sums.slot(bucket, model, value, 0);
      sums.add(slot, reader.values, 1);
      if (reader.hasCarries) sums.addCarries(slot, reader.carries, 1);
    }
  }

  #addLatency(bytes: Uint8Array, buckets: ArrayLike<number>, first: number, model: number, cells: number): void {
    const { latency } = this.#result;
    if (!latency) return;
    unpackSketches(bytes, (key, sketchBucket, count) => {
      const low = Math.floor(key / cells);
      const value = first + low;
      const bucket = buckets[key - low * cells] as number;
      if (bucket < 0 || !this.#acceptsValue(value)) return;
      latency.addOne(latency.slot(bucket, model, value, sketchBucket), count);
    });
  }

  /** Seeks the rows that can matter when they are few, else reads the range. */
  *#rows(code: number, from: number, to: number, packing: Packing): Iterable<SqlRow> {
    const { database } = this.#context;
    const latency = this.#question.latency ? "latency" : "NULL";
    const columns = `span, chunk, model, sums, ${latency}`;
    const models = this.#models && [...new Set(this.#models.map((model) => model >> packing.modelBits))];
    const seeks = this.#seeks(packing.chunkBits, models);
    this.#context.checkCancelled();
    if (seeks && seeks.length * (to - from) <= MAX_SEEKS) {
      const all = "WITH RECURSIVE spans (n) AS (SELECT ? UNION ALL SELECT n + 1 FROM spans WHERE n + 1 < ?)";
      // CROSS JOIN: span by span, by the index
      const found = `${all} SELECT ${columns} FROM spans CROSS JOIN rollups WHERE cube = ? AND span = n AND chunk = ?`;
      for (const [chunk, model] of seeks) {
        const values: SqlValue[] = [from, to, code, chunk];
        if (model === null) yield* database.prepare(found).iterate(...values);
        else yield* database.prepare(`${found} AND model = ?`).iterate(...values, model);
      }
      return;
    }
    const ofModels = models ? ` AND model IN (${models.join()})` : "";
    const range = `SELECT ${columns} FROM rollups WHERE cube = ? AND span >= ? AND span < ?${ofModels}`;
    yield* database.prepare(range).iterate(code, from, to);
  }

  #seeks(bits: number, models: number[] | null): [number, number | null][] | null {
    const { cube } = this.#question;
    const chunks = this.#values
      ? [...new Set(this.#values.map((value) => value >> bits))]
      : cube.dimension === null
        ? [0]
        : null;
    if (chunks && models) return chunks.flatMap((chunk) => models.map((m): [number, number] => [chunk, m]));
    if (chunks && cube.dimension !== null) return chunks.map((chunk) => [chunk, null]);
    return null;
  }
}

const MAX_SEEKS = 20_000;

function every(filters: ResolvedFilter[]): (id: number) => boolean {
  const [only] = filters;
  if (!only) return () => true;
  if (filters.length === 1) return only.accepts;
  return (id) => filters.every((filter) => filter.accepts(id));
}

/** The ids that a filter leaves, when it names them. */
function listed(filters: ResolvedFilter[]): number[] | null {
  const naming = filters.find(({ exclude, ids }) => !exclude && ids.size <= MAX_LISTED);
  return naming ? [...naming.ids] : null;
}

const MAX_LISTED = 500;

/** Moves the raw events of cut cells from the bucket that got the whole cell to their own. */
function moveFragments(
  context: ScanContext,
  axes: Axes,
  question: CubeQuestion,
  coverage: Coverage,
  result: CubeSums,
): number {
  const { cube, models, values } = question;
  const measures = newMeasures();
  const first = cube.second === null ? null : axisOfCode(axes, cube.dimension);
  const value = axisOfCode(axes, cube.second ?? cube.dimension);
  const columns: EventColumn[] = [...MEASURE_COLUMNS, "model", ...(first?.columns ?? []), ...(value?.columns ?? [])];
  let scanned = 0;
  for (const { fromMs, toMs, add, subtract } of coverage.fragments) {
    requireRaw(context, fromMs);
    const scan = { fromMs, toMs, upToSeq: question.watermark, columns, filters: [...models, ...values] };
    scanned += scanRaw(context, scan, (row, at) => {
      const a = first ? first.valueOf(row, at) : cube.withModel ? (row[at.model] as number) : 0;
      const b = value ? value.valueOf(row, at) : 0;
      if (value && !first && b === 0) return;
      measuresOf(row, at, measures);
      const durationUs = row[at.duration_us] as number | null;
      for (const [bucket, sign] of [
        [add, 1],
        [subtract, -1],
      ] as const) {
        if (bucket < 0) continue;
        result.sums.add(result.sums.slot(bucket, a, b, 0), measures, sign);
        if (!result.latency || durationUs === null) continue;
        result.latency.addOne(result.latency.slot(bucket, a, b, latencyBucket(durationUs / 1_000)), sign);
      }
    });
  }
  return scanned;
}

function axisOfCode(axes: Axes, code: number | null): ReturnType<Axes["of"]> | null {
  return code === null ? null : axes.withCode(code);
}
