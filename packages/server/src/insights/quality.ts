import { InvalidInput, usdNumber, type Dimension } from "@outlay/core";
import { mergeMomentsRows, newMomentsRow } from "../storage/moments.ts";
import type { Filter, MomentsRow, Sums } from "../storage/storage.ts";
import type { AnswerMeta, QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import { parseDimension } from "../ledger/filters.ts";
import { gather, type Gathered, type Group } from "../ledger/gather.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { meanEstimate, rateEstimate, ratioEstimate, type Estimate } from "./intervals.ts";
import { readPeriodScope, type PeriodScope } from "./period-scope.ts";
import { inUsd, READ_LIMIT } from "./read-moments.ts";

/** Bounds are those of a 95 % interval; null where too few calls say too little. Money in dollars. */
export interface QualityValues {
  calls: number;
  successes: number;
  successRate: Estimate | null;
  /** Calls that were not the first try. */
  retries: number;
  retryRate: Estimate | null;
  /** null: none of the calls has a price. */
  cost: number | null;
  /** Of the calls with a price, as is the next. */
  costPerCall: Estimate | null;
  /** What all calls cost, the failed ones too, for each that succeeded; null without a success. */
  costPerSuccess: Estimate | null;
  /** Mean of the scores that were given, and to how many calls; null: to none, or they were not read. */
  score: (Estimate & { calls: number }) | null;
  unpricedCalls: number;
}

export type QualityRow = QualityValues & { key: string | null; other?: true };

export interface QualityAnswer {
  query: Pick<ResolvedQuery, "filters" | "period"> & { limit: number };
  by: Dimension;
  totals: QualityValues;
  /** Most calls first; `other` is everything beyond the limit. */
  rows: QualityRow[];
  meta: Pick<AnswerMeta, "unpriced" | "groups"> & {
    /** Single calls that were read for scores and for the bounds of costs. */
    callsRead: number;
    /** Why not all calls were read, and what is missing for that. */
    notRead: string | null;
  };
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

/** How well it works beside what it costs: success, scores, retries and cost per success of each group. InvalidInput as any question. */
export async function quality(
  ledger: Ledger,
  params: QueryParams,
  { readLimit = READ_LIMIT }: { readLimit?: number } = {},
): Promise<QualityAnswer> {
  const scope = await readPeriodScope(ledger, params, ["by", "limit"]);
  const by = parseDimension(scope.parameters.one("by") ?? "model", "by");
  const limit = scope.parameters.whole("limit", 1, MAX_LIMIT) ?? DEFAULT_LIMIT;
  const { startMs, endMs } = scope.period;
  const gathered = await gather(ledger.storage, {
    startMs,
    endMs,
    bucketStartsMs: null,
    by: [by],
    filters: scope.filters,
    metrics: ["calls"],
    order: { metric: "calls", descending: true },
    limit,
    scanLimit: SCAN_LIMIT,
  });
  const read = await readCalls(ledger, scope, by, gathered, readLimit);
  const { sums } = gathered.totals.whole;
  const rows = gathered.groups.map((group): QualityRow => {
    const key = group.key[0] ?? null;
    return { key, ...valuesOf(group.whole.sums, read?.of(key) ?? null) };
  });
  if (gathered.other !== null) {
    rows.push({ key: "other", ...valuesOf(gathered.other.whole.sums, read?.rest ?? null), other: true });
  }
  return {
    query: { ...scope.asked, limit },
    by,
    totals: valuesOf(sums, read?.whole ?? null),
    rows,
    meta: {
      unpriced: { calls: Number(sums.unpricedCalls), tokens: Number(sums.unpricedTokens) },
      groups: gathered.groupCount,
      callsRead: read?.whole.calls ?? 0,
      notRead: whyNotRead(Number(sums.calls), read?.whole.calls ?? null, readLimit),
    },
  };
}

/** What single calls say. */
interface ReadCalls {
  whole: MomentsRow;
  /** Of everything beyond the limit. */
  rest: MomentsRow;
  of(key: string | null): MomentsRow;
}

/** null: they are too many to be read. */
async function readCalls(
  ledger: Ledger,
  { period, filters }: PeriodScope,
  by: Dimension,
  { groups, other, totals }: Gathered,
  readLimit: number,
): Promise<ReadCalls | null> {
  if (totals.whole.sums.calls > BigInt(readLimit)) return null;
  const { startMs, endMs } = period;
  const ask = async (of: Dimension[], kept: Filter[]) =>
    (await ledger.storage.moments({ startMs, endMs, by: of, filters: kept, scanLimit: readLimit })).rows;
  try {
    if (other === null) return readOf(await ask([by], filters), []);
    // Groups can be as many as calls: those that are not shown come as one.
    const shown = keysFilter(by, groups);
    return readOf(await ask([by], [...filters, shown]), await ask([], [...filters, { ...shown, exclude: true }]));
  } catch (error) {
    // More may have arrived since they were counted.
    if (error instanceof InvalidInput && error.code === "scan_too_large") return null;
    throw error;
  }
}

function keysFilter(by: Dimension, groups: readonly Group[]): Filter {
  return { dimension: by, values: groups.map(({ key }) => key[0] ?? null), patterns: [], exclude: false };
}

function readOf(rows: MomentsRow[], beyond: MomentsRow[]): ReadCalls {
  const byKey = new Map(rows.map((row) => [row.key[0] ?? null, row]));
  return {
    whole: mergeMomentsRows([...rows, ...beyond]),
    rest: mergeMomentsRows(beyond),
    of: (key) => byKey.get(key) ?? newMomentsRow([key]),
  };
}

function valuesOf(sums: Sums, read: MomentsRow | null): QualityValues {
  const calls = Number(sums.calls);
  const successes = Number(sums.calls - sums.errors);
  const score = read === null ? null : meanEstimate(read.score);
  return {
    calls,
    successes,
    successRate: rateEstimate(successes, calls),
    retries: Number(sums.retries),
    retryRate: rateEstimate(Number(sums.retries), calls),
    cost: calls > 0 && sums.calls === sums.unpricedCalls ? null : usdNumber(sums.costNanoUsd),
    costPerCall: inUsd(read === null ? perPriced(sums) : meanEstimate(read.cost)),
    costPerSuccess: inUsd(read === null ? perSuccess(sums) : ratioEstimate(read)),
    score: score === null ? null : { ...score, calls: read!.score.count },
    unpricedCalls: Number(sums.unpricedCalls),
  };
}

/** From sums alone: their mean, whose bounds only single calls can tell. */
function perPriced({ costNanoUsd, calls, unpricedCalls }: Sums): Estimate | null {
  const priced = Number(calls - unpricedCalls);
  return priced === 0 ? null : { value: Number(costNanoUsd) / priced, low: null, high: null };
}

/** Sums do not say which of the calls without a price have failed. */
function perSuccess({ costNanoUsd, calls, errors, unpricedCalls }: Sums): Estimate | null {
  if (unpricedCalls > 0n || calls === errors) return null;
  return { value: Number(costNanoUsd) / Number(calls - errors), low: null, high: null };
}

function whyNotRead(calls: number, read: number | null, readLimit: number): string | null {
  if (read === null) {
    return (
      `${calls.toLocaleString("en")} calls are more than the ${readLimit.toLocaleString("en")} that are read one by one: ` +
      "scores and the bounds of costs are missing; ask for a shorter period, or filter"
    );
  }
  if (read >= calls) return null;
  return (
    `${(calls - read).toLocaleString("en")} of ${calls.toLocaleString("en")} calls have expired as single events: ` +
    "scores, costs per call and costs per success are those of the others"
  );
}
