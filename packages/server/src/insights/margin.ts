import { divideHalfEven, InvalidInput, usdNumber, type Dimension } from "@outlay/core";
import type { Filter, RecordedCharge, Sums } from "../storage/storage.ts";
import type { AnswerMeta, QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import { isExactly } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { usdText } from "./amount-words.ts";
import { chargeTest, ownerOf, parseOwner, requireOwnerFilters, type Owner } from "./margin-owners.ts";
import { readPeriodScope, type PeriodScope } from "./period-scope.ts";

/** Money in dollars. `margin` and all that it is made of but `revenue` are null when none of the calls has a price. */
export interface MarginValues {
  /** Charges of the kind revenue. */
  revenue: number;
  /** What the calls cost. */
  usageCost: number | null;
  /** All other charges: payment fees, subscriptions, …; credits lower them. */
  chargeCost: number;
  /** usageCost + chargeCost. */
  cost: number | null;
  /** revenue − cost; below zero it loses money. */
  margin: number | null;
  /** margin / revenue; null without revenue. */
  marginRatio: number | null;
  /** Different users with a call or a charge; null where counting would have read too much, and for the rest beyond the limit. */
  users: number | null;
  /** Calls whose cost is not known; it is missing in `cost`. */
  unpricedCalls: number;
}

/** `key` null: what belongs to nobody. `other`: all beyond the limit. Rows add up to the totals. */
export type MarginRow = MarginValues & { key: string | null; other?: true };

export interface MarginAnswer {
  query: Pick<ResolvedQuery, "filters" | "period"> & { limit: number };
  by: Owner;
  totals: MarginValues;
  /** Lowest margin first: whoever loses most. Then what belongs to nobody, then what is beyond the limit. */
  rows: MarginRow[];
  perUser: PerUser;
  meta: Pick<AnswerMeta, "unpriced" | "groups"> & {
    /** Why the rows have no numbers of users. */
    usersNotCounted: string | null;
  };
}

/** What one user costs in 30 days, and what that makes of many. */
export interface PerUser {
  /** Days of the period that have passed; the costs of these are scaled to 30. */
  days: number;
  costPerUser: number | null;
  users: number | null;
  projected: { users: number; cost: number | null }[];
  sentence: string;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;
const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;
const PROJECTED_USERS = [1_000, 10_000, 100_000];
/** Users of each customer are counted from single events; more would keep somebody waiting for a number at the side. */
const COUNT_LIMIT = 200_000;

/** Costs against revenue: who brings more than they cost, and what one more user costs. InvalidInput as any question. */
export async function margin(ledger: Ledger, params: QueryParams): Promise<MarginAnswer> {
  const scope = await readPeriodScope(ledger, params, ["by", "limit"]);
  const by = parseOwner(scope.parameters.one("by") ?? "customer");
  const limit = scope.parameters.whole("limit", 1, MAX_LIMIT) ?? DEFAULT_LIMIT;
  requireOwnerFilters(scope.filters);
  const { startMs, endMs } = scope.period;
  const [usage, everybodys] = await Promise.all([
    ledger.storage.sum({ startMs, endMs, by: [by], filters: scope.filters, scanLimit: SCAN_LIMIT }),
    ledger.storage.listCharges({ startMs, endMs }),
  ]);
  const charges = everybodys.filter(chargeTest(scope.filters));
  const sides = sidesOf(usage.rows, charges, by);
  const { totals: summed } = usage;
  const [users, usersOfRows] = await Promise.all([
    countUsers(ledger, scope, charges, null).then((counts) => counts.get(ALL) ?? 0),
    countRowUsers(ledger, scope, charges, by),
  ]);
  const whole = totalOf([...sides.values()]);
  return {
    query: { ...scope.asked, limit },
    by,
    totals: valuesOf(whole, users),
    rows: rowsOf(sides, limit, (key) => (usersOfRows.why === null ? (usersOfRows.counts.get(place(key)) ?? 0) : null)),
    perUser: perUserOf(whole, users, passedMs(ledger, scope)),
    meta: {
      unpriced: { calls: Number(summed.unpricedCalls), tokens: Number(summed.unpricedTokens) },
      groups: sides.size,
      usersNotCounted: usersOfRows.why,
    },
  };
}

/** What one owner brings and costs, in nano-dollars. */
interface Side {
  revenue: bigint;
  usageCost: bigint;
  chargeCost: bigint;
  calls: bigint;
  unpricedCalls: bigint;
}

const newSide = (): Side => ({ revenue: 0n, usageCost: 0n, chargeCost: 0n, calls: 0n, unpricedCalls: 0n });

function sidesOf(
  usage: { key: (string | null)[]; sums: Sums }[],
  charges: RecordedCharge[],
  by: Owner,
): Map<string | null, Side> {
  const sides = new Map<string | null, Side>();
  const sideOf = (key: string | null) => {
    const side = sides.get(key) ?? newSide();
    sides.set(key, side);
    return side;
  };
  for (const { key, sums } of usage) {
    const side = sideOf(key[0] ?? null);
    side.usageCost += sums.costNanoUsd;
    side.calls += sums.calls;
    side.unpricedCalls += sums.unpricedCalls;
  }
  for (const charge of charges) {
    const side = sideOf(ownerOf(charge, by));
    if (charge.kind === "revenue") side.revenue += BigInt(charge.amountNanoUsd);
    else side.chargeCost += BigInt(charge.amountNanoUsd);
  }
  return sides;
}

function totalOf(sides: Side[]): Side {
  const total = newSide();
  for (const side of sides) for (const name of Object.keys(total) as (keyof Side)[]) total[name] += side[name];
  return total;
}

function marginOf({ revenue, usageCost, chargeCost }: Side): bigint {
  return revenue - usageCost - chargeCost;
}

/** Calls, and none of them with a price: what they cost is not known at all. */
function isUnknown({ calls, unpricedCalls }: Side): boolean {
  return calls > 0n && calls === unpricedCalls;
}

function valuesOf(side: Side, users: number | null): MarginValues {
  const { revenue, usageCost, chargeCost, unpricedCalls } = side;
  const ifKnown = (nanoUsd: bigint) => (isUnknown(side) ? null : usdNumber(nanoUsd));
  return {
    revenue: usdNumber(revenue),
    usageCost: ifKnown(usageCost),
    chargeCost: usdNumber(chargeCost),
    cost: ifKnown(usageCost + chargeCost),
    margin: ifKnown(marginOf(side)),
    marginRatio: revenue <= 0n || isUnknown(side) ? null : Number(marginOf(side)) / Number(revenue),
    users,
    unpricedCalls: Number(unpricedCalls),
  };
}

function rowsOf(
  sides: Map<string | null, Side>,
  limit: number,
  usersOf: (key: string | null) => number | null,
): MarginRow[] {
  const row = (key: string | null, side: Side): MarginRow => ({ key, ...valuesOf(side, usersOf(key)) });
  const named = [...sides].filter(([key]) => key !== null).toSorted(byMargin);
  const rows = named.slice(0, limit).map(([key, side]) => row(key, side));
  const unattributed = sides.get(null);
  if (unattributed !== undefined) rows.push(row(null, unattributed));
  const rest = named.slice(limit).map(([, side]) => side);
  if (rest.length > 0) rows.push({ key: "other", ...valuesOf(totalOf(rest), null), other: true });
  return rows;
}

function byMargin([key, side]: [string | null, Side], [otherKey, other]: [string | null, Side]): number {
  const [mine, others] = [marginOf(side), marginOf(other)];
  if (mine !== others) return mine < others ? -1 : 1;
  return (key ?? "") < (otherKey ?? "") ? -1 : 1;
}

/** Of the period, what lies in the past: costs of a month that has begun are those of some days. At least a minute. */
function passedMs(ledger: Ledger, { period }: PeriodScope): bigint {
  return BigInt(Math.max(60_000, Math.min(period.endMs, ledger.now() + 1) - period.startMs));
}

function perUserOf(whole: Side, users: number, lengthMs: bigint): PerUser {
  const monthly = (whole.usageCost + whole.chargeCost) * BigInt(MONTH_DAYS * DAY_MS);
  const isKnown = users > 0 && !isUnknown(whole);
  const costOf = (count: number) => divideHalfEven(monthly * BigInt(count), lengthMs * BigInt(users));
  const days = Number(lengthMs) / DAY_MS;
  return {
    days,
    costPerUser: isKnown ? usdNumber(costOf(1)) : null,
    users,
    projected: PROJECTED_USERS.map((count) => ({ users: count, cost: isKnown ? usdNumber(costOf(count)) : null })),
    sentence: isKnown
      ? `One user costs ${usdText(costOf(1))} in ${MONTH_DAYS} days: all costs of ${inDays(days)}, scaled to ${MONTH_DAYS} days and divided by ${users} ${users === 1 ? "user" : "users"}. ` +
        `${PROJECTED_USERS.map((count) => `${count.toLocaleString("en")} such users would cost ${usdText(costOf(count))}`).join(", ")} a month, if every cost grows with them.${missing(whole)}`
      : whyUnknown(users),
  };
}

function inDays(days: number): string {
  const text = days.toLocaleString("en", { maximumFractionDigits: 1 });
  return text === "1" ? "1 day" : `${text} days`;
}

function missing({ unpricedCalls }: Side): string {
  if (unpricedCalls === 0n) return "";
  return ` Without the ${unpricedCalls} ${unpricedCalls === 1n ? "call" : "calls"} that ${unpricedCalls === 1n ? "has" : "have"} no price.`;
}

function whyUnknown(users: number): string {
  return users === 0
    ? "Nothing names a user, so there is no cost for each."
    : "None of the calls has a price, so there is no cost for each user.";
}

const ALL = "[]";

function place(key: string | null): string {
  return JSON.stringify([key]);
}

/** Users of each row, or why they are not counted. */
async function countRowUsers(
  ledger: Ledger,
  scope: PeriodScope,
  charges: RecordedCharge[],
  by: Owner,
): Promise<{ counts: Map<string, number>; why: string | null }> {
  try {
    return { counts: await countUsers(ledger, scope, charges, by), why: null };
  } catch (error) {
    // Only this number needs single events; the money does not.
    if (!(error instanceof InvalidInput)) throw error;
    return { counts: new Map(), why: `Users of each ${by} are not counted: ${error.message}` };
  }
}

/** Different users with a call or a charge, by row (`place`), or all of them (`ALL`). */
async function countUsers(
  ledger: Ledger,
  scope: PeriodScope,
  charges: RecordedCharge[],
  owner: Owner | null,
): Promise<Map<string, number>> {
  const { startMs, endMs } = scope.period;
  const by: Dimension[] = owner === null ? [] : [owner];
  const limits = { startMs, endMs, scanLimit: owner === null ? SCAN_LIMIT : COUNT_LIMIT };
  const counted = await ledger.storage.countDistinct({ ...limits, of: "user", by, filters: scope.filters });
  const counts = new Map(counted.map(({ key, count }) => [JSON.stringify(key), count]));
  const charged = new Map<string, string>();
  for (const charge of charges) {
    const user = ownerOf(charge, "user");
    if (user === null) continue;
    const row = owner === null ? ALL : place(ownerOf(charge, owner));
    charged.set(JSON.stringify([row, user]), row);
  }
  if (charged.size === 0) return counts;
  for (const pair of await pairsWithCalls(ledger, limits, by, scope.filters, charges)) charged.delete(pair);
  for (const row of charged.values()) counts.set(row, (counts.get(row) ?? 0) + 1);
  return counts;
}

/** Rows and users that the calls have already, of the users with charges. */
async function pairsWithCalls(
  ledger: Ledger,
  limits: { startMs: number; endMs: number; scanLimit: number },
  by: Dimension[],
  filters: Filter[],
  charges: RecordedCharge[],
): Promise<string[]> {
  const users = new Set(charges.map((charge) => ownerOf(charge, "user")).filter((user) => user !== null));
  const theirs: Filter = { ...isExactly("user", null), values: [...users] };
  const { rows } = await ledger.storage.sum({ ...limits, by: [...by, "user"], filters: [...filters, theirs] });
  return rows.map(({ key }) => JSON.stringify([JSON.stringify(key.slice(0, -1)), key.at(-1)]));
}
