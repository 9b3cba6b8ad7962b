import { DIMENSIONS, METRICS } from "@outlay/core";
import { Argument, InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { IMPORTERS } from "../importers/importers.ts";
import type { QueryAnswer } from "../ledger/answers.ts";
import type { CliContext } from "./context.ts";
import { getJson } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { collect, parseCount } from "./parse-option.ts";
import { printAnswer } from "./print-answer.ts";
import { UsageError } from "./problem.ts";
import { addQuestionOptions, questionParams } from "./question-options.ts";
import type { QuestionOptions } from "./question-options.ts";
import { reportArchive } from "./report-archive.ts";
import { printBlocks } from "./report-blocks.ts";
import type { BlocksOptions } from "./report-blocks.ts";
import { writePdf } from "./report-pdf.ts";
import { CCUSAGE_REPORTS, printCcusage } from "./report-ccusage.ts";
import type { CcusageForm } from "./report-ccusage.ts";
import { printSplit } from "./report-split.ts";

/** Reports by time, with the period that each looks back on. */
const TIME_REPORTS: Record<string, { unit: string; period: string }> = {
  hourly: { unit: "hour", period: "today" },
  daily: { unit: "day", period: "30d" },
  weekly: { unit: "week", period: "90d" },
  monthly: { unit: "month", period: "year" },
  quarterly: { unit: "quarter", period: "all" },
  yearly: { unit: "year", period: "all" },
};
const BLOCKS = "blocks";
/** Without tags, whose keys are anybody's own. */
export const REPORT_KINDS = [...Object.keys(TIME_REPORTS), BLOCKS, ...DIMENSIONS];
const CCUSAGE_FORMS = ["ccusage", "ccusage-claude"] as const satisfies CcusageForm[];
const defaultPeriod = "30d";
const defaultMetrics = "cost,calls,errors,inputTokens,cacheReadTokens,outputTokens,costPerCall";
const compactMetrics = "cost,calls,tokens";
const recentDays = 3;
const dayMs = 86_400_000;

interface ReportOptions extends QuestionOptions, BlocksOptions {
  by?: string;
  metrics?: string;
  order?: string;
  limit?: number;
  source?: string[];
  since?: string;
  until?: string;
  breakdown?: boolean;
  instances?: boolean;
  compact?: boolean;
  format?: CcusageForm;
  recent?: boolean;
  archive?: string;
  pdf?: string;
  month?: string;
}

/** `outlay report <kind>`: one table, by a unit of time, by a dimension, or by blocks of hours. */
export function addReportCommand(program: Command, context: CliContext): void {
  const times = Object.keys(TIME_REPORTS).join(", ");
  const command = program
    .command("report")
    .description("a table by day, week, month, session, model, agent, five-hour block, …")
    .addArgument(
      new Argument("<kind>", `${times}; ${BLOCKS}; ${DIMENSIONS.join(", ")}; tag:<key>`).argParser(parseKind),
    )
    .option("--by <dimension>", "split each line further, for example daily --by model")
    .option("--breakdown", "below each line what each model has cost in it")
    .option("--instances", "below each line what each project has cost in it")
    .option(
      "--metrics <names>",
      `comma-separated, of ${Object.keys(METRICS).join(", ")} (default: ${defaultMetrics}; with --compact: ${compactMetrics})`,
    )
    .option("--compact", "few columns, for narrow terminals")
    .option("--order <metric>", "sort by this metric; -cost: dearest first")
    .option("--limit <number>", "most lines (default: 20, none by time); the rest is summed as (other)", parseCount)
    .option(
      "--source <name>",
      "only what this door or coding tool has brought (claude-code, gateway, …); coding: all tools; may be repeated",
      collect,
    )
    .option("--archive <folder>", "from the files of outlay archive alone, without a store")
    .option("--since <date>", "from this date, included: 2026-06-01 or 20260601", parseDate)
    .option("--until <date>", "until this date, included", parseDate)
    .addOption(
      new Option(
        "--format <name>",
        "JSON as ccusage 20 writes it: of all coding tools, or as `ccusage claude` does",
      ).choices(CCUSAGE_FORMS),
    )
    .option("--pdf <file>", "monthly: one month as a PDF with charts, written to this file")
    .option("--month <month>", "with --pdf: such as 2026-10 (default: the last one that is over)")
    .option("--active", "blocks: only the one that is running")
    .option("--recent", `blocks: of the last ${recentDays} days`)
    .option("--token-limit <number>", "blocks: most tokens of one; max: those of the largest", parseTokenLimit)
    .option("--session-length <hours>", "blocks: how long one is (default: 5)", parseCount);
  const others = Object.entries(TIME_REPORTS).flatMap(([kind, { period }]) =>
    period === defaultPeriod ? [] : [`${kind}: ${period}`],
  );
  addQuestionOptions(command, `${defaultPeriod}; ${others.join(", ")}`)
    .addHelpText(
      "after",
      `
Examples:
  outlay report daily
  outlay report monthly --by provider --period year
  outlay report model --period 7d --filter agent:dexter
  outlay report tag:story --from 2026-11-01 --to 2026-12-01 --limit 10
  outlay report session --json
  outlay report monthly --pdf october.pdf --month 2026-10

Coding tools, once "outlay import" has read their logs:
  outlay report daily --source coding --breakdown
  outlay report project --source claude-code --since 20261101 --until 20261115
  outlay report activity --source claude-code         sub-agents apart from the rest
  outlay report blocks --active --token-limit max     five-hour blocks of Claude Code
  outlay report daily --format ccusage                for scripts that read ccusage's JSON`,
    )
    .action((kind: string, options: ReportOptions) => report(context, kind, options));
}

async function report(context: CliContext, kind: string, options: ReportOptions): Promise<void> {
  requireFitting(kind, options);
  const { format } = options;
  const time = TIME_REPORTS[kind];
  const { archive, pdf, month } = options;
  const sources = (options.source ?? []).flatMap((name) => (name === "coding" ? codingTools() : [name]));
  const filter = [...(options.filter ?? []), ...sources.map((name) => `source:${name}`)];
  if (pdf !== undefined) return writePdf(context, pdf, { month, filter });
  if (archive !== undefined) return reportArchive(context, time?.unit ?? kind, { ...options, archive });
  const usualPeriod = format === undefined ? (time?.period ?? defaultPeriod) : "all";
  const params = periodOf(context, options, usualPeriod);
  if (format !== undefined) return printCcusage(context, { kind, format, params, sources, blocks: options });
  if (kind === BLOCKS) return printBlocks(context, { ...params, filter }, options);
  const question = {
    ...params,
    filter,
    by: [time?.unit ?? kind, ...(options.by === undefined ? [] : [options.by])].join(","),
    metrics: options.metrics ?? (options.compact === true ? compactMetrics : defaultMetrics),
    order: options.order,
    limit: options.limit ?? (time === undefined ? 20 : undefined),
  };
  const split = options.breakdown === true ? "model" : options.instances === true ? "project" : null;
  if (split !== null) return printSplit(context, question, split);
  const api = await context.connect();
  await printAnswer(context, await getJson<QueryAnswer>(api, "/api/v1/query", question));
}

/** What goes with some kinds only is not silently ignored with the others. */
function requireFitting(kind: string, options: ReportOptions): void {
  const { breakdown, instances, by, format } = options;
  const ofBlocks = ["active", "recent", "tokenLimit", "sessionLength"] as const;
  const stray = kind === BLOCKS ? undefined : ofBlocks.find((name) => options[name] !== undefined);
  if (stray !== undefined) {
    throw new UsageError(`--${inFlags(stray)} goes with "report blocks".`);
  }
  if ([breakdown, instances, by].filter((one) => one !== undefined).length > 1) {
    throw new UsageError("Give one of --by, --breakdown and --instances.");
  }
  if (kind === BLOCKS && (breakdown ?? instances ?? by) !== undefined) {
    throw new UsageError("Blocks are not split; filter them, for example --filter project:shop.");
  }
  if (format !== undefined && !CCUSAGE_REPORTS.includes(kind)) {
    throw new UsageError(`--format ${format} goes with ${CCUSAGE_REPORTS.join(", ")}.`);
  }
  requireFittingPdf(kind, options);
}

/** A PDF is of a month, and shows what it shows. */
function requireFittingPdf(kind: string, options: ReportOptions): void {
  const { pdf, month } = options;
  if (pdf === undefined) {
    if (month !== undefined)
      throw new UsageError("--month goes with --pdf; a table takes --period, or --from and --to.");
    return;
  }
  if (kind !== "monthly") {
    throw new UsageError("Only a month is there as a PDF: outlay report monthly --pdf october.pdf --month 2026-10");
  }
  const stray = Object.keys(options).find((name) => !["pdf", "month", "filter", "source"].includes(name));
  if (stray !== undefined) {
    throw new UsageError(`--${inFlags(stray)} does not go with --pdf; it takes --month, --filter and --source.`);
  }
}

/** tokenLimit → token-limit. */
function inFlags(option: string): string {
  return option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function periodOf(context: CliContext, options: ReportOptions, usual: string): Params {
  const { since, until, recent, ...rest } = options;
  if (since === undefined && until === undefined && recent === undefined) return questionParams(context, rest, usual);
  if ((rest.period ?? rest.from ?? rest.to) !== undefined) {
    throw new UsageError("Give either --since and --until, or --period, or --from and --to.");
  }
  if (recent === true && (since ?? until) !== undefined) {
    throw new UsageError("Give either --recent, or --since and --until.");
  }
  const from = recent === true ? new Date(context.now() - recentDays * dayMs).toISOString() : since;
  return questionParams(
    context,
    without({ ...rest, from, to: until === undefined ? undefined : dayAfter(until) }),
    usual,
  );
}

function without(options: { [Name in keyof ReportOptions]: ReportOptions[Name] | undefined }): ReportOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}

function codingTools(): string[] {
  return IMPORTERS.map(({ name }) => name);
}

function parseKind(kind: string): string {
  if (REPORT_KINDS.includes(kind) || /^tag:./.test(kind)) return kind;
  throw new InvalidArgumentError(`Known are ${REPORT_KINDS.join(", ")} and tag:<key>.`);
}

/** As ccusage takes dates, and as everybody else does. */
function parseDate(text: string): string {
  const [, year, month, day] = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text) ?? [];
  const date = `${year}-${month}-${day}`;
  if (day !== undefined && !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date))
    return date;
  throw new InvalidArgumentError("It must be a date such as 2026-06-01 or 20260601.");
}

function parseTokenLimit(text: string): string {
  if (text === "max" || /^[1-9]\d{0,14}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a number of tokens, or "max".');
}
