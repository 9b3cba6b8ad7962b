import { latencyBucket } from "../latency-sketch.ts";
import {
  ALL_CUBE,
  CHUNK_BITS,
  type Cube,
  cubeOf,
  cubeWithModel,
  DAY_MS,
  DIMENSION_CODES,
  type DimensionCode,
  type Grain,
  grainOf,
  HOUR,
  MODEL_CUBE,
  PAIR_CUBES,
  QUARTER,
} from "./cubes.ts";
import type { TagMember } from "./dictionary.ts";
import type { Database } from "./driver.ts";
import { basisId, COL, DIMENSION_COLUMNS, type EventRow, measuresOf, newMeasures, statusId } from "./event-row.ts";
import { packSketches, type SketchCounts, sketchKey, unpackSketches } from "./packed-latency.ts";
import { PackedRowReader, PackedRowWriter } from "./packed-row.ts";
import { MEASURE_COUNT, SumTable } from "./sum-table.ts";

/** Sums that wait to be added to the rollups of the file: keys are (cube or its fine split, cell, model, value). */
export class PendingSums {
  /** Fine cells where a cube has them, days where not; `write` adds fine cells up to days. */
  readonly sums = new SumTable();
  /** Keys are (cube or its fine split, cell, value or model, latency bucket). */
  readonly latency = new SumTable(1);
  #measures = newMeasures();
  /** The measures of the event at hand that are not zero: about half. */
  #said = new Int32Array(MEASURE_COUNT);
  #saidCount = 0;
  #membersOf: (tagSet: number) => TagMember[];

  constructor(membersOf: (tagSet: number) => TagMember[]) {
    this.#membersOf = membersOf;
  }

  /** Adds an event to every cube; `sign` -1 takes it out. */
  add(row: EventRow, sign: 1 | -1): void {
    const at = row[COL.at] as number;
    const model = row[COL.model] as number;
    const durationUs = row[COL.duration_us] as number | null;
    const bucket = durationUs === null ? -1 : latencyBucket(durationUs / 1_000);
    measuresOf(row, COL, this.#measures);
    this.#saidCount = 0;
    for (let m = 0; m < MEASURE_COUNT; m++) if (this.#measures[m] !== 0) this.#said[this.#saidCount++] = m;
    const quarter = Math.floor(at / QUARTER.cellMs);
    this.#add(ALL_CUBE.code + 1, quarter, 0, 0, sign);
    this.#add(MODEL_CUBE.code + 1, quarter, model, 0, sign);
    if (bucket !== -1) {
      this.#count(ALL_CUBE.code + 1, quarter, 0, bucket, sign);
      this.#count(MODEL_CUBE.code + 1, quarter, model, bucket, sign);
    }
    for (let i = 0; i < ROLLED_UP.length; i++) {
      const { index, cube, withModel } = ROLLED_UP[i] as RolledUp;
      const value = row[index] as number | null;
      if (value !== null) this.#addValue(cube, withModel, at, model, value, bucket, sign);
    }
    const flags = row[COL.flags] as number;
    if (basisId(flags) !== 0) this.#addValue(BASIS, BASIS_MODEL, at, model, basisId(flags), bucket, sign);
    if (statusId(flags) !== 0) this.#addValue(STATUS, STATUS_MODEL, at, model, statusId(flags), bucket, sign);
    const tagSet = row[COL.tag_set] as number | null;
    if (tagSet !== null) {
      for (const { dimension, value } of this.#membersOf(tagSet)) {
        this.#addValue(cubeOf(dimension) as Cube, cubeWithModel(dimension) as Cube, at, model, value, bucket, sign);
      }
    }
    const hour = Math.floor(at / HOUR.cellMs);
    for (let i = 0; i < PAIR_COLUMNS.length; i++) {
      const { code, first, second } = PAIR_COLUMNS[i] as PairColumns;
      this.#add(code + 1, hour, (row[first] as number | null) ?? 0, (row[second] as number | null) ?? 0, sign);
    }
  }

  /** Ready for the next events; the room stays, as the next ones will need as much. */
  clear(): void {
    this.sums.clear();
    this.latency.clear();
  }

  get isEmpty(): boolean {
    return this.sums.size === 0;
  }

  #addValue(cube: Cube, withModel: Cube, at: number, model: number, value: number, bucket: number, sign: 1 | -1): void {
    const cell = Math.floor(at / (cube.fine as Grain).cellMs);
    this.#add(cube.code + 1, cell, 0, value, sign);
    if (withModel.fine) this.#add(withModel.code + 1, Math.floor(at / withModel.fine.cellMs), model, value, sign);
    else this.#add(withModel.code, Math.floor(at / DAY_MS), model, value, sign);
    if (bucket === -1) return;
    if (cube.latency === "fine") this.#count(cube.code + 1, cell, value, bucket, sign);
    else this.#count(cube.code, Math.floor(at / DAY_MS), value, bucket, sign);
  }

  #add(code: number, cell: number, model: number, value: number, sign: 1 | -1): void {
    this.sums.addSome(this.sums.slot(code, cell, model, value), this.#measures, this.#said, this.#saidCount, sign);
  }

  #count(code: number, cell: number, value: number, bucket: number, sign: 1 | -1): void {
    this.latency.addOne(this.latency.slot(code, cell, value, bucket), sign);
  }
}

interface RolledUp {
  index: number;
  cube: Cube;
  withModel: Cube;
}

const ROLLED_UP: RolledUp[] = DIMENSION_COLUMNS.flatMap(({ column, code }) => {
  const cube = cubeOf(code);
  const withModel = cubeWithModel(code);
  return cube && withModel ? [{ index: COL[column], cube, withModel }] : [];
});
const BASIS = cubeOf(DIMENSION_CODES.basis) as Cube;
const BASIS_MODEL = cubeWithModel(DIMENSION_CODES.basis) as Cube;
const STATUS = cubeOf(DIMENSION_CODES.status) as Cube;
const STATUS_MODEL = cubeWithModel(DIMENSION_CODES.status) as Cube;

interface PairColumns {
  code: number;
  first: number;
  second: number;
}

const columnOf = (code: DimensionCode | null): number =>
  COL[(DIMENSION_COLUMNS.find((dimension) => dimension.code === code) as (typeof DIMENSION_COLUMNS)[number]).column];
const PAIR_COLUMNS: PairColumns[] = PAIR_CUBES.map((cube) => ({
  code: cube.code,
  first: columnOf(cube.dimension),
  second: columnOf(cube.second),
}));

/** One row of the table `rollups`. */
export interface RollupRow {
  cube: number;
  span: number;
  chunk: number;
  model: number;
  sums: Uint8Array | null;
  latency: Uint8Array | null;
}

/** Adds pending sums to the file, inside the caller's transaction. Each row that they touch is written once. */
export function writeRollups(database: Database, pending: PendingSums): void {
  const read = database.prepare(
    "SELECT sums, latency FROM rollups WHERE cube = ? AND span = ? AND chunk = ? AND model = ?",
  );
  const write = database.prepare("INSERT OR REPLACE INTO rollups VALUES (?, ?, ?, ?, ?, ?)");
  const remove = database.prepare("DELETE FROM rollups WHERE cube = ? AND span = ? AND chunk = ? AND model = ?");
  mergeRows(
    pending,
    (cube, span, chunk, model) => read.get(cube, span, chunk, model) as [Uint8Array | null, Uint8Array | null],
    ({ cube, span, chunk, model, sums, latency }) => {
      if (sums || latency) write.run(cube, span, chunk, model, sums, latency);
      else remove.run(cube, span, chunk, model);
    },
  );
}

/**
 * Merges pending sums into the rows that `read` finds and hands on the results, in the order of the table's key.
 * The bytes of a result are valid only during the call.
 */
export function mergeRows(
  pending: PendingSums,
  read: (
    cube: number,
    span: number,
    chunk: number,
    model: number,
  ) => [Uint8Array | null, Uint8Array | null] | undefined,
  onRow: (row: RollupRow) => void,
): void {
  const { sums, latency } = withDays(pending);
  const rows = new RowGroups();
  for (let slot = 0; slot < sums.size; slot++) {
    const code = sums.key(slot, 0);
    const value = sums.key(slot, 3);
    const { span, cell } = placeOf(code, sums.key(slot, 1));
    const entry = (value & CHUNK_MASK) * grainOf(code).cellsInSpan + cell;
    rows.group(code, span, value >> CHUNK_BITS, sums.key(slot, 2)).entries.push(entry, slot);
  }
  for (let slot = 0; slot < latency.size; slot++) {
    const count = latency.sums[slot] as number;
    if (count === 0) continue;
    const code = latency.key(slot, 0);
    const ofModel = code === MODEL_CUBE.code || code === MODEL_CUBE.code + 1;
    const value = ofModel ? 0 : latency.key(slot, 2);
    const { span, cell } = placeOf(code, latency.key(slot, 1));
    const group = rows.group(code, span, value >> CHUNK_BITS, ofModel ? latency.key(slot, 2) : 0);
    const entry = (value & CHUNK_MASK) * grainOf(code).cellsInSpan + cell;
    addCount((group.sketches ??= new Map()), entry, latency.key(slot, 3), count);
  }
  const merge = new EntryMerge(sums);
  for (const { cube, span, chunk, model, entries, sketches } of rows.sorted()) {
    const found = read(cube, span, chunk, model);
    let packedLatency = found?.[1] ?? null;
    if (sketches) {
      if (packedLatency) unpackSketches(packedLatency, (key, bucket, n) => addCount(sketches, key, bucket, n));
      packedLatency = packSketches(sketches);
    }
    const packedSums = merge.run(found?.[0] ?? null, entries);
    onRow({ cube, span, chunk, model, sums: packedSums, latency: packedLatency });
  }
}

const CHUNK_MASK = (1 << CHUNK_BITS) - 1;

function addCount(sketches: SketchCounts, key: number, bucket: number, count: number): void {
  const at = sketchKey(key, bucket);
  sketches.set(at, (sketches.get(at) ?? 0) + count);
}

/** Cells are numbered from 1970 in units of their length; which span they lie in, and where in it. */
function placeOf(code: number, cellIndex: number): { span: number; cell: number } {
  const { cellsInSpan } = grainOf(code);
  const span = Math.floor(cellIndex / cellsInSpan);
  return { span, cell: cellIndex - span * cellsInSpan };
}

/** The pending sums and the days that their fine cells add up to. */
function withDays(pending: PendingSums): { sums: SumTable; latency: SumTable } {
  const { sums, latency } = pending;
  const fineSums = sums.size;
  for (let slot = 0; slot < fineSums; slot++) {
    const code = sums.key(slot, 0);
    if (code % 2 === 0) continue;
    const day = Math.floor((sums.key(slot, 1) * grainOf(code).cellMs) / DAY_MS);
    sums.addFrom(sums, slot, sums.slot(code - 1, day, sums.key(slot, 2), sums.key(slot, 3)));
  }
  const fineCounts = latency.size;
  for (let slot = 0; slot < fineCounts; slot++) {
    const code = latency.key(slot, 0);
    if (code % 2 === 0) continue;
    const day = Math.floor((latency.key(slot, 1) * grainOf(code).cellMs) / DAY_MS);
    latency.addOne(
      latency.slot(code - 1, day, latency.key(slot, 2), latency.key(slot, 3)),
      latency.sums[slot] as number,
    );
  }
  return { sums, latency };
}

interface RowGroup {
  cube: number;
  span: number;
  chunk: number;
  model: number;
  /** Pairs: entry key, slot. */
  entries: number[];
  sketches: SketchCounts | null;
}

/** Entries by the row that they belong to. */
class RowGroups {
  #index = new SumTable(1);
  #groups: RowGroup[] = [];

  group(cube: number, span: number, chunk: number, model: number): RowGroup {
    const slot = this.#index.slot(cube, span, chunk, model);
    return (this.#groups[slot] ??= { cube, span, chunk, model, entries: [], sketches: null });
  }

  sorted(): RowGroup[] {
    return this.#groups.sort((a, b) => a.cube - b.cube || a.span - b.span || a.chunk - b.chunk || a.model - b.model);
  }
}

/** Merges new entries into a packed row. */
class EntryMerge {
  #reader = new PackedRowReader();
  #writer = new PackedRowWriter();
  #table: SumTable;
  #sum = new SumTable(MEASURE_COUNT, 1);

  constructor(table: SumTable) {
    this.#table = table;
  }

  run(packed: Uint8Array | null, entries: number[]): Uint8Array | null {
    if (entries.length === 0) return packed;
    const order = sortedPairs(entries);
    const reader = this.#reader.open(packed ?? EMPTY);
    const writer = this.#writer;
    writer.start();
    let there = reader.next();
    for (let i = 0; i < order.length; i += 2) {
      const key = order[i] as number;
      const slot = order[i + 1] as number;
      while (there && reader.key < key) {
        writer.append(reader.key, reader.values, reader.hasCarries ? reader.carries : null);
        there = reader.next();
      }
      const sum = this.#sum;
      sum.clear();
      sum.slot(0, 0, 0, 0);
      sum.addFrom(this.#table, slot, 0);
      if (there && reader.key === key) {
        sum.add(0, reader.values, 1);
        if (reader.hasCarries) sum.addCarries(0, reader.carries, 1);
        there = reader.next();
      }
      writer.append(key, sum.sums, sum.carries);
    }
    while (there) {
      writer.append(reader.key, reader.values, reader.hasCarries ? reader.carries : null);
      there = reader.next();
    }
    return writer.finish();
  }
}

const EMPTY = new Uint8Array(0);

function sortedPairs(pairs: number[]): number[] {
  let sorted = true;
  for (let i = 2; i < pairs.length; i += 2) {
    if ((pairs[i] as number) < (pairs[i - 2] as number)) {
      sorted = false;
      break;
    }
  }
  if (sorted) return pairs;
  const order: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) order.push([pairs[i] as number, pairs[i + 1] as number]);
  return order.sort(([a], [b]) => a - b).flat();
}
