import { METRICS, type Metric } from "@outlay/core";
import type { BreakdownAnswer, QueryParams, Row } from "./answers.ts";
import { ask } from "./ask.ts";
import type { Ledger } from "./ledger.ts";
import { readParameters } from "./parameters.ts";
import { QUESTION_PARAMETERS, questionOf } from "./question.ts";

/** Groups with their share of the total; by model unless asked otherwise. */
export async function breakdown(ledger: Ledger, params: QueryParams): Promise<BreakdownAnswer> {
  const parameters = readParameters(params, QUESTION_PARAMETERS);
  const question = questionOf(parameters, { now: ledger.now(), timeZone: ledger.timeZone }, { by: ["model"] });
  // Only of what adds up is a part a share: of costs, not of error rates.
  const shareOf = question.metrics.find((metric) => METRICS[metric].additive) ?? "cost";
  const isHidden = !question.metrics.includes(shareOf);
  const answer = await ask(ledger, isHidden ? { ...question, metrics: [...question.metrics, shareOf] } : question);
  const total = answer.totals[shareOf] ?? 0;
  const finish = (row: Row): Row => ({
    ...without(row, isHidden ? shareOf : null),
    share: shareIn(total, row[shareOf]),
  });
  return {
    ...answer,
    query: { ...answer.query, metrics: question.metrics },
    rows: answer.rows.map(finish),
    totals: without(answer.totals, isHidden ? shareOf : null),
    shareOf,
  };
}

function shareIn(total: number, part: Row[string] | undefined): number | null {
  return typeof part === "number" && total !== 0 ? part / total : null;
}

function without<Values extends object>(values: Values, hidden: Metric | null): Values {
  if (hidden === null) return values;
  const rest = { ...values };
  delete (rest as Record<string, unknown>)[hidden];
  return rest;
}
