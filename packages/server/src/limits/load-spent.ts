import { InvalidInput } from "@outlay/core";
import type { ChargesQuestion, Filter, Storage, SumAnswer, SumQuestion } from "../storage/storage.ts";
import { type ActiveLimit, unitsOf } from "./account.ts";
import type { Limit } from "./limit.ts";
import { countedAt, periodAt, periodStarts, rollingLengthMs } from "./limit-period.ts";
import { accountDimension, accountFilters, chargeTest } from "./limit-scope.ts";
import { rollingParts, RollingSpent } from "./rolling-spent.ts";
import { PeriodSpent, type Spent } from "./spent.ts";

/** What to ask for: the parts of time, ascending, that together are the range. */
interface Range {
  startsMs: number[];
  endMs: number;
}

/** Sums of a range for some accounts: `sums[i][p]` is what account `i` spent in part `p`. */
interface Loaded {
  sums: bigint[][];
  upToSeq: number;
}

/**
 * Reads from the ledger what the accounts of these values have spent, one `Spent` for each, in one question. `values` is `[null]`
 * where all share one account.
 */
export async function loadSpent(
  from: { storage: Storage; timeZone: string },
  active: ActiveLimit,
  values: (string | null)[],
  nowMs: number,
): Promise<Spent[]> {
  const { limit } = active;
  const { unit, rolling } = limit.period;
  if (rolling && unit !== "session" && unit !== "total") {
    const lengthMs = rollingLengthMs(unit);
    const range = rollingParts(nowMs, lengthMs, limit.startsAtMs);
    const { sums, upToSeq } = await sumRange(from.storage, active, values, range);
    return sums.map((parts) => new RollingSpent({ nowMs, lengthMs, ...range, sums: parts, upToSeq }));
  }
  const endless = unit === "session" || unit === "total";
  const period = periodAt(limit, nowMs, from.timeZone);
  const counted = countedAt(limit, nowMs, from.timeZone);
  const startsMs = limit.carryOver ? periodStarts(limit, nowMs, from.timeZone) : [counted.startMs];
  const { sums, upToSeq } = await sumRange(from.storage, active, values, { startsMs, endMs: counted.endMs });
  return sums.map(
    (parts) =>
      new PeriodSpent({
        period: endless ? null : period,
        counted,
        upToSeq,
        sum: parts.at(-1)!,
        carried: carriedOver(limit, active, parts),
        carriedSinceMs: limit.carryOver ? startsMs[0]! : null,
      }),
  );
}

/** What all periods but the last left over, each with what the one before it had left; overspending is not carried. */
function carriedOver(limit: Limit, active: ActiveLimit, periods: bigint[]): bigint {
  const amount = unitsOf(active, limit.amountNanoUsd, 0);
  let left = 0n;
  for (const spent of periods.slice(0, -1)) {
    left = amount + left - spent;
    if (left < 0n) left = 0n;
  }
  return left;
}

async function sumRange(
  storage: Storage,
  active: ActiveLimit,
  values: (string | null)[],
  { startsMs, endMs }: Range,
): Promise<Loaded> {
  const sums = values.map(() => startsMs.map(() => 0n));
  if (startsMs[0]! >= endMs) return { sums, upToSeq: 0 };
  const { limit } = active;
  const dimension = accountDimension(limit);
  const filters: Filter[] =
    dimension === null ? limit.filters : [...limit.filters, { dimension, values, patterns: [], exclude: false }];
  const { answer, droppedParts } = await ask(storage, {
    startMs: startsMs[0]!,
    endMs,
    by: dimension === null ? [] : [dimension],
    filters,
    ...(startsMs.length > 1 ? { bucketStartsMs: startsMs } : {}),
  });
  const places = new Map(values.map((value, index) => [value, index]));
  for (const { bucket, key, sums: row } of answer.rows) {
    const place = places.get(dimension === null ? null : key[0]!);
    if (place !== undefined)
      sums[place]![bucket + droppedParts]! += unitsOf(active, row.costNanoUsd, row.unpricedTokens);
  }
  await addCharges(storage, active, values, { startsMs, endMs }, sums);
  return { sums, upToSeq: answer.upToSeq };
}

/**
 * Where single events have to be read and the oldest of them have expired, what is left counts: nobody can tell any more how the rest
 * divides.
 */
async function ask(storage: Storage, question: SumQuestion): Promise<{ answer: SumAnswer; droppedParts: number }> {
  try {
    return { answer: await storage.sum(question), droppedParts: 0 };
  } catch (error) {
    if (!(error instanceof InvalidInput) || error.code !== "raw_events_expired") throw error;
  }
  const { horizonMs } = await storage.stats();
  const startMs = Math.min(Math.max(question.startMs, horizonMs), question.endMs - 1);
  const before = question.bucketStartsMs;
  const bucketStartsMs = before && [startMs, ...before.filter((at) => at > startMs)];
  const answer = await storage.sum({ ...question, startMs, ...(bucketStartsMs ? { bucketStartsMs } : {}) });
  return { answer, droppedParts: before ? before.length - bucketStartsMs!.length : 0 };
}

async function addCharges(
  storage: Storage,
  active: ActiveLimit,
  values: (string | null)[],
  { startsMs, endMs }: Range,
  sums: bigint[][],
): Promise<void> {
  const tests = values.flatMap((value) => chargeTest(active.limit, value) ?? []);
  if (tests.length === 0) return;
  const filters = values.length === 1 ? accountFilters(active.limit, values[0]!) : active.limit.filters;
  const charges = await storage.listCharges({ startMs: startsMs[0]!, endMs, ...demanded(filters) });
  for (const charge of charges) {
    const part = startsMs.findLastIndex((startMs) => startMs <= charge.occurredAtMs);
    for (const [index, counts] of tests.entries()) {
      if (counts(charge)) sums[index]![part]! += unitsOf(active, charge.amountNanoUsd, 0);
    }
  }
}

/** What the store itself can choose charges by. */
function demanded(filters: readonly Filter[]): Pick<ChargesQuestion, "user" | "project" | "customer"> {
  const found: Pick<ChargesQuestion, "user" | "project" | "customer"> = {};
  for (const { dimension, values, patterns, exclude } of filters) {
    const [value] = values;
    if (exclude || patterns.length > 0 || values.length !== 1 || value === undefined || value === null) continue;
    if (dimension === "user" || dimension === "project" || dimension === "customer") found[dimension] = value;
  }
  return found;
}
