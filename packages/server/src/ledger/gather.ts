import type { Dimension, Metric } from "@outlay/core";
import type { DistinctRow, Filter, Storage, SumRow, Sums } from "../storage/storage.ts";
import { metricValue, needsOf, sumToOrderBy, type Measured, type Needs } from "./metrics.ts";
import { emptySums, restOf, totalOf } from "./sums.ts";

/** What to gather, with everything resolved. */
export interface GatherRequest {
  startMs: number;
  endMs: number;
  /** Starts of buckets, the first is `startMs`; null: not split by time. */
  bucketStartsMs: number[] | null;
  by: Dimension[];
  filters: Filter[];
  metrics: Metric[];
  order: { metric: Metric; descending: boolean };
  limit: number;
  /** Exactly these groups, in this order, instead of the first ones; everything else is `other`. */
  keys?: GroupKey[];
  scanLimit: number;
}

/** One value for each dimension asked; null: unattributed. */
type GroupKey = (string | null)[];

export interface Group {
  key: GroupKey;
  whole: Measured;
  /** One for each bucket; empty when not split by time. */
  buckets: Measured[];
}

export interface Gathered {
  groups: Group[];
  /** Everything beyond the limit; null when nothing is. Groups and other add up to the totals exactly. */
  other: Group | null;
  totals: Group;
  groupCount: number;
  scannedEvents: number;
}

/**
 * The groups of a question with their numbers.
 *
 * The store sums in one go what it can; only where time buckets meet a limit are there two steps: first which
 * groups are the largest, then their buckets and the buckets of everything. `other` is the difference, so that the
 * parts are the whole by construction, also when events arrive in between.
 */
export async function gather(storage: Storage, request: GatherRequest): Promise<Gathered> {
  const task = new Task(storage, request);
  if (request.bucketStartsMs === null && request.keys === undefined) return finish(task, await ranked(task));
  const ranking = request.by.length === 0 || request.keys !== undefined ? null : await ranked(task);
  const keys = request.keys ?? ranking?.groups.map((group) => group.key) ?? [[]];
  const isCut = request.keys !== undefined || (ranking !== null && ranking.groupCount > keys.length);
  const split = await splitByTime(task, keys, isCut);
  return finish(task, { ...split, groupCount: ranking?.groupCount ?? keys.length });
}

/** Sums without the numbers that take questions of their own. */
interface Summed {
  groups: SummedGroup[];
  other: SummedGroup | null;
  totals: SummedGroup;
  groupCount: number;
}

interface SummedGroup {
  key: GroupKey;
  whole: Sums;
  buckets: Sums[];
}

/** One run of `gather`: asks the store and counts what it read. */
class Task {
  readonly storage: Storage;
  readonly request: GatherRequest;
  readonly needs: Needs;
  scannedEvents = 0;

  constructor(storage: Storage, request: GatherRequest) {
    this.storage = storage;
    this.request = request;
    this.needs = needsOf([...request.metrics, request.order.metric]);
  }

  get range(): { startMs: number; endMs: number; scanLimit: number } {
    const { startMs, endMs, scanLimit } = this.request;
    return { startMs, endMs, scanLimit };
  }

  async sum(question: {
    by: Dimension[];
    filters: Filter[];
    bucketStartsMs?: number[] | null;
    top?: { sum: NonNullable<ReturnType<typeof sumToOrderBy>>; ascending: boolean; limit: number };
  }) {
    const { bucketStartsMs, top, by, filters } = question;
    const answer = await this.storage.sum({
      ...this.range,
      by,
      filters,
      latency: this.needs.latency,
      ...(bucketStartsMs == null ? {} : { bucketStartsMs }),
      ...(top === undefined ? {} : { top }),
    });
    this.scannedEvents += answer.scannedEvents;
    return answer;
  }
}

/** The first groups by the order asked, over the whole range. */
async function ranked(task: Task): Promise<Summed> {
  const { by, filters, order, limit } = task.request;
  if (by.length === 0) {
    const { totals } = await task.sum({ by, filters });
    const group = { key: [], whole: totals, buckets: [] };
    return { groups: [group], other: null, totals: group, groupCount: 1 };
  }
  const sum = sumToOrderBy(order.metric);
  const answer = await task.sum({
    by,
    filters,
    ...(sum === null ? {} : { top: { sum, ascending: !order.descending, limit } }),
  });
  const groups = answer.rows.map((row) => ({ key: row.key, whole: row.sums, buckets: [] }));
  const sorted = await sortGroups(task, groups);
  const kept = sorted.slice(0, limit);
  return {
    groups: kept,
    other:
      answer.groups > kept.length
        ? otherGroup(
            by,
            restOf(
              answer.totals,
              kept.map((group) => group.whole),
            ),
            [],
          )
        : null,
    totals: { key: [], whole: answer.totals, buckets: [] },
    groupCount: answer.groups,
  };
}

/** The given groups, bucket by bucket (or as a whole when the question has no buckets). */
async function splitByTime(task: Task, keys: GroupKey[], isCut: boolean): Promise<Omit<Summed, "groupCount">> {
  const { by, filters, bucketStartsMs } = task.request;
  const bucketCount = bucketStartsMs?.length ?? 1;
  const restricted = isCut ? restrictTo(filters, by, keys) : filters;
  // Parts before the whole: an event that arrives in between is then in other, not missing from the total.
  const rows = keys.length === 0 ? [] : (await task.sum({ by, filters: restricted, bucketStartsMs })).rows;
  const places = new Map(keys.map((key, index) => [keyText(key), index]));
  const cells = keys.map(() => Array.from({ length: bucketCount }, () => NOTHING));
  // A group whose first event has arrived since the ranking has no place yet.
  const late: SumRow[] = [];
  for (const row of rows) {
    const place = places.get(keyText(row.key));
    if (place === undefined) late.push(row);
    else cells[place]![row.bucket] = row.sums;
  }
  const withWhole = (key: GroupKey, buckets: Sums[]): SummedGroup => ({
    key,
    whole: totalOf(buckets),
    buckets: bucketStartsMs === null ? [] : buckets,
  });
  const groups = keys.map((key, index) => withWhole(key, cells[index]!));
  const beyond = isCut
    ? beyondCells(cells, (await task.sum({ by: [], filters, bucketStartsMs })).rows, bucketCount)
    : totalPerBucket(late, bucketCount);
  const other = beyond.some((sums) => sums.calls !== 0n) ? withWhole(otherKey(by), beyond) : null;
  return {
    groups,
    other,
    totals: {
      key: [],
      whole: totalOf([...groups, ...(other === null ? [] : [other])].map((group) => group.whole)),
      // Without dimensions the only group is everything.
      buckets: by.length === 0 ? groups[0]!.buckets : [],
    },
  };
}

/** Stands for every group without events; never changed. */
const NOTHING = emptySums();

/** What everything has in each bucket that none of the groups has. */
function beyondCells(cells: Sums[][], everything: SumRow[], bucketCount: number): Sums[] {
  return totalPerBucket(everything, bucketCount).map((total, bucket) =>
    restOf(
      total,
      cells.map((group) => group[bucket]!),
    ),
  );
}

function totalPerBucket(rows: SumRow[], bucketCount: number): Sums[] {
  const totals = Array.from({ length: bucketCount }, () => NOTHING);
  for (const row of rows) {
    const before = totals[row.bucket]!;
    totals[row.bucket] = before === NOTHING ? row.sums : totalOf([before, row.sums]);
  }
  return totals;
}

function otherGroup(by: Dimension[], whole: Sums, buckets: Sums[]): SummedGroup {
  return { key: otherKey(by), whole, buckets };
}

function otherKey(by: Dimension[]): GroupKey {
  return by.map(() => "other");
}

/** Adds what takes questions of its own: distinct users and sessions, and the cost within sessions. */
async function finish(task: Task, summed: Summed): Promise<Gathered> {
  const { by, bucketStartsMs, limit } = task.request;
  const keys = summed.groups.map((group) => group.key);
  const isCut = summed.groupCount > limit || summed.other !== null;
  const ofGroups = by.length === 0 ? null : await extrasOf(task, by, isCut ? keys : null, bucketStartsMs);
  const ofTotals = await extrasOf(task, [], null, null);
  const ofBuckets = bucketStartsMs === null || by.length > 0 ? null : await extrasOf(task, [], null, bucketStartsMs);
  const totals: Group = {
    key: [],
    whole: measured(summed.totals.whole, ofTotals, 0, []),
    buckets: summed.totals.buckets.map((sums, bucket) => measured(sums, ofBuckets, bucket, [])),
  };
  if (by.length === 0)
    return { groups: [totals], other: null, totals, groupCount: 1, scannedEvents: task.scannedEvents };
  return {
    groups: summed.groups.map((group) => ({
      key: group.key,
      whole: measured(group.whole, bucketStartsMs === null ? ofGroups : null, 0, group.key),
      buckets: group.buckets.map((sums, bucket) => measured(sums, ofGroups, bucket, group.key)),
    })),
    other:
      summed.other === null
        ? null
        : {
            key: summed.other.key,
            whole: measured(summed.other.whole, null, 0, []),
            buckets: summed.other.buckets.map((sums) => measured(sums, null, 0, [])),
          },
    totals,
    groupCount: summed.groupCount,
    scannedEvents: task.scannedEvents,
  };
}

interface Extras {
  sessions: Map<string, number> | null;
  users: Map<string, number> | null;
  sessionCost: Map<string, bigint> | null;
}

async function extrasOf(
  task: Task,
  by: Dimension[],
  keys: GroupKey[] | null,
  bucketStartsMs: number[] | null,
): Promise<Extras> {
  const filters = keys === null ? task.request.filters : restrictTo(task.request.filters, by, keys);
  const nothing = keys?.length === 0;
  const count = async (of: "user" | "session") => {
    if (nothing) return new Map<string, number>();
    const question = { ...task.range, of, by, filters, ...(bucketStartsMs === null ? {} : { bucketStartsMs }) };
    return byPlace(await task.storage.countDistinct(question), (row) => row.count);
  };
  const cost = async () => {
    if (nothing) return new Map<string, bigint>();
    const inSession: Filter = { dimension: "session", values: [null], patterns: [], exclude: true };
    const answer = await task.sum({ by, filters: [...filters, inSession], bucketStartsMs });
    return byPlace(answer.rows, (row) => row.sums.costNanoUsd);
  };
  const { needs } = task;
  return {
    sessions: needs.sessions ? await count("session") : null,
    users: needs.users ? await count("user") : null,
    sessionCost: needs.sessionCost ? await cost() : null,
  };
}

function byPlace<Row extends DistinctRow | SumRow, Value>(
  rows: Row[],
  valueOf: (row: Row) => Value,
): Map<string, Value> {
  return new Map(rows.map((row) => [placeText(row.bucket, row.key), valueOf(row)]));
}

/** Without extras (the rest beyond a limit, a series over several buckets) distinct counts are not known. */
function measured(sums: Sums, extras: Extras | null, bucket: number, key: GroupKey): Measured {
  const place = placeText(bucket, key);
  return {
    sums,
    sessions: extras?.sessions == null ? null : (extras.sessions.get(place) ?? 0),
    users: extras?.users == null ? null : (extras.users.get(place) ?? 0),
    sessionCostNanoUsd: extras?.sessionCost == null ? null : (extras.sessionCost.get(place) ?? 0n),
  };
}

async function sortGroups(task: Task, groups: SummedGroup[]): Promise<SummedGroup[]> {
  const { by, order } = task.request;
  const isPlainSum = sumToOrderBy(order.metric) !== null;
  const extras = isPlainSum ? null : await extrasOf(task, by, null, null);
  const sign = order.descending ? -1 : 1;
  return groups
    .map((group) => ({ group, value: metricValue(order.metric, measured(group.whole, extras, 0, group.key)) }))
    .toSorted((a, b) => {
      // What is not known comes last, whichever way.
      if (a.value === null || b.value === null) {
        if (a.value !== b.value) return a.value === null ? 1 : -1;
      } else if (a.value !== b.value) return (a.value - b.value) * sign;
      return compareKeys(a.group.key, b.group.key);
    })
    .map(({ group }) => group);
}

function compareKeys(a: GroupKey, b: GroupKey): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? null;
    if (value === other) continue;
    if (value === null) return 1;
    if (other === null) return -1;
    return value < other ? -1 : 1;
  }
  return 0;
}

/**
 * Filters that keep the events of these groups, and of several dimensions also their mixtures, which the caller
 * leaves out. The values replace filters on the same dimension: they have passed these already.
 */
function restrictTo(filters: Filter[], by: Dimension[], keys: GroupKey[]): Filter[] {
  const others = filters.filter((filter) => !by.includes(filter.dimension));
  const chosen = by.map((dimension, index) => ({
    dimension,
    values: [...new Set(keys.map((key) => key[index] ?? null))],
    patterns: [],
    exclude: false,
  }));
  return [...others, ...chosen];
}

function keyText(key: GroupKey): string {
  return JSON.stringify(key);
}

function placeText(bucket: number, key: GroupKey): string {
  return `${bucket} ${keyText(key)}`;
}
