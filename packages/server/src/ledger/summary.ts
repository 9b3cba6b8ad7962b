import { DIMENSIONS, InvalidInput, type Dimension, type Metric } from "@outlay/core";
import type { QueryParams, Row, SummaryAnswer } from "./answers.ts";
import { findOut, metaOf, rowsOf, type Found } from "./ask.ts";
import { findPeriod, rangeAnswer } from "./asked-period.ts";
import { parseDimension } from "./filters.ts";
import type { Ledger } from "./ledger.ts";
import { sumCharges } from "./list-charges.ts";
import { changeOf, metricValues } from "./metrics.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters, type Parameters } from "./parameters.ts";
import { parseCompare, questionOf, type AskedQuestion } from "./question.ts";

/** What the totals of a summary and of an entity say. */
export const TOTAL_METRICS = [
  "cost",
  "calls",
  "tokens",
  "inputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "outputTokens",
  "reasoningTokens",
  "cacheSavings",
  "avoidedCost",
  "successes",
  "errors",
  "successRate",
  "errorRate",
  "retries",
  "unpricedCalls",
  "unpricedTokens",
  "estimatedCalls",
  "costPerCall",
  "tokensPerCall",
  "avgDurationMs",
  "p50DurationMs",
  "p95DurationMs",
  "p99DurationMs",
] as const satisfies Metric[];

/** What each row of a part says. */
export const PART_METRICS = [
  "cost",
  "calls",
  "tokens",
  "errors",
  "unpricedCalls",
  "costPerCall",
] as const satisfies Metric[];

const DEFAULT_PARTS: Dimension[] = ["provider", "model", "operation", "category", "activity", "agent"];
const DEFAULT_ROWS = 20;
/**
 * A part that would read more single events than this is skipped, and the answer says so: a summary is what pages
 * ask all the time. A part that was asked for by name may take its time.
 */
const SCAN_LIMIT = 2_000;
const INCLUDED_SCAN_LIMIT = 2_000_000;

/**
 * Totals of a period, split by everything that matters: each part ordered by cost and closed with `other`.
 * `include` asks for more parts (`byUser`, `byTag:story`) and for `sessions` and `users` in the totals.
 */
export async function summary(ledger: Ledger, params: QueryParams): Promise<SummaryAnswer> {
  const parameters = readParameters(params, [
    ...PERIOD_PARAMETERS,
    ...FILTER_PARAMETERS,
    "compare",
    "include",
    "limit",
  ]);
  const context = { now: ledger.now(), timeZone: ledger.timeZone };
  const include = readInclude(parameters);
  const question: AskedQuestion = {
    ...questionOf(parameters, context, { metrics: [...TOTAL_METRICS, ...include.metrics] }),
    compare: parseCompare(parameters),
    limit: null,
  };
  const part: AskedQuestion = {
    ...question,
    metrics: [...PART_METRICS],
    compare: false,
    limit: parameters.whole("limit", 1, 1_000) ?? DEFAULT_ROWS,
  };
  const period = await findPeriod(ledger, question.period);
  const dimensions = [...new Set([...DEFAULT_PARTS, ...include.dimensions])];
  const [totals, charges, daily, ...parts] = await Promise.all([
    findOut(ledger, question),
    ledger.storage.listCharges({ startMs: period.startMs, endMs: period.endMs }),
    partOf(ledger, { ...part, unit: "day", byNames: ["day"], limit: null }, INCLUDED_SCAN_LIMIT),
    ...dimensions.map((dimension) => {
      const scanLimit = include.dimensions.includes(dimension) ? INCLUDED_SCAN_LIMIT : SCAN_LIMIT;
      return partOf(ledger, { ...part, by: [dimension], byNames: [dimension] }, scanLimit);
    }),
  ]);
  const answer: SummaryAnswer = {
    ...totalsOf(question, totals),
    charges: sumCharges(charges),
    meta: { ...metaOf(ledger, question, totals), skipped: [] },
  };
  const results: [string, Part][] = dimensions.map((dimension, index) => [partName(dimension), parts[index]!]);
  for (const [name, result] of [...results, ["daily", daily] as [string, Part]]) {
    if (result.rows === null) answer.meta.skipped.push({ part: name, why: result.why });
    else Object.assign(answer, { [name]: result.rows });
  }
  answer.meta.unfinished = daily.unfinished;
  return answer;
}

/** Query, totals and their comparison, in the form that views without rows have. */
export function totalsOf(
  question: AskedQuestion,
  { query, now, before }: Found,
): Pick<SummaryAnswer, "query" | "totals" | "comparison"> {
  const totals = metricValues(question.metrics, now.gathered.totals.whole);
  if (before === null) return { query, totals };
  const totalsBefore = metricValues(question.metrics, before.gathered.totals.whole);
  return {
    query,
    totals,
    comparison: { period: rangeAnswer(before.period), totals: totalsBefore, change: changeOf(totals, totalsBefore) },
  };
}

type Part = { rows: Row[]; unfinished: string[]; why: "" } | { rows: null; unfinished: []; why: string };

async function partOf(ledger: Ledger, question: AskedQuestion, scanLimit: number): Promise<Part> {
  try {
    const found = await findOut(ledger, question, { scanLimit });
    return { rows: rowsOf(question, found.now), unfinished: metaOf(ledger, question, found).unfinished, why: "" };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { rows: null, unfinished: [], why: error.message };
  }
}

function partName(dimension: Dimension): string {
  return `by${dimension.charAt(0).toUpperCase()}${dimension.slice(1)}`;
}

/** "byUser", "byTag:story", "sessions", "users". InvalidInput `unknown_part`. */
function readInclude(parameters: Parameters): { dimensions: Dimension[]; metrics: Metric[] } {
  const dimensions: Dimension[] = [];
  const metrics: Metric[] = [];
  for (const name of parameters.list("include")) {
    if (name === "users") metrics.push("users");
    else if (name === "sessions") metrics.push("sessions", "costPerSession");
    else if (/^by[A-Z]/.test(name))
      dimensions.push(parseDimension(name.charAt(2).toLowerCase() + name.slice(3), "include"));
    else {
      throw new InvalidInput(
        "unknown_part",
        `include names ${JSON.stringify(name.slice(0, 60))}; expected some of ${DIMENSIONS.map(partName).join(", ")}, byTag:<key>, sessions, users`,
        { field: "include" },
      );
    }
  }
  return { dimensions, metrics };
}
