import { usdNumber } from "@outlay/core";
import type { QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import { findPeriod, parsePeriod, periodAnswer } from "../ledger/asked-period.ts";
import { filterTexts, parseFilters } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters } from "../ledger/parameters.ts";
import type { Filter } from "../storage/storage.ts";
import { findBatches } from "./savings-batch.ts";
import { findCaching } from "./savings-caching.ts";
import { findCheaperModels } from "./savings-cheaper-model.ts";
import type { Finding } from "./savings-finding.ts";
import { findUnusedSubscriptions, type PlanAdvice } from "./savings-subscriptions.ts";
import { readTraffic, type Traffic } from "./savings-traffic.ts";
import { findWastedCalls } from "./savings-wasted.ts";

export interface Recommendation {
  kind: Finding["kind"];
  title: string;
  sentence: string;
  /** Dollars that the recorded traffic would have cost less. */
  savedUsd: number;
  /** What it did cost. */
  ofCostUsd: number;
  calls: number;
  /** Filters that show these calls. */
  filter: string[];
  basis: Finding["basis"];
  assumptions: string[];
  detail: Record<string, unknown>;
}

export interface SavingsAnswer {
  query: Pick<ResolvedQuery, "filters" | "period">;
  /** Dollars; null: there are calls, and none of them has a price. */
  cost: number | null;
  calls: number;
  unpricedCalls: number;
  /** What cached tokens have saved already. */
  cacheSavings: number;
  /** What the application's own cache has saved already. */
  avoidedCost: number;
  /** What saves most first. They overlap: the same call may be failed, cacheable and fit for a smaller model. */
  recommendations: Recommendation[];
  meta: {
    /** Calls that were looked at one by one, of all. Sums tell the rest. */
    sample: { calls: number; of: number };
    /** What could not be told, and why. */
    leftOut: { kind: Finding["kind"]; why: string }[];
    /** Raw events read for sums, where rollups did not suffice. */
    scannedEvents: number;
  };
}

/** The rest would be pennies beside these. */
const MAX_RECOMMENDATIONS = 50;

/**
 * What could have been saved on what was recorded, in money, with what it assumes; with `advise`, on the subscriptions of the same
 * period too, which is asked only without filters.
 */
export async function savings(
  ledger: Ledger,
  params: QueryParams,
  advise?: () => Promise<PlanAdvice>,
): Promise<SavingsAnswer> {
  const parameters = readParameters(params, [...PERIOD_PARAMETERS, ...FILTER_PARAMETERS]);
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone });
  const texts = parameters.all("filter").filter((text) => text !== "");
  const filters = parseFilters(texts);
  const period = await findPeriod(ledger, asked);
  const traffic = await readTraffic(ledger, period, filters);
  const findings = [
    ...findCheaperModels(ledger, traffic),
    ...(await findCaching(ledger, traffic)),
    ...findBatches(ledger, traffic),
    ...findWastedCalls(traffic),
    // A charge has none of a call's dimensions but a few.
    ...(filters.length === 0 ? await findUnusedSubscriptions(ledger, traffic, await advise?.()) : []),
  ];
  const { total, sample } = traffic;
  return {
    query: { filters: texts, period: periodAnswer(period) },
    cost: total.calls > 0n && total.calls === total.unpricedCalls ? null : usdNumber(total.costNanoUsd),
    calls: Number(total.calls),
    unpricedCalls: Number(total.unpricedCalls),
    cacheSavings: usdNumber(total.cacheSavingsNanoUsd),
    avoidedCost: usdNumber(total.avoidedNanoUsd),
    recommendations: findings
      .toSorted(bySaving)
      .slice(0, MAX_RECOMMENDATIONS)
      .map((finding) => recommendation(finding, filters)),
    meta: {
      sample: { calls: sample.events.length, of: Number(total.calls) },
      leftOut: leftOut(traffic),
      scannedEvents: traffic.scannedEvents,
    },
  };
}

function recommendation(finding: Finding, asked: Filter[]): Recommendation {
  const { kind, title, sentence, savedNanoUsd, ofCostNanoUsd, calls, filters, basis, assumptions, detail } = finding;
  // Two filters on one dimension would show the calls of either.
  const narrowed = new Set(filters.map(({ dimension }) => dimension));
  const kept = asked.filter(({ dimension, exclude }) => exclude || !narrowed.has(dimension));
  return {
    kind,
    title,
    sentence,
    savedUsd: usdNumber(savedNanoUsd),
    ofCostUsd: usdNumber(ofCostNanoUsd),
    calls: Number(calls),
    filter: filterTexts([...kept, ...filters]),
    basis,
    assumptions,
    detail,
  };
}

function leftOut({ byTask, failed, filters, total }: Traffic): SavingsAnswer["meta"]["leftOut"] {
  const left: SavingsAnswer["meta"]["leftOut"] = [];
  const tooMany = "no sums are kept for these filters together, and there are too many calls to read each";
  if (byTask === null) left.push({ kind: "batch", why: tooMany });
  if (byTask === null) left.push({ kind: "cheaper_model", why: `by activity: ${tooMany}; told by model instead` });
  if (failed === null) left.push({ kind: "wasted_calls", why: `failed calls: ${tooMany}` });
  if (filters.length > 0) left.push({ kind: "unused_subscription", why: "told only without filters" });
  if (filters.length > 0) left.push({ kind: "subscription_plan", why: "told only without filters" });
  if (total.unpricedCalls > 0n) {
    left.push({ kind: "cheaper_model", why: `${total.unpricedCalls} calls have no price to compare with` });
  }
  return left;
}

/** Whatever saves most first; the same amount by title, so that the order stays. */
function bySaving(a: Finding, b: Finding): number {
  if (a.savedNanoUsd !== b.savedNanoUsd) return a.savedNanoUsd > b.savedNanoUsd ? -1 : 1;
  return a.title < b.title ? -1 : 1;
}
