import type { QueryAnswer } from "../ledger/answers.ts";
import type { CliContext } from "./context.ts";
import type { Table } from "./draw/table.ts";
import { drawTable } from "./draw/table.ts";
import { formatPeriod } from "./draw/values.ts";
import { answerNotes, metricTable } from "./metric-table.ts";

/** A query's answer for people (table and notes), or as it came with `--json`. */
export async function printAnswer(context: CliContext, answer: QueryAnswer): Promise<void> {
  if (context.isJson()) return context.printJson(answer);
  await context.print(context.colors.dim(formatPeriod(answer.query.period)), "");
  await printTable(context, metricTable(answer));
  const notes = answerNotes(answer.meta);
  if (notes.length > 0) await context.print("", ...notes.map((note) => context.colors.yellow(note)));
}

/** A table as wide as the terminal; as wide as it is when it goes into a file or a pipe. */
export function printTable(context: CliContext, table: Table): Promise<void> {
  return context.print(...drawTable(table, { width: tableWidth(context), colors: context.colors }));
}

/** In columns; without end when nobody looks at a screen. */
export function tableWidth(context: CliContext): number {
  return context.isTerminal ? context.columns() : Number.POSITIVE_INFINITY;
}
