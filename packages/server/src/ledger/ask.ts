import { buckets, InvalidInput, METRICS, previousPeriod, type Bucket, type Metric, type Period } from "@outlay/core";
import type { AnswerMeta, Comparison, QueryAnswer, ResolvedQuery, Row } from "./answers.ts";
import { findPeriod, periodAnswer, rangeAnswer } from "./asked-period.ts";
import { gather, type Gathered, type GatherRequest, type Group } from "./gather.ts";
import type { Ledger } from "./ledger.ts";
import { changeOf, metricValues } from "./metrics.ts";
import type { AskedQuestion } from "./question.ts";

/** Raw events that one question may read when no rollup answers it. */
export const SCAN_LIMIT = 20_000_000;
/** Groups when no limit is asked. */
const DEFAULT_LIMIT = 1_000;
const DEFAULT_SERIES = 100;
/** Rows of one answer: groups times buckets. */
const MAX_ROWS = 100_000;

/**
 * The one question behind all numbers. Rows add up to the totals, whatever the filters, zone and limit; with a time
 * unit there is a row for every bucket. InvalidInput `too_many_rows`, `too_many_buckets` or `scan_too_large` when
 * the answer would be too large or too slow.
 */
export async function ask(
  ledger: Ledger,
  question: AskedQuestion,
  options: { scanLimit?: number } = {},
): Promise<QueryAnswer> {
  const found = await findOut(ledger, question, options);
  const { now, before } = found;
  const answer: QueryAnswer = {
    query: found.query,
    rows: rowsOf(question, now),
    totals: metricValues(question.metrics, now.gathered.totals.whole),
    meta: metaOf(ledger, question, found),
  };
  if (before !== null) answer.comparison = comparisonOf(question, answer, before);
  return answer;
}

/** What a question found, in its own period and in the one before; views put it into their shapes. */
export interface Found {
  query: ResolvedQuery;
  now: FoundPeriod;
  before: FoundPeriod | null;
}

export interface FoundPeriod {
  period: Period;
  /** null: not split by time. */
  buckets: Bucket[] | null;
  gathered: Gathered;
}

export async function findOut(
  ledger: Ledger,
  question: AskedQuestion,
  options: { scanLimit?: number } = {},
): Promise<Found> {
  const period = await findPeriod(ledger, question.period);
  const compared = question.compare ? previousPeriod(period, ledger.now()) : null;
  const earlier = compared !== null && compared.endMs > compared.startMs ? compared : null;
  const split = splitPeriod(period, question);
  const limit = limitOf(question, split);
  const request = { scanLimit: options.scanLimit ?? SCAN_LIMIT, limit };
  const [gathered, before] = await Promise.all([
    gather(ledger.storage, requestOf(question, period, split, request)),
    earlier === null ? null : gatherIn(ledger, question, earlier, request),
  ]);
  const now = { period, buckets: split, gathered };
  return {
    query: resolvedQuery(question, period, earlier, limit),
    now,
    before: before === null ? null : await matchGroups(ledger, question, now, before, request),
  };
}

interface Limits {
  scanLimit: number;
  limit: number;
}

async function gatherIn(ledger: Ledger, question: AskedQuestion, period: Period, limits: Limits): Promise<FoundPeriod> {
  const split = splitPeriod(period, question);
  return { period, buckets: split, gathered: await gather(ledger.storage, requestOf(question, period, split, limits)) };
}

/** Both periods show the same groups when either of them has more than fit: the rest is `other` in both. */
async function matchGroups(
  ledger: Ledger,
  question: AskedQuestion,
  now: FoundPeriod,
  before: FoundPeriod,
  limits: Limits,
): Promise<FoundPeriod> {
  if (now.gathered.other === null && before.gathered.other === null) return before;
  const keys = now.gathered.groups.map((group) => group.key);
  const request = { ...requestOf(question, before.period, before.buckets, limits), keys };
  return { ...before, gathered: await gather(ledger.storage, request) };
}

function requestOf(question: AskedQuestion, period: Period, split: Bucket[] | null, limits: Limits): GatherRequest {
  const { by, filters, metrics, order } = question;
  return {
    startMs: period.startMs,
    endMs: period.endMs,
    bucketStartsMs: split?.map((bucket) => bucket.startMs) ?? null,
    by,
    filters,
    metrics,
    order,
    ...limits,
  };
}

function splitPeriod(period: Period, question: AskedQuestion): Bucket[] | null {
  return question.unit === null ? null : buckets(period, question.unit);
}

function limitOf(question: AskedQuestion, split: Bucket[] | null): number {
  if (split === null || question.by.length === 0) return question.limit ?? DEFAULT_LIMIT;
  const most = Math.max(1, Math.floor(MAX_ROWS / split.length));
  if (question.limit === null) return Math.min(DEFAULT_SERIES, most);
  if (question.limit <= most) return question.limit;
  throw new InvalidInput(
    "too_many_rows",
    `limit ${question.limit} times ${split.length} buckets is more than ${MAX_ROWS} rows; expected a limit of at most ${most}, a longer unit or a shorter period`,
    { field: "limit" },
  );
}

function resolvedQuery(question: AskedQuestion, period: Period, before: Period | null, limit: number): ResolvedQuery {
  return {
    metrics: question.metrics,
    by: question.byNames,
    filters: question.filterTexts,
    period: periodAnswer(period),
    compare: before === null ? null : rangeAnswer(before),
    order: `${question.order.descending ? "-" : ""}${question.order.metric}`,
    limit,
  };
}

/** Rows in the order asked; with a time unit in the order of time. */
export function rowsOf(question: AskedQuestion, { gathered, buckets: split }: FoundPeriod): Row[] {
  const groups = gathered.other === null ? gathered.groups : [...gathered.groups, gathered.other];
  if (split === null) return groups.map((group) => rowOf(question, group, gathered, null, group.whole));
  return split.flatMap((bucket, index) =>
    groups.map((group) => rowOf(question, group, gathered, bucket.label, group.buckets[index]!)),
  );
}

function rowOf(
  question: AskedQuestion,
  group: Group,
  gathered: Gathered,
  label: string | null,
  measured: Group["whole"],
): Row {
  const row: Row = {};
  for (const name of question.byNames) {
    row[name] = name === question.unit ? label : (group.key[question.by.indexOf(name as never)] ?? null);
  }
  Object.assign(row, metricValues(question.metrics, measured));
  if (group === gathered.other) row.other = true;
  return row;
}

function comparisonOf(question: AskedQuestion, now: QueryAnswer, before: FoundPeriod): Comparison {
  const totals = metricValues(question.metrics, before.gathered.totals.whole);
  return {
    period: rangeAnswer(before.period),
    rows: rowsOf(question, before),
    totals,
    change: changeOf(now.totals, totals),
  };
}

export function metaOf(ledger: Ledger, question: { metrics: Metric[] }, found: Found): AnswerMeta {
  const { gathered, buckets: split } = found.now;
  const { sums } = gathered.totals.whole;
  const nowMs = ledger.now();
  return {
    unfinished: (split ?? []).filter((bucket) => bucket.endMs > nowMs).map((bucket) => bucket.label),
    unpriced: { calls: Number(sums.unpricedCalls), tokens: Number(sums.unpricedTokens) },
    approximate: question.metrics.filter((metric) => "approximate" in METRICS[metric]),
    groups: gathered.groupCount,
    scannedEvents: gathered.scannedEvents + (found.before?.gathered.scannedEvents ?? 0),
  };
}
