import { InvalidInput, shown } from "@outlay/core";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SumQuestion } from "../storage/storage.ts";
import { evenPace, HOUR_MS, hourRhythm, RHYTHM_DAYS, type HourCosts } from "./hour-rhythm.ts";
import { periodAt, type LimitStretch } from "./limit-period.ts";
import { accountDimension, accountFilters, chargeTest } from "./limit-scope.ts";
import type { Limit, LimitState } from "./limit.ts";
import type { Limits } from "./limits.ts";
import { projectSpending, type Projection } from "./project-spending.ts";

/** What of the ledger is asked. */
type BudgetLedger = Pick<Ledger, "storage" | "now" | "timeZone">;

/** How a budget, or a limit, stands: of all, or of one value of its `each`. */
export interface BudgetReport {
  limit: Limit;
  /** null: one account for all, or all values together (then only `values` and `history` are told). */
  value: string | null;
  /** null: sessions and totals have none. */
  period: LimitStretch | null;
  standing: Standing | null;
  projection: Projection | null;
  /**
   * Oldest first, the current one last, without those before anything was recorded; what was spent in each, whatever the limit was
   * then.
   */
  history: (LimitStretch & { spentNanoUsd: number })[];
  /** With `each`, and where no value was named: how each stands, those that spent most first. */
  values: Standing[];
}

/** Use against amount, and against time. */
export interface Standing {
  state: LimitState;
  /** Spent, of the amount, in percent; over all sources and charges. */
  usedPercent: number;
  /** Of the period; null: rolling periods, sessions and totals. */
  elapsedPercent: number | null;
  /** What was spent against what an even pace would have spent by now: above 1 it is faster. null: not known. */
  pace: number | null;
}

const DAY_MS = 86_400_000;
export const MAX_PERIODS = 60;
/** How far ahead the end of a total is looked for. */
const TOTAL_HORIZON_MS = 730 * DAY_MS;

/**
 * How a limit stands now, where it is going, and how its periods were. InvalidInput `limit_not_found`; `value_not_counted` when a value
 * is named and the limit has one account for all.
 */
export async function budgetReport(
  parts: { ledger: BudgetLedger; limits: Pick<Limits, "get" | "states"> },
  limitId: string,
  options: { value?: string | undefined; periods?: number } = {},
): Promise<BudgetReport> {
  const { ledger, limits } = parts;
  const limit = limits.get(limitId);
  if (limit === null) throw limitNotFound(limitId);
  const { value } = options;
  const isPerValue = accountDimension(limit) !== null;
  if (value !== undefined && !isPerValue) {
    throw new InvalidInput(
      "value_not_counted",
      `limit ${shown(limit.name)} has one account for all; expected no value`,
      {
        field: "value",
      },
    );
  }
  const nowMs = ledger.now();
  const period = hasPeriods(limit) ? periodAt(limit, nowMs, ledger.timeZone) : null;
  const states = await limits.states(limitId, value);
  const standings = states.map((state) => standingOf(limit, state, period, nowMs));
  const isOne = !isPerValue || value !== undefined;
  const account: Account = { limit, value };
  const [history, projection] = await Promise.all([
    historyOf(ledger, account, options.periods ?? 12),
    isOne && limit.period.unit !== "session" && standings[0] !== undefined
      ? projectionOf(ledger, account, standings[0].state, period)
      : null,
  ]);
  return {
    limit,
    value: value ?? null,
    period,
    standing: isOne ? (standings[0] ?? null) : null,
    projection,
    history,
    values: isOne ? [] : standings,
  };
}

export function limitNotFound(id: string): InvalidInput {
  return new InvalidInput("limit_not_found", `there is no limit ${shown(id)}`, { field: "id", status: 404 });
}

/** Use against amount, and against time. */
export function standingOf(limit: Limit, state: LimitState, period: LimitStretch | null, nowMs: number): Standing {
  const { spentNanoUsd, amountNanoUsd } = state;
  const hasEnd = period !== null && !limit.period.rolling;
  const startMs = Math.max(period?.startMs ?? 0, limit.startsAtMs ?? 0);
  const elapsed = hasEnd ? Math.min(1, Math.max(0, (nowMs - startMs) / (period.endMs - startMs))) : null;
  const used = amountNanoUsd === 0 ? null : spentNanoUsd / amountNanoUsd;
  return {
    state,
    usedPercent: used === null ? 100 : Math.round(used * 10_000) / 100,
    elapsedPercent: elapsed === null ? null : Math.round(elapsed * 10_000) / 100,
    pace: elapsed === null || elapsed === 0 || used === null ? null : Math.round((used / elapsed) * 100) / 100,
  };
}

/** Whose spending: of all values together where none is named. */
interface Account {
  limit: Limit;
  value: string | undefined;
}

function hasPeriods({ period }: Limit): boolean {
  return period.unit !== "session" && period.unit !== "total";
}

async function historyOf(ledger: BudgetLedger, account: Account, count: number): Promise<BudgetReport["history"]> {
  const startsAtMs = account.limit.startsAtMs ?? -Infinity;
  const { firstEventMs } = await ledger.storage.stats();
  const knownFromMs = Math.max(startsAtMs, Math.min(firstEventMs ?? Infinity, ledger.now()));
  const spans = lastPeriods(account.limit, ledger.now(), ledger.timeZone, Math.min(count, MAX_PERIODS))
    .filter(({ endMs }) => endMs > knownFromMs)
    .map(({ startMs, endMs }) => ({ startMs: Math.max(startMs, startsAtMs), endMs }));
  if (spans.length === 0) return [];
  const spent = await spentIn(
    ledger,
    account,
    spans.map(({ startMs }) => startMs),
    spans.at(-1)!.endMs,
  );
  return spans.map((span, index) => ({ ...span, spentNanoUsd: spent[index]! }));
}

/** The period and those before it without a gap, oldest first, `count` in all. */
function lastPeriods(limit: Limit, atMs: number, serverTimeZone: string, count: number): LimitStretch[] {
  if (!hasPeriods(limit)) return [];
  const spans = [periodAt(limit, atMs, serverTimeZone)];
  const isRolling = limit.period.rolling;
  while (spans.length < count) {
    const [first] = spans as [LimitStretch];
    const before = periodAt(limit, first.startMs - 1, serverTimeZone);
    spans.unshift(isRolling ? before : { startMs: before.startMs, endMs: first.startMs });
  }
  return spans;
}

async function projectionOf(
  ledger: BudgetLedger,
  account: Account,
  state: LimitState,
  period: LimitStretch | null,
): Promise<Projection | null> {
  const { limit } = account;
  const nowMs = ledger.now();
  const lengthMs = period === null ? 0 : period.endMs - period.startMs;
  const hours = await hourCosts(
    ledger,
    account,
    nowMs,
    Math.max(RHYTHM_DAYS * DAY_MS, limit.period.rolling ? lengthMs : 0),
  );
  const { spentNanoUsd, amountNanoUsd } = state;
  const timeZone = limit.period.timeZone ?? ledger.timeZone;
  const elapsedMs = nowMs - Math.max(period?.startMs ?? nowMs, limit.startsAtMs ?? 0);
  const rhythm = hourRhythm(hours, timeZone) ?? evenPace(spentNanoUsd, elapsedMs);
  if (rhythm === null) return null;
  const isRolling = limit.period.rolling;
  return projectSpending({
    nowMs,
    horizonMs: isRolling ? nowMs + lengthMs : (period?.endMs ?? nowMs + TOTAL_HORIZON_MS),
    hasEnd: period !== null && !isRolling,
    spentNanoUsd,
    amountNanoUsd,
    rhythm,
    leaving: isRolling ? { hours, lengthMs } : null,
  });
}

/** Of the whole hours before now. */
async function hourCosts(ledger: BudgetLedger, account: Account, nowMs: number, spanMs: number): Promise<HourCosts> {
  const endMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const startMs = endMs - Math.ceil(spanMs / HOUR_MS) * HOUR_MS;
  const starts = Array.from({ length: (endMs - startMs) / HOUR_MS }, (_, index) => startMs + index * HOUR_MS);
  return { startMs, nanoUsd: await spentIn(ledger, account, starts, endMs) };
}

/** Events and charges in each of the spans that begin at `startsMs`. */
async function spentIn(ledger: BudgetLedger, account: Account, startsMs: number[], endMs: number): Promise<number[]> {
  const { limit, value } = account;
  const startMs = startsMs[0]!;
  const filters = value === undefined ? limit.filters : accountFilters(limit, value);
  const question: SumQuestion = { startMs, endMs, bucketStartsMs: startsMs, by: [], filters, scanLimit: SCAN_LIMIT };
  const counts = value === undefined ? chargeTest({ ...limit, each: null }, null) : chargeTest(limit, value);
  const [{ rows }, charges] = await Promise.all([
    ledger.storage.sum(question),
    counts === null ? [] : ledger.storage.listCharges({ startMs, endMs }),
  ]);
  const spent = startsMs.map(() => 0);
  for (const { bucket, sums } of rows) spent[bucket]! += Number(sums.costNanoUsd);
  for (const charge of charges) {
    const index = startsMs.findLastIndex((start) => start <= charge.occurredAtMs);
    if (index !== -1 && counts?.(charge)) spent[index]! += charge.amountNanoUsd;
  }
  return spent;
}
