import { InvalidInput } from "@outlay/core";
import type { Filter, Storage } from "../storage/storage.ts";

/** Whose calls, and how long a block of them lasts. */
export interface BlockScope {
  storage: Pick<Storage, "sum" | "scanEvents">;
  filters: Filter[];
  /** Whole hours. */
  lengthMs: number;
  /** Single calls that may be read where no rollup knows the filters. */
  readLimit: number;
}

const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
const DAY_MS = 24 * HOUR_MS;
/** How many more days are looked at, step by step, until a silence is found. */
const STEPS_DAYS = [1, 4, 16, 64];

/**
 * From when calls have to be read so that the blocks behind an instant come out right (see split-blocks.ts): the start of the
 * block that runs at the instant, or the instant itself, down to the quarter-hour, when none does. Where the block before
 * ends with that start, it is a millisecond later: what comes at exactly the end of a block is still that one's.
 *
 * Each block depends on the one before it, back to the last silence as long as a block. Rollups tell in which parts of hours
 * there were calls, and that is enough to go from there from block to block without reading a call. Somebody who is never
 * silent for so long is followed for 85 days.
 */
export async function findBlockStart(scope: BlockScope, atMs: number): Promise<number> {
  const untilMs = atMs - (atMs % QUARTER_MS);
  let fromMs = untilMs - (untilMs % HOUR_MS);
  let used = (await usedParts(scope, fromMs, untilMs)) ?? [];
  for (const days of STEPS_DAYS) {
    const leadMs = fromMs - Math.max(days * DAY_MS, days * 2 * scope.lengthMs);
    const before = leadMs < 0 ? null : await usedParts(scope, leadMs, fromMs);
    if (before === null) break;
    used = [...before, ...used];
    fromMs = leadMs;
    const first = afterSilence(used, { fromMs, untilMs, lengthMs: scope.lengthMs });
    if (first !== null) return follow(scope, used.slice(first), untilMs);
  }
  return follow(scope, used, untilMs);
}

/** Starts of the parts of hours that have calls, in order of time; null: what would tell it has expired. Starts with a full hour. */
async function usedParts(scope: BlockScope, startMs: number, endMs: number): Promise<number[] | null> {
  if (endMs <= startMs) return [];
  const { storage, filters, readLimit: scanLimit } = scope;
  const bucketStartsMs = partStarts(startMs, endMs);
  try {
    const { rows } = await storage.sum({ startMs, endMs, bucketStartsMs, by: [], filters, scanLimit });
    return rows
      .filter(({ sums }) => sums.calls > 0n)
      .map(({ bucket }) => bucketStartsMs[bucket]!)
      .toSorted((a, b) => a - b);
  } catch (error) {
    if (error instanceof InvalidInput && error.code === "raw_events_expired") return null;
    throw error;
  }
}

/** Each hour in two parts, its first quarter and the rest: all that blocks depend on, and half of what quarters would be. */
function partStarts(startMs: number, endMs: number): number[] {
  const starts: number[] = [];
  for (let hourMs = startMs; hourMs < endMs; hourMs += HOUR_MS) {
    starts.push(hourMs);
    if (hourMs + QUARTER_MS < endMs) starts.push(hourMs + QUARTER_MS);
  }
  return starts;
}

function partEnd(startMs: number): number {
  const inHourMs = startMs % HOUR_MS;
  return inHourMs === 0 ? startMs + QUARTER_MS : startMs - inHourMs + HOUR_MS;
}

/** Place of the first part after the last silence; the number of them when it lasts until now; null: there is none. */
function afterSilence(
  used: number[],
  { fromMs, untilMs, lengthMs }: { fromMs: number; untilMs: number; lengthMs: number },
): number | null {
  for (let index = used.length; index >= 0; index--) {
    const silentFromMs = index === 0 ? fromMs : partEnd(used[index - 1]!);
    if ((used[index] ?? untilMs) - silentFromMs >= lengthMs) return index;
  }
  return null;
}

/** From block to block; the first one begins with the hour of the first part. */
async function follow(scope: BlockScope, used: number[], untilMs: number): Promise<number> {
  let startMs = untilMs;
  let endMs = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < used.length;) {
    const next = used[index]! - (used[index]! % HOUR_MS);
    // what comes at exactly the end of the block before is that one's
    startMs = next === endMs ? next + 1 : next;
    endMs = next + scope.lengthMs;
    while (index < used.length && used[index]! < endMs) index++;
    // a call at exactly the end of a block still belongs to it
    if (used[index] === endMs && !(await hasCallAfter(scope, endMs, used[index + 1]))) index++;
  }
  return startMs;
}

/** Whether the hour that begins at the instant has a call later than that, as it nearly always has. */
async function hasCallAfter(scope: BlockScope, atMs: number, nextPartMs: number | undefined): Promise<boolean> {
  if (nextPartMs !== undefined && nextPartMs < atMs + HOUR_MS) return true;
  const question = { startMs: atMs + 1, endMs: atMs + QUARTER_MS, filters: scope.filters };
  for await (const page of scope.storage.scanEvents(question)) if (page.length > 0) return true;
  return false;
}
