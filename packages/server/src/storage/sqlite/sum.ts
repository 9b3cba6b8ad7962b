import { InvalidInput } from "@outlay/core";
import { latencyBucket } from "../latency-sketch.ts";
import { SUM_NAMES, type SumQuestion, type Sums } from "../storage.ts";
import { type AnswerMessage, encodeAnswer } from "./answer-message.ts";
import { Axes, type Axis, type ResolvedFilter } from "./axes.ts";
import { Buckets } from "./buckets.ts";
import { ALL_CUBE, type Cube, cubeOf, MODEL_CUBE } from "./cubes.ts";
import { type EventColumn, MEASURE_COLUMNS, measuresOf, newMeasures } from "./event-row.ts";
import { GroupTable } from "./group-table.ts";
import type { Names } from "./names.ts";
import { cubeFor } from "./plan.ts";
import { type ColumnPositions, type RawScan, requireRaw, type ScanContext, scanRaw } from "./raw-scan.ts";
import { type CubeSums, readCube } from "./read-rollups.ts";
import type { SqlRow } from "./driver.ts";
import { readState, type StoreState } from "./state.ts";

/** Answers one question inside a reading transaction: rollups up to the watermark, raw events behind it. */
export function answerSum(context: ScanContext, names: Names, question: SumQuestion): AnswerMessage {
  const { groups, scannedEvents } = sumGroups(context, names, question);
  return toAnswer(groups, question, { scannedEvents, upToSeq: readState(context.database).nextSeq - 1 });
}

/** The groups of a question, not yet cut and named. */
export function sumGroups(
  context: ScanContext,
  names: Names,
  question: SumQuestion,
): { groups: GroupTable; scannedEvents: number } {
  const axes = new Axes(names);
  const work = new SumWork(context, axes, question);
  const cube = cubeFor(question.by, question.filters, (dimension) => axes.of(dimension).code);
  if (cube && (!question.latency || cube.latency)) work.addRollups(cube);
  else work.addScan();
  return { groups: work.groups, scannedEvents: work.scannedEvents };
}

class SumWork {
  readonly groups: GroupTable;
  scannedEvents = 0;
  #context: ScanContext;
  #axes: Axes;
  #question: SumQuestion;
  #by: Axis[];
  #filters: ResolvedFilter[];
  #buckets: Buckets;
  #state: StoreState;
  #measures = newMeasures();

  constructor(context: ScanContext, axes: Axes, question: SumQuestion) {
    this.#context = context;
    this.#axes = axes;
    this.#question = question;
    this.#by = question.by.map((dimension) => axes.of(dimension));
    this.#filters = question.filters.map((filter) => axes.filter(filter));
    this.#buckets = new Buckets(question.startMs, question.endMs, question.bucketStartsMs);
    this.#state = readState(context.database);
    this.groups = new GroupTable(this.#by, question.latency === true);
  }

  addRollups(cube: Cube): void {
    const { firstMs, lastMs, watermark } = this.#state;
    if (firstMs !== null && lastMs !== null) this.#addCube(cube, firstMs, lastMs, watermark);
    this.scannedEvents += this.#addRaw({
      fromMs: this.#buckets.startMs,
      toMs: this.#buckets.endMs,
      afterSeq: watermark,
      filters: this.#filters,
      columns: this.#columns(),
    });
  }

  addScan(): void {
    const { startMs, endMs } = this.#buckets;
    const oldestMs = this.#oldestMatchMs();
    if (oldestMs !== null && endMs > oldestMs) requireRaw(this.#context, Math.max(startMs, oldestMs));
    const events = this.#eventsInRange();
    const limit = this.#question.scanLimit ?? Infinity;
    const matching = this.#mostMatches(events);
    if (matching > limit) throw tooLarge(matching, limit);
    const wholeTable = !this.#hasIndexedFilter() && events > WHOLE_TABLE_SHARE * this.#allEvents();
    const scan: RawScan = {
      fromMs: startMs,
      toMs: endMs,
      filters: this.#filters,
      columns: this.#columns(),
      wholeTable,
    };
    this.scannedEvents += this.#addRaw(scan, limit);
  }

  /** Nothing that matches lies before this instant; null when nothing is known to match. */
  #oldestMatchMs(): number | null {
    const sessions = this.#filters.find(
      ({ axis, exclude, ids }) => axis.dimension === "session" && !exclude && !ids.has(0),
    );
    if (!sessions) return this.#state.firstMs;
    const list = [...sessions.ids].join();
    const [row] = this.#context.database.prepare(`SELECT min(first_at) FROM sessions WHERE id IN (${list})`).all();
    return (row?.[0] as number | null | undefined) ?? null;
  }

  #hasIndexedFilter(): boolean {
    return this.#filters.some(
      ({ axis, exclude, ids }) =>
        !exclude &&
        !ids.has(0) &&
        (axis.dimension === "user" || axis.dimension === "session" || axis.dimension.startsWith("tag:")),
    );
  }

  /** How many events an index leaves to read, at most, as far as the sums know; all in the range without an index. */
  #mostMatches(inRange: number): number {
    const known = this.#filters.flatMap((filter) => {
      const { code, dimension } = filter.axis;
      if (filter.exclude || filter.ids.has(0) || code === null) return [];
      if (dimension !== "user" && !dimension.startsWith("tag:")) return [];
      return [this.#countDays({ ...(cubeOf(code) as Cube), fine: null }, [filter])];
    });
    if (known.length > 0) return Math.min(...known);
    return this.#hasIndexedFilter() ? 0 : inRange;
  }

  /** About how many raw events lie in the range, by days. */
  #eventsInRange(): number {
    return this.#countDays({ ...ALL_CUBE, fine: null }, []);
  }

  #allEvents(): number {
    return this.#countDays({ ...ALL_CUBE, fine: null }, [], { fromMs: this.#context.horizonMs, toMs: Infinity });
  }

  /** The events of the whole days that the range touches; `values` keeps those with one of the cube's values. */
  #countDays(
    cube: Cube,
    values: ResolvedFilter[],
    { fromMs, toMs } = { fromMs: Math.max(this.#buckets.startMs, this.#context.horizonMs), toMs: this.#buckets.endMs },
  ): number {
    const { firstMs, lastMs, watermark } = this.#state;
    if (firstMs === null || lastMs === null) return 0;
    const { sums } = readCube(this.#context, this.#axes, {
      cube,
      buckets: new Buckets(floorDay(Math.max(fromMs, firstMs)), floorDay(Math.min(toMs, lastMs) + DAY_LENGTH_MS - 1)),
      latency: false,
      models: [],
      values,
      watermark,
      firstMs,
      lastMs,
    });
    let calls = 0;
    for (let slot = 0; slot < sums.size; slot++) calls += Number(sums.value(slot, CALLS));
    return calls;
  }

  #addCube(cube: Cube, firstMs: number, lastMs: number, watermark: number): void {
    const { models, firsts, values } = this.#filtersOf(cube);
    const latency = this.#question.latency === true;
    const hasRest = cube.dimension !== null && cube.second === null && values.every(({ accepts }) => accepts(0));
    const shared = { buckets: this.#buckets, latency, watermark, firstMs, lastMs };
    const main = readCube(this.#context, this.#axes, {
      ...shared,
      cube,
      models: cube.second === null ? models : firsts,
      values: hasRest ? [] : values,
    });
    this.scannedEvents += main.scannedEvents;
    if (hasRest) {
      const base = readCube(this.#context, this.#axes, {
        ...shared,
        cube: cube.withModel ? MODEL_CUBE : ALL_CUBE,
        models,
        values: [],
      });
      this.scannedEvents += base.scannedEvents;
      this.#fold(cube, subtractAll(base, main), [], []);
    }
    this.#fold(cube, main, models.concat(firsts), values);
  }

  #filtersOf(cube: Cube): { models: ResolvedFilter[]; firsts: ResolvedFilter[]; values: ResolvedFilter[] } {
    const models: ResolvedFilter[] = [];
    const firsts: ResolvedFilter[] = [];
    const values: ResolvedFilter[] = [];
    for (const filter of this.#filters) {
      const { kind, code } = filter.axis;
      if (kind === "model" || kind === "provider") models.push(filter);
      else if (code !== null) (cube.second !== null && code === cube.dimension ? firsts : values).push(filter);
    }
    return { models, firsts, values };
  }

  /** Groups of the cube's numbers become groups of the question's dimensions. */
  #fold(cube: Cube, { sums, latency }: CubeSums, models: ResolvedFilter[], values: ResolvedFilter[]): void {
    // A tag key that was never used has no code: nobody has a value there.
    const unused = this.#filters.filter(({ axis }) => axis.kind === "value" && axis.code === null);
    if (unused.some(({ accepts }) => !accepts(0))) return;
    const keeps = (a: number, b: number): boolean =>
      models.every(({ accepts }) => accepts(a)) && values.every(({ accepts }) => accepts(b));
    const part = this.#by.map(({ kind, code }) =>
      kind === "model" || kind === "provider" || (cube.second !== null && code === cube.dimension) ? 0 : 1,
    );
    const ids = (a: number, b: number): number[] =>
      this.#by.map((axis, index) => (axis.code === null ? 0 : axis.groupOf(part[index] === 0 ? a : b)));
    for (let slot = 0; slot < sums.size; slot++) {
      const a = sums.key(slot, 1);
      const b = sums.key(slot, 2);
      if (keeps(a, b)) this.groups.addFrom(this.groups.slot(sums.key(slot, 0), ids(a, b)), sums, slot);
    }
    if (!latency) return;
    for (let slot = 0; slot < latency.size; slot++) {
      const a = latency.key(slot, 1);
      const b = latency.key(slot, 2);
      if (!keeps(a, b)) continue;
      const group = this.groups.slot(latency.key(slot, 0), ids(a, b));
      this.groups.addLatency(group, latency.key(slot, 3), latency.sums[slot] as number);
    }
  }

  #addRaw(scan: RawScan, limit = Infinity): number {
    const ids = this.#by.map(() => 0);
    let read = 0;
    return scanRaw(this.#context, scan, (row: SqlRow, at: ColumnPositions) => {
      if (++read > limit) throw tooLarge(read, limit);
      const bucket = this.#buckets.of(row[at.at] as number);
      for (let i = 0; i < ids.length; i++) {
        const axis = this.#by[i] as Axis;
        ids[i] = axis.groupOf(axis.valueOf(row, at));
      }
      const slot = this.groups.slot(bucket, ids);
      this.groups.add(slot, measuresOf(row, at, this.#measures));
      const durationUs = row[at.duration_us] as number | null;
      if (durationUs !== null) this.groups.addLatency(slot, latencyBucket(durationUs / 1_000), 1);
    });
  }

  #columns(): EventColumn[] {
    return [...MEASURE_COLUMNS, ...this.#by.flatMap(({ columns }) => columns)];
  }
}

/** What a base cube says beyond the values of another: the events without a value. */
function subtractAll(base: CubeSums, main: CubeSums): CubeSums {
  const { sums, latency } = base;
  for (let slot = 0; slot < main.sums.size; slot++) {
    sums.subtractFrom(main.sums, slot, sums.slot(main.sums.key(slot, 0), main.sums.key(slot, 1), 0, 0));
  }
  const from = main.latency;
  if (!latency || !from) return base;
  for (let slot = 0; slot < from.size; slot++) {
    latency.addOne(
      latency.slot(from.key(slot, 0), from.key(slot, 1), 0, from.key(slot, 3)),
      -(from.sums[slot] as number),
    );
  }
  return base;
}

function tooLarge(events: number, limit: number): InvalidInput {
  return new InvalidInput(
    "scan_too_large",
    `this question has to read ${events.toLocaleString("en")} single events, more than ${limit.toLocaleString("en")}; ` +
      "ask for a shorter period or fewer dimensions",
  );
}

const DAY_LENGTH_MS = 86_400_000;
const floorDay = (ms: number): number => Math.floor(ms / DAY_LENGTH_MS) * DAY_LENGTH_MS;
const CALLS = SUM_NAMES.indexOf("calls");
const WHOLE_TABLE_SHARE = 0.3;

function toAnswer(
  groups: GroupTable,
  question: SumQuestion,
  rest: { scannedEvents: number; upToSeq: number },
): AnswerMessage {
  const slots = groups.nonEmpty();
  const totals = groups.total(slots);
  const { top } = question;
  let kept = slots;
  let others: Sums | null = null;
  if (top && slots.length > top.limit) {
    const sign = top.ascending ? 1 : -1;
    const amounts = new Map(slots.map((slot) => [slot, groups.amount(slot, top.sum)]));
    const order = slots.toSorted((a, b) => {
      const left = amounts.get(a) as bigint;
      const right = amounts.get(b) as bigint;
      return left < right ? -sign : left > right ? sign : groups.compare(a, b);
    });
    kept = order.slice(0, top.limit);
    others = groups.total(order.slice(top.limit));
  }
  return encodeAnswer(groups, kept, { others, groups: slots.length, totals, ...rest });
}
