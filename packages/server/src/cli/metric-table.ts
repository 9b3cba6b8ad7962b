import { METRICS, TIME_UNITS } from "@outlay/core";
import type { Metric } from "@outlay/core";
import type { AnswerMeta, MetricValues, QueryAnswer, Row } from "../ledger/answers.ts";
import type { Column, Table } from "./draw/table.ts";
import { formatCount, formatMetric, formatTokens } from "./draw/values.ts";

/** An answer of the query language as a table: a column for each dimension and metric, the totals last. */
export function metricTable(answer: QueryAnswer): Table {
  const { by, metrics } = answer.query;
  const columns: Column[] = [
    ...by.map((dimension) => ({ header: dimensionHeader(dimension), align: "left" as const })),
    ...metrics.map((metric) => ({ header: METRICS[metric].label, align: alignOf(metric) })),
  ];
  const rows = foldSilence(answer).map(({ row, until }) => [
    ...by.map((dimension) => `${dimensionCell(row, dimension, answer.meta)}${until === null ? "" : ` … ${until}`}`),
    ...metrics.map((metric) => formatMetric(metric, numberOf(row[metric]))),
  ]);
  if (by.length === 0) return { columns, rows: [totalCells(metrics, answer.totals)] };
  const totals = [...by.map((_, index) => (index === 0 ? "Total" : "")), ...totalCells(metrics, answer.totals)];
  return { columns, rows, totals };
}

/** More buckets in a row than this without a call are one line. */
const MAX_SILENT_BUCKETS = 3;

/** The rows, with `until` the last bucket of a long silence that a row stands for. */
function foldSilence({ query, rows, meta }: QueryAnswer): { row: Row; until: string | null }[] {
  const [unit = ""] = query.by;
  const isOverTime = query.by.length === 1 && (TIME_UNITS as readonly string[]).includes(unit);
  if (!isOverTime || !query.metrics.includes("calls")) return rows.map((row) => ({ row, until: null }));
  const isSilent = (row: Row) =>
    row["calls"] === 0 && row["cost"] !== null && !meta.unfinished.includes(String(row[unit]));
  const runs: Row[][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last !== undefined && isSilent(row) && isSilent(last[0]!)) last.push(row);
    else runs.push([row]);
  }
  return runs.flatMap((run): { row: Row; until: string | null }[] =>
    run.length > MAX_SILENT_BUCKETS
      ? [{ row: run[0]!, until: String(run.at(-1)![unit]) }]
      : run.map((row) => ({ row, until: null })),
  );
}

/** What the table cannot show: calls without a price, buckets that are not over yet, numbers from sketches. */
export function answerNotes({ unpriced, unfinished, approximate }: AnswerMeta): string[] {
  const notes: string[] = [];
  if (unpriced.calls > 0) notes.push(unpricedNote(unpriced));
  if (unfinished.length > 0) notes.push(`* not over yet: ${unfinished.join(", ")}`);
  if (approximate.length > 0) {
    notes.push(`to within 2 %: ${approximate.map((metric) => METRICS[metric].label.toLowerCase()).join(", ")}`);
  }
  return notes;
}

/** Calls without a price are in no cost: said wherever a cost is shown. */
export function unpricedNote(unpriced: { calls: number; tokens: number }): string {
  const { calls, tokens } = unpriced;
  const what = calls === 1 ? "1 call has" : `${formatCount(calls)} calls have`;
  return `unpriced: ${what} no known price, counted in no cost (${formatTokens(tokens)} tokens)`;
}

function dimensionHeader(dimension: string): string {
  const words = dimension
    .replace(/^tag:/, "")
    .replaceAll(/([A-Z])/g, " $1")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Nobody's calls have no name; what lies beyond the limit is one row. */
function dimensionCell(row: Row, dimension: string, meta: AnswerMeta): string {
  const value = row[dimension];
  const isTime = (TIME_UNITS as readonly string[]).includes(dimension);
  if (isTime) return `${String(value ?? "")}${meta.unfinished.includes(String(value)) ? " *" : ""}`;
  if (row["other"] === true) return "(other)";
  return value === null || value === undefined ? "(none)" : String(value);
}

function totalCells(metrics: Metric[], totals: MetricValues): string[] {
  return metrics.map((metric) => formatMetric(metric, totals[metric]));
}

function alignOf(metric: Metric): "point" | "right" {
  return METRICS[metric].unit === "usd" || METRICS[metric].unit === "usdPerCall" ? "point" : "right";
}

function numberOf(value: Row[string] | undefined): number | null {
  return typeof value === "number" ? value : null;
}
