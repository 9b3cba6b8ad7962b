import type { Limit, LimitOverride } from "./limit.ts";
import type { LeaseRecord } from "./lease-record.ts";
import type { Spent } from "./spent.ts";
import type { ThrottleWindow } from "./throttle-window.ts";

/** A limit at work, with its accounts that are in memory. */
export interface ActiveLimit {
  limit: Limit;
  /** Running and coming ones. */
  overrides: LimitOverride[];
  /** By value; "" where all share one. */
  accounts: Map<string, Account>;
  /** Spending is counted in parts of a nano-dollar where a stand-in price for a million tokens makes such parts. */
  unitsPerNanoUsd: bigint;
}

/** An event that came while its account was being loaded. */
export interface WaitingEvent {
  seq: number;
  occurredAtMs: number;
  amount: bigint;
}

/** What one value of a limit has spent and set aside. */
export interface Account {
  active: ActiveLimit;
  value: string | null;
  /** null: not loaded yet. */
  spent: Spent | null;
  /** Sums of the store have moved in a way that was not told event by event: to be loaded again before it is used. */
  stale: boolean;
  loading: Promise<void> | null;
  waiting: WaitingEvent[];
  leasedNanoUsd: number;
  /** null: none; most accounts never have any. */
  leases: Set<LeaseRecord> | null;
  throttle: ThrottleWindow | null;
  /** Which threshold was told of in which period; null: not looked up. */
  told: Told | null;
  /** Grows with each use, to find those that were not used for long. */
  lastUse: number;
}

export interface Told {
  /** null: rolling periods, sessions and totals. */
  periodStartMs: number | null;
  percent: number;
  /** With another amount the thresholds are others. */
  amountNanoUsd: number;
}

export function newAccount(active: ActiveLimit, value: string | null): Account {
  return {
    active,
    value,
    spent: null,
    stale: false,
    loading: null,
    waiting: [],
    leasedNanoUsd: 0,
    leases: null,
    throttle: null,
    told: null,
    lastUse: 0,
  };
}

export function newActiveLimit(limit: Limit, overrides: LimitOverride[]): ActiveLimit {
  const unpriced = limit.enforcement?.unpriced;
  return { limit, overrides, accounts: new Map(), unitsPerNanoUsd: unpriced?.policy === "standIn" ? 1_000_000n : 1n };
}

/** What an event adds, in the limit's units: its cost, or its tokens at the stand-in price. */
export function unitsOf(active: ActiveLimit, costNanoUsd: bigint | number, unpricedTokens: bigint | number): bigint {
  if (active.unitsPerNanoUsd === 1n) return BigInt(costNanoUsd);
  const unpriced = active.limit.enforcement?.unpriced;
  const cost = BigInt(costNanoUsd) * active.unitsPerNanoUsd;
  if (unpriced?.policy !== "standIn") return cost;
  return cost + BigInt(unpricedTokens) * BigInt(unpriced.nanoUsdPerMillionTokens);
}

/** Rounded up: what a limit has room for is never overstated. */
export function nanoUsdOf({ unitsPerNanoUsd }: ActiveLimit, units: bigint): number {
  if (unitsPerNanoUsd === 1n) return Number(units);
  const whole = units / unitsPerNanoUsd;
  return Number(units > whole * unitsPerNanoUsd ? whole + 1n : whole);
}

/** The amount that holds now, and whether an override has lifted the limit. */
export function amountOf(account: Account, nowMs: number): { nanoUsd: number; lifted: boolean } {
  const { limit, overrides } = account.active;
  const own = limit.amountNanoUsd + carriedNanoUsd(account);
  if (overrides.length === 0) return { nanoUsd: own, lifted: false };
  let found: LimitOverride | null = null;
  for (const override of overrides) {
    if (nowMs < override.fromMs || nowMs >= override.untilMs) continue;
    if (override.value !== null && override.value !== account.value) continue;
    // Of one person's own and everybody's, their own; of two alike, the later one.
    if (found === null || override.value !== null || found.value === null) found = override;
  }
  if (found === null) return { nanoUsd: own, lifted: false };
  return { nanoUsd: found.amountNanoUsd ?? own, lifted: found.amountNanoUsd === null };
}

export function percentOf(nanoUsd: number, amountNanoUsd: number): number {
  if (amountNanoUsd > 0) return (nanoUsd / amountNanoUsd) * 100;
  return nanoUsd > 0 ? Infinity : 0;
}

function carriedNanoUsd({ active, spent }: Account): number {
  if (spent === null || spent.carried === 0n) return 0;
  return Number(spent.carried / active.unitsPerNanoUsd);
}
