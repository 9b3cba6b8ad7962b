import { chunkBits, DAY_MS, grainOf, MODEL_CUBE, modelBits } from "./cubes.ts";
import type { Database } from "./driver.ts";
import { sketchKey, SketchMerge } from "./packed-latency.ts";
import { PackedRowReader, PackedRowWriter } from "./packed-row.ts";
import type { PendingCube, PendingSums } from "./pending-sums.ts";
import { RowParts } from "./row-parts.ts";
import { CARRY_UNIT, MEASURE_COUNT, SumTable } from "./sum-table.ts";

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
    "SELECT sums, latency, id FROM rollups WHERE cube = ? AND span = ? AND chunk = ? AND model = ?",
  );
  const insert = database.prepare(
    "INSERT INTO rollups (cube, span, chunk, model, sums, latency) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const update = database.prepare("UPDATE rollups SET sums = ?, latency = ? WHERE id = ?");
  const remove = database.prepare("DELETE FROM rollups WHERE id = ?");
  let id: number | null = null;
  mergeRows(
    pending,
    (cube, span, chunk, model) => {
      const found = read.get(cube, span, chunk, model) as [Uint8Array | null, Uint8Array | null, number] | undefined;
      id = found?.[2] ?? null;
      return found;
    },
    ({ cube, span, chunk, model, sums, latency }) => {
      if (!sums && !latency) {
        if (id !== null) remove.run(id);
      } else if (id === null) insert.run(cube, span, chunk, model, sums, latency);
      else update.run(sums, latency, id);
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
  ) => [Uint8Array | null, Uint8Array | null, ...unknown[]] | undefined,
  onRow: (row: RollupRow) => void,
): void {
  pending.settle();
  addDays(pending);
  for (const code of [...pending.cubes.keys()].toSorted((a, b) => a - b)) {
    mergeCube(pending.cubes.get(code) as PendingCube, read, onRow);
  }
}

type ReadRow = Parameters<typeof mergeRows>[1];

function mergeCube({ code, sums, latency }: PendingCube, read: ReadRow, onRow: (row: RollupRow) => void): void {
  const { cellsInSpan } = grainOf(code);
  const bits = chunkBits(code);
  const mask = (1 << bits) - 1;
  const bitsOfModel = modelBits(code);
  const modelMask = (1 << bitsOfModel) - 1;
  const rows = new RowKeys();
  const entries = new RowParts(sums.size);
  for (let slot = 0; slot < sums.size; slot++) {
    const value = sums.key(slot, 2);
    const model = sums.key(slot, 1);
    const span = Math.floor(sums.key(slot, 0) / cellsInSpan);
    const place = ((value & mask) << bitsOfModel) | (model & modelMask);
    const entry = place * cellsInSpan + sums.key(slot, 0) - span * cellsInSpan;
    entries.add(rows.row(span, value >> bits, model >> bitsOfModel), entry, slot);
  }
  const ofModel = code === MODEL_CUBE.code || code === MODEL_CUBE.code + 1;
  const sketches = new RowParts(latency.size);
  for (let slot = 0; slot < latency.size; slot++) {
    if (latency.sums[slot] === 0) continue;
    const value = ofModel ? 0 : latency.key(slot, 1);
    const span = Math.floor(latency.key(slot, 0) / cellsInSpan);
    const entry = (value & mask) * cellsInSpan + latency.key(slot, 0) - span * cellsInSpan;
    const row = rows.row(span, value >> bits, ofModel ? latency.key(slot, 1) : 0);
    sketches.add(row, sketchKey(entry, latency.key(slot, 2)), slot);
  }
  entries.arrange(rows.count);
  sketches.arrange(rows.count);
  const mergeEntries = new EntryMerge(sums, entries);
  const mergeSketches = new SketchMerge();
  for (const row of rows.sorted()) {
    const [span, chunk, model] = [rows.span(row), rows.chunk(row), rows.model(row)];
    const found = read(code, span, chunk, model);
    let packedLatency = found?.[1] ?? null;
    const [from, to] = [sketches.start(row), sketches.start(row + 1)];
    if (from < to) {
      mergeSketches.start(packedLatency);
      for (let at = from; at < to; at++) mergeSketches.add(sketches.key(at), latency.sums[sketches.slot(at)] as number);
      packedLatency = mergeSketches.finish();
    }
    const packedSums = mergeEntries.run(found?.[0] ?? null, row);
    onRow({ cube: code, span, chunk, model, sums: packedSums, latency: packedLatency });
  }
}

/** Adds the fine cells up to the days that they lie in. */
function addDays(pending: PendingSums): void {
  for (const [code, fine] of pending.cubes) {
    fine.sums.settle();
    if (code % 2 === 0) continue;
    const day = pending.cube(code - 1);
    const { cellMs } = grainOf(code);
    for (let slot = 0; slot < fine.sums.size; slot++) {
      const number = Math.floor((fine.sums.key(slot, 0) * cellMs) / DAY_MS);
      day.sums.addFrom(fine.sums, slot, day.sums.slot(number, fine.sums.key(slot, 1), fine.sums.key(slot, 2), 0));
    }
    for (let slot = 0; slot < fine.latency.size; slot++) {
      const number = Math.floor((fine.latency.key(slot, 0) * cellMs) / DAY_MS);
      const to = day.latency.slot(number, fine.latency.key(slot, 1), fine.latency.key(slot, 2), 0);
      day.latency.addOne(to, fine.latency.sums[slot] as number);
    }
  }
}

/** The rows of a cube that something waits for, numbered as they are met. */
class RowKeys {
  #index = new SumTable(1);
  #last = -1;

  get count(): number {
    return this.#index.size;
  }

  row(span: number, chunk: number, model: number): number {
    const last = this.#last;
    // Most parts belong to the same row as the one before.
    if (last !== -1 && this.span(last) === span && this.chunk(last) === chunk && this.model(last) === model)
      return last;
    return (this.#last = this.#index.slot(span, chunk, model, 0));
  }

  span(row: number): number {
    return this.#index.key(row, 0);
  }

  chunk(row: number): number {
    return this.#index.key(row, 1);
  }

  model(row: number): number {
    return this.#index.key(row, 2);
  }

  /** In the order of the table's key. */
  sorted(): Int32Array {
    return Int32Array.from({ length: this.count }, (_, row) => row).toSorted(
      (a, b) => this.span(a) - this.span(b) || this.chunk(a) - this.chunk(b) || this.model(a) - this.model(b),
    );
  }
}

/** Merges new entries into a packed row. */
class EntryMerge {
  #reader = new PackedRowReader();
  #writer = new PackedRowWriter();
  #table: SumTable;
  #entries: RowParts;
  #values = new Float64Array(MEASURE_COUNT);
  /** For sums that do not fit a double. */
  #large = new SumTable(MEASURE_COUNT, 1);

  constructor(table: SumTable, entries: RowParts) {
    this.#table = table;
    this.#entries = entries;
  }

  run(packed: Uint8Array | null, row: number): Uint8Array | null {
    const entries = this.#entries;
    const [from, to] = [entries.start(row), entries.start(row + 1)];
    if (from === to) return packed;
    const reader = this.#reader.open(packed ?? EMPTY);
    const writer = this.#writer;
    writer.start();
    let there = reader.nextKey();
    for (let at = from; at < to; at++) {
      const key = entries.key(at);
      while (there && reader.key < key) {
        writer.copy(reader);
        there = reader.nextKey();
      }
      const isThere = there && reader.key === key;
      if (isThere) reader.readSums();
      this.#append(key, entries.slot(at), isThere);
      if (isThere) there = reader.nextKey();
    }
    while (there) {
      writer.copy(reader);
      there = reader.nextKey();
    }
    return writer.finish();
  }

  /** Writes what waits in a slot, added to what the reader has read. */
  #append(key: number, slot: number, isThere: boolean): void {
    const table = this.#table;
    const reader = this.#reader;
    if (table.carries || (isThere && reader.hasCarries)) return this.#appendLarge(key, slot, isThere);
    const values = this.#values;
    const read = reader.values;
    const { sums } = table;
    const base = slot * MEASURE_COUNT;
    for (let m = 0; m < MEASURE_COUNT; m++) {
      const value = (sums[base + m] as number) + (isThere ? (read[m] as number) : 0);
      if (value >= CARRY_UNIT || value <= -CARRY_UNIT) return this.#appendLarge(key, slot, isThere);
      values[m] = value;
    }
    this.#writer.append(key, values, null);
  }

  #appendLarge(key: number, slot: number, isThere: boolean): void {
    const sum = this.#large;
    const reader = this.#reader;
    sum.clear();
    sum.slot(0, 0, 0, 0);
    sum.addFrom(this.#table, slot, 0);
    if (isThere) {
      sum.add(0, reader.values, 1);
      if (reader.hasCarries) sum.addCarries(0, reader.carries, 1);
    }
    this.#writer.append(key, sum.sums, sum.carries);
  }
}

const EMPTY = new Uint8Array(0);
