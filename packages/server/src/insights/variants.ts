import { InvalidInput, shown, usdNumber, type Dimension } from "@outlay/core";
import { newMomentsRow } from "../storage/moments.ts";
import type { MomentsRow } from "../storage/storage.ts";
import type { QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import { parseDimension } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import {
  meanDifference,
  meanEstimate,
  rateDifference,
  rateEstimate,
  ratioDifference,
  ratioEstimate,
  type Estimate,
} from "./intervals.ts";
import { readPeriodScope, type PeriodScope } from "./period-scope.ts";
import { inUsd, READ_LIMIT } from "./read-moments.ts";
import { cautionsOf, sentenceOf, type Compared } from "./variants-words.ts";

/** One of the two. Bounds are those of a 95 % interval. Money in dollars. */
export interface VariantSide {
  value: string;
  calls: number;
  successes: number;
  successRate: Estimate | null;
  /** null: none of the calls has a price. */
  cost: number | null;
  costPerCall: Estimate | null;
  costPerSuccess: Estimate | null;
  score: (Estimate & { calls: number }) | null;
  unpricedCalls: number;
}

/** By how much b is above a, with its 95 % interval. */
export interface Difference {
  difference: number;
  low: number | null;
  high: number | null;
  /** 0 lies outside the interval: so much could hardly be chance. null: too few calls for an interval. */
  clear: boolean | null;
  sentence: string;
}

export interface VariantsAnswer {
  query: Pick<ResolvedQuery, "filters" | "period"> & { dimension: Dimension; a: string; b: string };
  a: VariantSide;
  b: VariantSide;
  /** b against a; null: one of the two has nothing to compare. */
  differences: Record<Compared, Difference | null>;
  /** All of it, to be read. */
  sentence: string;
  meta: {
    /** Single calls that were read. */
    callsRead: number;
    /** How the intervals were made, and what they take for granted. */
    method: string;
    /** What makes these numbers weaker than they look. */
    cautions: string[];
  };
}

const METHOD =
  "95 % intervals: Newcombe's for the difference of rates, Welch's for that of means, the delta method for costs per success. " +
  "Every call counts as independent of the others, but calls of one session or user are alike, which makes the intervals look narrower than they are. " +
  "Where chance did not decide who got which, the difference may come from what they were used for.";

/**
 * Which of two does better, and could that be chance? InvalidInput as any question, `missing_parameter`,
 * `scan_too_large` when their calls are more than can be read one by one.
 */
export async function compareVariants(
  ledger: Ledger,
  params: QueryParams,
  { readLimit = READ_LIMIT }: { readLimit?: number } = {},
): Promise<VariantsAnswer> {
  const scope = await readPeriodScope(ledger, params, ["dimension", "a", "b"]);
  const dimension = parseDimension(scope.parameters.one("dimension") ?? "variant", "dimension");
  const [a, b] = readPair(scope);
  const [rows, calls] = await readBoth(ledger, scope, dimension, [a, b], readLimit);
  const [first, second] = [a, b].map((value) => rows.get(value) ?? newMomentsRow([value])) as [MomentsRow, MomentsRow];
  const differences = differencesOf(a, first, b, second);
  return {
    query: { ...scope.asked, dimension, a, b },
    a: sideOf(a, first),
    b: sideOf(b, second),
    differences,
    sentence: Object.values(differences)
      .flatMap((it) => it?.sentence ?? [])
      .concat(nothingOf(a, first), nothingOf(b, second))
      .join(" "),
    meta: {
      callsRead: first.calls + second.calls,
      method: METHOD,
      cautions: cautionsOf([first, second], [a, b], calls),
    },
  };
}

function readPair({ parameters }: PeriodScope): [string, string] {
  const [a, b] = ["a", "b"].map((name) => {
    const value = parameters.one(name);
    if (value !== undefined) return value;
    throw new InvalidInput("missing_parameter", `${name} is missing; expected one of the two values to compare`, {
      field: name,
    });
  }) as [string, string];
  if (a !== b) return [a, b];
  throw new InvalidInput("invalid_parameter", `a and b are both ${shown(a)}; expected two different values`, {
    field: "b",
  });
}

/** Also the number of their calls as the sums know it, which keep what has expired. */
async function readBoth(
  ledger: Ledger,
  { period, filters }: PeriodScope,
  dimension: Dimension,
  values: string[],
  readLimit: number,
): Promise<[Map<string, MomentsRow>, number]> {
  const { startMs, endMs } = period;
  const kept = [...filters, { dimension, values, patterns: [], exclude: false }];
  const question = { startMs, endMs, by: [dimension], filters: kept };
  const { totals } = await ledger.storage.sum({ ...question, scanLimit: SCAN_LIMIT });
  const calls = Number(totals.calls);
  if (calls > readLimit) {
    throw new InvalidInput(
      "scan_too_large",
      `comparing these two has to read ${calls.toLocaleString("en")} single calls, more than ${readLimit.toLocaleString("en")}; ask for a shorter period, or filter`,
      { field: "period" },
    );
  }
  const { rows } = await ledger.storage.moments({ ...question, scanLimit: readLimit });
  return [new Map(rows.flatMap((row) => (row.key[0] == null ? [] : [[row.key[0], row]]))), calls];
}

function sideOf(value: string, row: MomentsRow): VariantSide {
  const score = meanEstimate(row.score);
  return {
    value,
    calls: row.calls,
    successes: row.successes,
    successRate: rateEstimate(row.successes, row.calls),
    cost: row.calls > 0 && row.cost.count === 0 ? null : usdNumber(row.costNanoUsd),
    costPerCall: inUsd(meanEstimate(row.cost)),
    costPerSuccess: inUsd(ratioEstimate(row)),
    score: score === null ? null : { ...score, calls: row.score.count },
    unpricedCalls: row.calls - row.cost.count,
  };
}

function differencesOf(a: string, first: MomentsRow, b: string, second: MomentsRow): VariantsAnswer["differences"] {
  const rates = [first, second].map(({ successes, calls }) => ({ hits: successes, count: calls }));
  const found: Record<Compared, Estimate | null> = {
    successRate: rateDifference(rates[0]!, rates[1]!),
    score: meanDifference(first.score, second.score),
    costPerCall: inUsd(meanDifference(first.cost, second.cost), -Infinity),
    costPerSuccess: inUsd(ratioDifference(first, second), -Infinity),
  };
  const entries = Object.entries(found) as [Compared, Estimate | null][];
  return Object.fromEntries(
    entries.map(([what, estimate]) => [what, estimate === null ? null : toDifference(what, estimate, a, b)]),
  ) as VariantsAnswer["differences"];
}

function toDifference(what: Compared, estimate: Estimate, a: string, b: string): Difference {
  const { value: difference, low, high } = estimate;
  const clear = low === null || high === null ? null : low > 0 || high < 0;
  return { difference, low, high, clear, sentence: sentenceOf(what, { difference, low, high, clear }, a, b) };
}

function nothingOf(value: string, { calls }: MomentsRow): string[] {
  return calls === 0 ? [`There are no calls of ${shown(value)}.`] : [];
}
