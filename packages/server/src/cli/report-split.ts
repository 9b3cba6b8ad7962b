import type { Metric } from "@outlay/core";
import type { QueryAnswer, Row } from "../ledger/answers.ts";
import type { CliContext } from "./context.ts";
import { formatMetric, formatPeriod } from "./draw/values.ts";
import { getJson } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { answerNotes, metricTable } from "./metric-table.ts";
import { printTable } from "./print-answer.ts";

/**
 * A question's table with the parts of each line below it, dearest first. `question.by` is one name. With `--json` the answer
 * as it came, and the parts as `breakdown`.
 */
export async function printSplit(context: CliContext, question: Params, dimension: string): Promise<void> {
  const api = await context.connect();
  const whole = await getJson<QueryAnswer>(api, "/api/v1/query", question);
  const parts = await getJson<QueryAnswer>(api, "/api/v1/query", {
    ...question,
    by: `${String(question["by"])},${dimension}`,
    order: undefined,
    limit: undefined,
  });
  const used = parts.rows.filter((row) => Object.values(row).some((value) => typeof value === "number" && value !== 0));
  if (context.isJson()) return context.printJson({ ...whole, breakdown: used });
  const { columns, rows, totals } = metricTable(whole);
  const name = whole.query.by[0]!;
  const byLine = Map.groupBy(used, (row) => row[name]);
  await context.print(context.colors.dim(formatPeriod(whole.query.period)), "");
  await printTable(context, {
    columns,
    rows: whole.rows.flatMap((row, index) => [
      rows[index]!,
      ...byCost(byLine.get(row[name]) ?? []).map((part) => partCells(part, dimension, whole.query.metrics)),
    ]),
    ...(totals === undefined ? {} : { totals }),
  });
  const notes = answerNotes(whole.meta);
  if (notes.length > 0) await context.print("", ...notes.map((note) => context.colors.yellow(note)));
}

function byCost(rows: Row[]): Row[] {
  return rows.toSorted((a, b) => Number(b["cost"] ?? 0) - Number(a["cost"] ?? 0));
}

function partCells(row: Row, dimension: string, metrics: Metric[]): string[] {
  const value = row["other"] === true ? "(other)" : (row[dimension] ?? "(none)");
  return [
    `  ${String(value)}`,
    ...metrics.map((metric) => {
      const number = row[metric];
      return formatMetric(metric, typeof number === "number" ? number : null);
    }),
  ];
}
