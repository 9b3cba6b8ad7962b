import { latencyBucket } from "../latency-sketch.ts";
import {
  ALL_CUBE,
  type Cube,
  cubeOf,
  cubeWithModel,
  DAY_MS,
  DIMENSION_CODES,
  type DimensionCode,
  HOUR,
  MODEL_CUBE,
  PAIR_CUBES,
  QUARTER,
} from "./cubes.ts";
import type { TagMember } from "./dictionary.ts";
import { basisId, COL, DIMENSION_COLUMNS, type EventRow, measuresOf, newMeasures, statusId } from "./event-row.ts";
import { MEASURE_COUNT, SumTable } from "./sum-table.ts";

/** What waits for one cube, or for its fine split. */
export interface PendingCube {
  code: number;
  /** By (cell, model or first value, value). */
  sums: SumTable;
  /** Counts by (cell, value, latency bucket); of the cube of models: by (cell, model, latency bucket). */
  latency: SumTable;
}

/**
 * Sums that wait to be added to the rollups of the file. Events are gathered in columns and added cube by cube:
 * going through all cubes for each event would miss the processor's cache at every step.
 */
export class PendingSums {
  readonly cubes = new Map<number, PendingCube>();
  /** How large the tables of each cube became before: then they need not grow again. */
  #expected: Map<number, { sums: number; latency: number }>;
  #membersOf: (tagSet: number) => TagMember[];
  #count = 0;
  #quarter = new Int32Array(GATHERED);
  #hour = new Int32Array(GATHERED);
  #day = new Int32Array(GATHERED);
  #model = new Int32Array(GATHERED);
  #bucket = new Int32Array(GATHERED);
  #sign = new Int32Array(GATHERED);
  #values = ROLLED_UP.map(() => new Int32Array(GATHERED));
  #hasValue = ROLLED_UP.map(() => false);
  #tags: { event: number; member: TagMember }[] = [];
  #measures = new Float64Array(GATHERED * MEASURE_COUNT);
  #measuresOfOne = newMeasures();
  /** The largest sum that the gathered events can add to anything. */
  #total = 0;

  /** `last`: what waited before, of which these are expected to be the like. */
  constructor(membersOf: (tagSet: number) => TagMember[], last: PendingSums | null = null) {
    this.#membersOf = membersOf;
    this.#expected = new Map();
    for (const [code, { sums, latency }] of last?.cubes ?? []) {
      this.#expected.set(code, { sums: sums.size, latency: latency.size });
    }
  }

  /** Adds an event to every cube; `sign` -1 takes it out. */
  add(row: EventRow, sign: 1 | -1): void {
    const event = this.#count++;
    const at = row[COL.at] as number;
    const durationUs = row[COL.duration_us] as number | null;
    this.#quarter[event] = Math.floor(at / QUARTER.cellMs);
    this.#hour[event] = Math.floor(at / HOUR.cellMs);
    this.#day[event] = Math.floor(at / DAY_MS);
    this.#model[event] = row[COL.model] as number;
    this.#bucket[event] = durationUs === null ? -1 : latencyBucket(durationUs / 1_000);
    this.#sign[event] = sign;
    for (let d = 0; d < COLUMNS.length; d++) this.#setValue(d, event, row[COLUMNS[d] as number] as number | null);
    const flags = row[COL.flags] as number;
    this.#setValue(BASIS, event, basisId(flags));
    this.#setValue(STATUS, event, statusId(flags));
    const tagSet = row[COL.tag_set] as number | null;
    if (tagSet !== null) for (const member of this.#membersOf(tagSet)) this.#tags.push({ event, member });
    const measures = measuresOf(row, COL, this.#measuresOfOne);
    const base = event * MEASURE_COUNT;
    for (let m = 0; m < MEASURE_COUNT; m++) {
      const value = measures[m] as number;
      this.#measures[base + m] = sign * value;
      this.#total += Math.abs(value);
    }
    if (this.#count === GATHERED) this.settle();
  }

  /** null and 0: no value, or the rest. */
  #setValue(d: number, event: number, id: number | null): void {
    (this.#values[d] as Int32Array)[event] = id ?? 0;
    if (id !== null && id !== 0) this.#hasValue[d] = true;
  }

  /** How many sums wait, apart from the events gathered last. */
  get size(): number {
    let size = 0;
    for (const { sums } of this.cubes.values()) size += sums.size;
    return size;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.cubes.size === 0;
  }

  /** Adds the gathered events to the cubes. */
  settle(): void {
    const count = this.#count;
    if (count === 0) return;
    this.#addTo(ALL_CUBE.code + 1, this.#quarter, null, null);
    this.#countIn(ALL_CUBE.code + 1, this.#quarter, null);
    this.#addTo(MODEL_CUBE.code + 1, this.#quarter, this.#model, null);
    this.#countIn(MODEL_CUBE.code + 1, this.#quarter, this.#model);
    for (let d = 0; d < ROLLED_UP.length; d++) {
      if (!this.#hasValue[d]) continue;
      const { cube, withModel } = ROLLED_UP[d] as RolledUp;
      this.#addValues(cube, withModel, this.#values[d] as Int32Array);
      this.#hasValue[d] = false;
    }
    this.#addTags();
    for (const { cube, first, second } of PAIRS) {
      const [code, cells] = cube.fine ? [cube.code + 1, this.#hour] : [cube.code, this.#day];
      this.#addTo(code, cells, this.#values[first] as Int32Array, this.#values[second] as Int32Array, true);
    }
    this.#count = 0;
    this.#total = 0;
    this.#tags = [];
  }

  #addTags(): void {
    const columns = new Map<DimensionCode, Int32Array>();
    for (const { event, member } of this.#tags) {
      let column = columns.get(member.dimension);
      if (!column) columns.set(member.dimension, (column = new Int32Array(GATHERED)));
      column[event] = member.value;
    }
    for (const [dimension, column] of columns) {
      this.#addValues(cubeOf(dimension) as Cube, cubeWithModel(dimension) as Cube, column);
    }
  }

  #addValues(cube: Cube, withModel: Cube, values: Int32Array): void {
    const cells = cube.fine === HOUR ? this.#hour : this.#quarter;
    this.#addTo(cube.code + 1, cells, null, values);
    if (withModel.fine) this.#addTo(withModel.code + 1, this.#hour, this.#model, values);
    else this.#addTo(withModel.code, this.#day, this.#model, values);
    if (cube.latency === "fine") this.#countIn(cube.code + 1, cells, values);
    else this.#countIn(cube.code, this.#day, values);
  }

  /** Adds the measures of the gathered events; those without a value are left out unless they are `counted`. */
  #addTo(code: number, cells: Int32Array, models: Int32Array | null, values: Int32Array | null, counted = false): void {
    const { sums } = this.cube(code);
    const careful = sums.reserve(this.#total);
    const measures = this.#measures;
    let slot = -1;
    let [lastCell, lastModel, lastValue] = [-1, -1, -1];
    for (let event = 0; event < this.#count; event++) {
      const value = values === null ? 0 : (values[event] as number);
      if (value === 0 && values !== null && !counted) continue;
      const cell = cells[event] as number;
      const model = models === null ? 0 : (models[event] as number);
      if (slot === -1 || cell !== lastCell || model !== lastModel || value !== lastValue) {
        slot = sums.slot(cell, model, value, 0);
        lastCell = cell;
        lastModel = model;
        lastValue = value;
      }
      if (careful) sums.add(slot, measures.subarray(event * MEASURE_COUNT, (event + 1) * MEASURE_COUNT), 1);
      else sums.addFast(slot, measures, event * MEASURE_COUNT);
    }
  }

  #countIn(code: number, cells: Int32Array, values: Int32Array | null): void {
    const { latency } = this.cube(code);
    for (let event = 0; event < this.#count; event++) {
      const bucket = this.#bucket[event] as number;
      const value = values === null ? 0 : (values[event] as number);
      if (bucket === -1 || (value === 0 && values !== null)) continue;
      latency.addOne(latency.slot(cells[event] as number, value, bucket, 0), this.#sign[event] as number);
    }
  }

  /** What waits for one cube; made when nothing has so far. */
  cube(code: number): PendingCube {
    let cube = this.cubes.get(code);
    if (!cube) {
      const { sums, latency } = this.#expected.get(code) ?? { sums: 0, latency: 0 };
      cube = { code, sums: SumTable.forAbout(sums), latency: SumTable.forAbout(latency, 1) };
      this.cubes.set(code, cube);
    }
    return cube;
  }
}

/** So many events are gathered before they are added to the cubes: their measures fit a processor's cache. */
const GATHERED = 1_024;

interface RolledUp {
  code: DimensionCode;
  cube: Cube;
  withModel: Cube;
}

function rolledUp(code: DimensionCode): RolledUp[] {
  const cube = cubeOf(code);
  const withModel = cubeWithModel(code);
  return cube && withModel ? [{ code, cube, withModel }] : [];
}

const IN_COLUMNS = DIMENSION_COLUMNS.filter(({ code }) => rolledUp(code).length > 0);
/** Where a row has the values of the first of `ROLLED_UP`; the last two are in its flags. */
const COLUMNS = IN_COLUMNS.map(({ column }) => COL[column]);
const BASIS = COLUMNS.length;
const STATUS = BASIS + 1;
const ROLLED_UP: RolledUp[] = [
  ...IN_COLUMNS.map(({ code }) => code),
  DIMENSION_CODES.basis,
  DIMENSION_CODES.status,
].flatMap(rolledUp);

const PAIRS = PAIR_CUBES.map((cube) => ({
  cube,
  first: ROLLED_UP.findIndex(({ code }) => code === cube.dimension),
  second: ROLLED_UP.findIndex(({ code }) => code === cube.second),
}));
