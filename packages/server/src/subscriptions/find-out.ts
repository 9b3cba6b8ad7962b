import { buckets, type Period } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { attributeUsage, isExpired, sumOf, type AttributedUsage, type Cell } from "./attribute-usage.ts";
import { matchCharges, sumCharges, type MatchedCharges } from "./match-charges.ts";
import type { SeenSubscription } from "./narrow-subscription.ts";
import type { Plan } from "./plan.ts";
import { isPersonal, type Subscription } from "./subscription.ts";
import { termsBefore, type Term } from "./terms.ts";

/** What is asked about. */
export interface ReportParts {
  ledger: Ledger;
  /** Those that whoever asks may see. */
  seen: readonly SeenSubscription[];
  plans: readonly Plan[];
  /** What a month may cost over all sources; null: nothing is set, or it is not told. */
  monthlyBudgetUsd: number | null;
}

/** What a period holds, before it is put into an answer. */
export interface Found {
  period: Period;
  nowMs: number;
  charges: MatchedCharges;
  /** null: single events have expired. */
  uncovered: Cell[] | null;
  /** Starts of the days of the period. */
  days: number[];
  each: FoundSubscription[];
}

export interface FoundSubscription {
  seen: SeenSubscription;
  timeZone: string;
  terms: Term[];
  /** null: single events have expired. */
  cells: Cell[] | null;
  isByDay: boolean;
  /** null: not known. */
  beyondNanoUsd: bigint | null;
  chargesNanoUsd: bigint;
}

export async function findOut({ ledger, seen }: ReportParts, period: Period): Promise<Found> {
  const subscriptions = seen.map(({ subscription }) => subscription);
  const days = buckets(period, "day").map((day) => day.startMs);
  const { startMs, endMs } = period;
  const allowances = subscriptions
    .filter(({ includedNanoUsd }) => includedNanoUsd !== null)
    .flatMap((one) => termsBefore(one, endMs, ledger.timeZone).map((term) => term.startMs));
  const [charges, usage, before] = await Promise.all([
    matchCharges(ledger, subscriptions, period),
    knownUsage(attributeUsage(ledger, subscriptions, { startMs, endMs, cutsMs: [...days, ...allowances] })),
    knownUsage(usageBefore(ledger, subscriptions, startMs)),
  ]);
  return {
    period,
    nowMs: ledger.now(),
    charges,
    days,
    uncovered: usage?.uncovered ?? null,
    each: seen.map((one): FoundSubscription => {
      const { subscription } = one;
      const terms = termsBefore(subscription, endMs, ledger.timeZone);
      const cells = cellsOf(usage, subscription);
      return {
        seen: one,
        timeZone: subscription.timeZone ?? ledger.timeZone,
        terms,
        cells,
        isByDay: usage !== null && (usage.isFine || isPersonal(subscription)),
        beyondNanoUsd: beyondIncluded(subscription, terms, { before: cellsOf(before, subscription), cells }),
        chargesNanoUsd: sumCharges(
          charges.beyond.filter((entry) => entry.subscription === subscription).map(({ charge }) => charge),
        ),
      };
    }),
  };
}

/** null: single events have expired. */
async function knownUsage(usage: Promise<AttributedUsage>): Promise<AttributedUsage | null> {
  try {
    return await usage;
  } catch (error) {
    if (isExpired(error)) return null;
    throw error;
  }
}

/** What was used of allowances that began before an instant and go on. */
function usageBefore(ledger: Ledger, subscriptions: Subscription[], atMs: number): Promise<AttributedUsage> {
  const begun = subscriptions
    .filter(({ includedNanoUsd }) => includedNanoUsd !== null)
    .flatMap((one) => termsBefore(one, atMs, ledger.timeZone).filter(({ endMs }) => endMs > atMs))
    .map(({ startMs }) => startMs);
  if (begun.length === 0) return Promise.resolve({ covered: new Map(), uncovered: [], isFine: true });
  return attributeUsage(ledger, subscriptions, { startMs: Math.min(...begun), endMs: atMs, cutsMs: begun });
}

function cellsOf(usage: AttributedUsage | null, { id }: Subscription): Cell[] | null {
  return usage === null ? null : (usage.covered.get(id) ?? []);
}

/**
 * Value beyond what the fee of each term includes: what had gone beyond at the period's end, less what had at its start. null: not
 * known.
 */
function beyondIncluded(
  { includedNanoUsd }: Subscription,
  terms: readonly Term[],
  { before, cells }: { before: Cell[] | null; cells: Cell[] | null },
): bigint | null {
  if (includedNanoUsd === null) return 0n;
  if (before === null || cells === null) return null;
  let beyond = 0n;
  for (const { startMs, endMs, seats } of terms) {
    const allowance = BigInt(includedNanoUsd) * BigInt(seats);
    const isIn = (cell: Cell) => cell.startMs >= startMs && cell.startMs < endMs;
    const atStart = sumOf(before.filter(isIn)).costNanoUsd;
    const atEnd = atStart + sumOf(cells.filter(isIn)).costNanoUsd;
    beyond += above(atEnd, allowance) - above(atStart, allowance);
  }
  return beyond;
}

const above = (value: bigint, allowance: bigint) => (value > allowance ? value - allowance : 0n);
