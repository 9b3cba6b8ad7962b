import { BASES, type Dimension } from "@outlay/core";
import { Axes } from "./axes.ts";
import { chunkBits, cubeOf, MODEL_CUBE } from "./cubes.ts";
import type { Names } from "./names.ts";
import { PackedRowReader } from "./packed-row.ts";
import type { ScanContext } from "./raw-scan.ts";
import { readState } from "./state.ts";

/** Values of a dimension, the most recently used first. */
export function listValues(
  context: ScanContext,
  names: Names,
  dimension: Dimension,
  { contains, limit }: { contains?: string; limit: number },
): string[] {
  const wanted = contains?.toLowerCase();
  const found = new Set<string>();
  for (const name of recentValues(context, names, dimension)) {
    if (wanted === undefined || name.toLowerCase().includes(wanted)) found.add(name);
    if (found.size >= limit) break;
  }
  return [...found];
}

function* recentValues(context: ScanContext, names: Names, dimension: Dimension): Iterable<string> {
  if (dimension === "status") return yield* ["success", "error"];
  if (dimension === "basis") return yield* BASES;
  const axis = new Axes(names).of(dimension);
  const nameOf = (id: number): string | null => axis.nameOf(axis.groupOf(id));
  const { watermark } = readState(context.database);
  const columns = ["seq", ...axis.columns];
  const fresh = context.database.prepare(`SELECT ${columns.join()} FROM events WHERE seq > ? ORDER BY seq DESC`);
  const at = Object.fromEntries(columns.map((name, index) => [name, index])) as Parameters<typeof axis.valueOf>[1];
  const isRest = (id: number): boolean => id === 0 && axis.kind === "value";
  for (const row of fresh.iterate(watermark)) {
    const id = axis.valueOf(row, at);
    const name = isRest(id) ? null : nameOf(id);
    if (name !== null) yield name;
  }
  const isModel = axis.kind === "model" || axis.kind === "provider";
  const cube = isModel ? MODEL_CUBE : axis.code === null ? null : cubeOf(axis.code);
  if (cube) return yield* rolledUpValues(context, cube.code, isModel, nameOf);
  yield* plainValues(context, names, dimension);
}

/** Day by day backwards, those with more calls first. */
function* rolledUpValues(
  context: ScanContext,
  code: number,
  isModel: boolean,
  nameOf: (id: number) => string | null,
): Iterable<string> {
  const { database } = context;
  const reader = new PackedRowReader();
  const previous = database.prepare("SELECT max(span) FROM rollups WHERE cube = ? AND span < ?");
  const ofDay = database.prepare("SELECT chunk, model, sums FROM rollups WHERE cube = ? AND span = ?");
  let [day] = previous.get(code, Number.MAX_SAFE_INTEGER) as [number | null];
  while (day !== null) {
    context.checkCancelled();
    const calls: [number, number][] = [];
    for (const [chunk, model, sums] of ofDay.all(code, day) as [number, number, Uint8Array][]) {
      reader.open(sums);
      while (reader.next()) {
        calls.push([isModel ? model : (chunk << chunkBits(code)) + reader.key, reader.values[0] as number]);
      }
    }
    for (const [id] of calls.toSorted(([, a], [, b]) => b - a)) {
      const name = nameOf(id);
      if (name !== null) yield name;
    }
    [day] = previous.get(code, day) as [number | null];
  }
}

/** Dimensions without rollups: the newest sessions, the newest texts, the newest events' traces. */
function* plainValues(context: ScanContext, names: Names, dimension: Dimension): Iterable<string> {
  const axis = new Axes(names).of(dimension);
  const { code } = axis;
  if (dimension === "session" && code !== null) {
    const rows = context.database.prepare("SELECT id FROM sessions ORDER BY last_at DESC").iterate();
    for (const [id] of rows) yield names.textOf(code, id as number);
  } else if (code !== null) {
    const rows = context.database.prepare("SELECT text FROM texts WHERE dimension = ? ORDER BY id DESC").iterate(code);
    for (const [text] of rows) yield text as string;
  } else if (axis.kind === "trace") {
    const rows = context.database.prepare("SELECT trace FROM events ORDER BY seq DESC LIMIT 20000").iterate();
    const at = { trace: 0 } as Parameters<typeof axis.valueOf>[1];
    for (const row of rows) {
      const name = axis.nameOf(axis.valueOf(row, at));
      if (name !== null) yield name;
    }
  }
}
