import { DIMENSIONS, METRICS } from "@outlay/core";
import { Argument, InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { QueryAnswer } from "../ledger/answers.ts";
import type { CliContext } from "./context.ts";
import { getJson } from "./get-json.ts";
import { parseCount } from "./parse-option.ts";
import { printAnswer } from "./print-answer.ts";
import { addQuestionOptions, questionParams } from "./question-options.ts";
import type { QuestionOptions } from "./question-options.ts";

/** Reports by time, with the period that each looks back on. */
const TIME_REPORTS: Record<string, { unit: string; period: string }> = {
  hourly: { unit: "hour", period: "today" },
  daily: { unit: "day", period: "30d" },
  weekly: { unit: "week", period: "90d" },
  monthly: { unit: "month", period: "year" },
  quarterly: { unit: "quarter", period: "all" },
  yearly: { unit: "year", period: "all" },
};
const defaultPeriod = "30d";
const defaultMetrics = "cost,calls,errors,inputTokens,cacheReadTokens,outputTokens,costPerCall";

interface ReportOptions extends QuestionOptions {
  by?: string;
  metrics: string;
  order?: string;
  limit?: number;
}

/** `outlay report <kind>`: one table, by a unit of time or by a dimension. */
export function addReportCommand(program: Command, context: CliContext): void {
  const times = Object.keys(TIME_REPORTS).join(", ");
  const command = program
    .command("report")
    .description("a table by day, week, month, session, model, agent, …")
    .addArgument(new Argument("<kind>", `${times}; ${DIMENSIONS.join(", ")}; tag:<key>`).argParser(parseKind))
    .option("--by <dimension>", "split each line further, for example daily --by model")
    .option("--metrics <names>", `comma-separated, of ${Object.keys(METRICS).join(", ")}`, defaultMetrics)
    .option("--order <metric>", "sort by this metric; -cost: dearest first")
    .option("--limit <number>", "most lines (default: 20, none by time); the rest is summed as (other)", parseCount);
  addQuestionOptions(command, defaultPeriod)
    .addHelpText(
      "after",
      `
Examples:
  outlay report daily
  outlay report monthly --by provider --period year
  outlay report model --period 7d --filter agent:dexter
  outlay report tag:story --from 2026-11-01 --to 2026-12-01 --limit 10
  outlay report session --json`,
    )
    .action((kind: string, options: ReportOptions) => report(context, kind, options));
}

async function report(context: CliContext, kind: string, options: ReportOptions): Promise<void> {
  const time = TIME_REPORTS[kind];
  const params = {
    ...questionParams(context, options, time?.period ?? defaultPeriod),
    by: [time?.unit ?? kind, ...(options.by === undefined ? [] : [options.by])].join(","),
    metrics: options.metrics,
    order: options.order,
    limit: options.limit ?? (time === undefined ? 20 : undefined),
  };
  const api = await context.connect();
  await printAnswer(context, await getJson<QueryAnswer>(api, "/api/v1/query", params));
}

function parseKind(kind: string): string {
  const isKnown = kind in TIME_REPORTS || (DIMENSIONS as readonly string[]).includes(kind) || /^tag:./.test(kind);
  if (!isKnown) {
    throw new InvalidArgumentError(
      `Known are ${[...Object.keys(TIME_REPORTS), ...DIMENSIONS].join(", ")} and tag:<key>.`,
    );
  }
  return kind;
}
