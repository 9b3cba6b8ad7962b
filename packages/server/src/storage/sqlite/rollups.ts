import { chunkBits, DAY_MS, grainOf, MODEL_CUBE, modelBits } from "./cubes.ts";
import type { Database } from "./driver.ts";
import { packSketches, type SketchCounts, sketchKey, unpackSketches } from "./packed-latency.ts";
import { PackedRowReader, PackedRowWriter } from "./packed-row.ts";
import type { PendingCube, PendingSums } from "./pending-sums.ts";
import { MEASURE_COUNT, SumTable } from "./sum-table.ts";

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
  addDays(pending.cubes);
  for (const code of [...pending.cubes.keys()].toSorted((a, b) => a - b)) {
    mergeCube(pending.cubes.get(code) as PendingCube, read, onRow);
  }
}

type ReadRow = Parameters<typeof mergeRows>[1];

function mergeCube({ code, sums, latency }: PendingCube, read: ReadRow, onRow: (row: RollupRow) => void): void {
  const grain = grainOf(code);
  const { cellsInSpan } = grain;
  const bits = chunkBits(code);
  const mask = (1 << bits) - 1;
  const bitsOfModel = modelBits(code);
  const modelMask = (1 << bitsOfModel) - 1;
  const rows = new RowGroups();
  for (let slot = 0; slot < sums.size; slot++) {
    const value = sums.key(slot, 2);
    const model = sums.key(slot, 1);
    const span = Math.floor(sums.key(slot, 0) / cellsInSpan);
    const place = ((value & mask) << bitsOfModel) | (model & modelMask);
    const entry = place * cellsInSpan + sums.key(slot, 0) - span * cellsInSpan;
    rows.group(span, value >> bits, model >> bitsOfModel).entries.push(entry, slot);
  }
  const ofModel = code === MODEL_CUBE.code || code === MODEL_CUBE.code + 1;
  for (let slot = 0; slot < latency.size; slot++) {
    const count = latency.sums[slot] as number;
    if (count === 0) continue;
    const value = ofModel ? 0 : latency.key(slot, 1);
    const span = Math.floor(latency.key(slot, 0) / cellsInSpan);
    const entry = (value & mask) * cellsInSpan + latency.key(slot, 0) - span * cellsInSpan;
    const group = rows.group(span, value >> bits, ofModel ? latency.key(slot, 1) : 0);
    addCount((group.sketches ??= new Map()), sketchKey(entry, latency.key(slot, 2)), count);
  }
  const merge = new EntryMerge(sums);
  for (const { span, chunk, model, entries, sketches } of rows.sorted()) {
    const found = read(code, span, chunk, model);
    let packedLatency = found?.[1] ?? null;
    if (sketches) {
      if (packedLatency) {
        unpackSketches(packedLatency, (key, bucket, n) => addCount(sketches, sketchKey(key, bucket), n));
      }
      packedLatency = packSketches(sketches);
    }
    const packedSums = merge.run(found?.[0] ?? null, entries);
    onRow({ cube: code, span, chunk, model, sums: packedSums, latency: packedLatency });
  }
}

function addCount(sketches: SketchCounts, at: number, count: number): void {
  sketches.set(at, (sketches.get(at) ?? 0) + count);
}

/** Adds the fine cells up to the days that they lie in. */
function addDays(cubes: Map<number, PendingCube>): void {
  for (const [code, fine] of cubes) {
    fine.sums.settle();
    if (code % 2 === 0) continue;
    let day = cubes.get(code - 1);
    if (!day) cubes.set(code - 1, (day = { code: code - 1, sums: new SumTable(), latency: new SumTable(1) }));
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

interface RowGroup {
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

  group(span: number, chunk: number, model: number): RowGroup {
    const slot = this.#index.slot(span, chunk, model, 0);
    return (this.#groups[slot] ??= { span, chunk, model, entries: [], sketches: null });
  }

  sorted(): RowGroup[] {
    return this.#groups.toSorted((a, b) => a.span - b.span || a.chunk - b.chunk || a.model - b.model);
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
  return order.toSorted(([a], [b]) => a - b).flat();
}
