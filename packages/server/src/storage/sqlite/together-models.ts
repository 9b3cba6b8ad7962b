import { cubeWithModel, isCubeOfSingleModels } from "./cubes.ts";
import type { Database } from "./driver.ts";
import { PackedRowReader } from "./packed-row.ts";
import { PendingSums } from "./pending-sums.ts";
import { writeRollups } from "./rollups.ts";
import { SumTable } from "./sum-table.ts";

/** Puts sums that files of before keep in rows of 64 users with one model into rows of 16 with 8, a day at a time. */
export function putModelsTogether(database: Database): void {
  const codes = database.prepare("SELECT DISTINCT cube FROM rollups").all() as [number][];
  const daysOf = database.prepare("SELECT DISTINCT span FROM rollups WHERE cube = ?");
  const remove = database.prepare("DELETE FROM rollups WHERE cube = ?");
  for (const [code] of codes.filter(([cube]) => isCubeOfSingleModels(cube))) {
    for (const [day] of daysOf.all(code) as [number][]) moveDay(database, code, day);
    remove.run(code);
  }
}

function moveDay(database: Database, code: number, day: number): void {
  const dimension = Math.floor(code / 8);
  const cube = cubeWithModel(dimension);
  if (!cube) throw new Error(`no sums with models are kept of dimension ${dimension}`);
  const sums = new SumTable();
  const reader = new PackedRowReader();
  const rows = database.prepare("SELECT chunk, model, sums FROM rollups WHERE cube = ? AND span = ?");
  for (const [chunk, model, bytes] of rows.all(code, day) as [number, number, Uint8Array][]) {
    reader.open(bytes);
    while (reader.next()) {
      const slot = sums.slot(day, model, chunk * VALUES_IN_OLD_ROW + reader.key, 0);
      sums.add(slot, reader.values, 1);
      if (reader.hasCarries) sums.addCarries(slot, reader.carries, 1);
    }
  }
  const pending = new PendingSums(() => []);
  pending.cubes.set(cube.code, { code: cube.code, sums, latency: new SumTable(1) });
  writeRollups(database, pending);
}

const VALUES_IN_OLD_ROW = 64;
