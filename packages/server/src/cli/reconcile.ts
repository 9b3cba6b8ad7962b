import { InvalidArgumentError, Option, type Command } from "commander";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatCount, formatUsd, UNKNOWN } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { collect } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { CommandFailed, UsageError } from "./problem.ts";

interface Compared {
  recordedUsd: number;
  reportedUsd: number | null;
  billedUsd: number | null;
  differenceUsd: number;
  explanations: { reason: string; amountUsd: number; text: string; expected: boolean }[];
  unexplainedUsd: number;
}

/** Of `GET /api/v1/reconciliation`. */
interface Answer {
  period: { start: string; end: string };
  tolerance: { percent: number; usd: number };
  providers: (Compared & {
    provider: string;
    toCheckUsd: number;
    withinTolerance: boolean;
    adjustedUsd: number;
    remainingUsd: number;
    unpricedCalls: number;
    notes: string[];
    rows: (Compared & { day: string; model: string | null })[];
  })[];
}

interface Options {
  period?: string;
  from?: string;
  to?: string;
  provider?: string;
  filter?: string[];
  tolerancePercent?: number;
  toleranceUsd?: number;
  rows?: boolean;
  post?: boolean;
  reason?: string;
}

const path = "/api/v1/reconciliation";

/** `outlay reconcile`: recorded, reported and billed, side by side. */
export function addReconcileCommand(program: Command, context: CliContext): void {
  const command = program
    .command("reconcile")
    .description("hold what was recorded against what providers report and bill")
    .option("--period <name>", "today, 7d, 30d, month, …; whole UTC days; default 30d")
    .option("--from <day>", "first UTC day")
    .option("--to <day>", "the UTC day after the last")
    .option("--provider <name>", "only this one")
    .addOption(
      new Option("--filter <text>", "which recorded calls are meant, for example !source:claude-code").argParser(
        collect,
      ),
    )
    .addOption(
      new Option("--tolerance-percent <number>", "what may differ, of what is billed; default 2").argParser(number),
    )
    .addOption(new Option("--tolerance-usd <dollars>", "what may differ in any case; default 1").argParser(number))
    .option("--rows", "by day and model too")
    .option("--post", "post the difference of --provider as an adjustment")
    .option("--reason <text>", "with --post: why")
    .addHelpText(
      "after",
      `
Recorded: what the calls cost. Reported: the provider's counts at our prices. Billed: what it says it costs, or its
invoices. It ends with 1 when a difference is beyond the tolerance.

Examples:
  outlay reconcile --period month
  outlay reconcile --provider openai --from 2026-10-01 --to 2026-11-01 --rows
  outlay reconcile --provider anthropic --filter '!source:claude-code'
  outlay reconcile --provider openai --from 2026-10-01 --to 2026-11-01 --post --reason "as billed in October"
  outlay reconcile invoice openai INV-7 --from 2026-10-01 --to 2026-11-01 --amount 123.45 --tax 19.71`,
    )
    .action((options: Options) => (options.post === true ? post(context, options) : compare(context, options)));
  addInvoice(command, context);
}

async function compare(context: CliContext, options: Options): Promise<void> {
  const { period, from, to, provider, filter, tolerancePercent, toleranceUsd, rows = false } = options;
  const api = await context.connect();
  const params = { period, from, to, provider, filter, tolerancePercent, toleranceUsd };
  const answer = await getJson<Answer>(api, path, params);
  if (context.isJson()) await context.printJson(answer);
  else await printAnswer(context, answer, rows);
  if (answer.providers.some(({ withinTolerance }) => !withinTolerance)) throw new CommandFailed();
}

async function printAnswer(
  context: CliContext,
  { period, tolerance, providers }: Answer,
  withRows: boolean,
): Promise<void> {
  const last = new Date(Date.parse(period.end) - 1).toISOString().slice(0, 10);
  await context.print(context.colors.dim(`${period.start.slice(0, 10)} to ${last}, UTC days`), "");
  if (providers.length === 0) return context.print("No provider has reported anything: outlay sync add <provider>");
  for (const provider of providers) {
    const { withinTolerance, toCheckUsd, notes, adjustedUsd, remainingUsd, unpricedCalls } = provider;
    await context.print(context.colors.bold(provider.provider));
    await printTable(context, {
      columns: [
        { header: "", align: "left" },
        { header: "USD", align: "point" },
      ],
      rows: [
        ["Recorded", formatUsd(provider.recordedUsd)],
        ["Reported, at our prices", formatUsd(provider.reportedUsd)],
        ["Billed", formatUsd(provider.billedUsd)],
        ["Difference", signed(provider.differenceUsd)],
        ...provider.explanations.map(({ text, amountUsd }) => [`  ${text}`, signed(amountUsd)]),
        ...(provider.unexplainedUsd === 0 ? [] : [["  not explained", signed(provider.unexplainedUsd)]]),
        ...(adjustedUsd === 0
          ? []
          : [
              ["Adjusted already", signed(adjustedUsd)],
              ["Left to post", signed(remainingUsd)],
            ]),
      ],
    });
    const verdict = withinTolerance
      ? "Within the tolerance"
      : `Beyond the tolerance of ${tolerance.percent} % or ${formatUsd(tolerance.usd)}: look into ${signed(toCheckUsd)}`;
    await context.print(withinTolerance ? context.colors.green(verdict) : context.colors.red(verdict));
    if (unpricedCalls > 0) await context.print(`${formatCount(unpricedCalls)} recorded calls have no price`);
    for (const note of notes) await context.print(context.colors.dim(note));
    if (withRows) await printRows(context, provider.rows);
    await context.print("");
  }
}

function printRows(context: CliContext, rows: Answer["providers"][number]["rows"]): Promise<void> {
  return printTable(context, {
    columns: [
      { header: "Day", align: "fixed" },
      { header: "Model", align: "left" },
      { header: "Recorded", align: "point" },
      { header: "Reported", align: "point" },
      { header: "Billed", align: "point" },
      { header: "Difference", align: "point" },
      { header: "Why", align: "left" },
    ],
    rows: rows.map((row) => [
      row.day,
      row.model ?? UNKNOWN,
      formatUsd(row.recordedUsd),
      formatUsd(row.reportedUsd),
      formatUsd(row.billedUsd),
      signed(row.differenceUsd),
      [...row.explanations.map(({ reason }) => reason), ...(row.unexplainedUsd === 0 ? [] : ["not explained"])].join(
        ", ",
      ),
    ]),
  });
}

interface Posted {
  posted: boolean;
  id: string | null;
  amountUsd: number;
  from: string;
  to: string;
}

async function post(context: CliContext, { provider, reason, period, from, to, filter }: Options): Promise<void> {
  if (provider === undefined || reason === undefined) throw new UsageError("--post needs --provider and --reason");
  const api = await context.connect();
  const body = { provider, reason, period, from, to, filters: filter };
  const answer = await sendJson<Posted>(api, "POST", `${path}/adjustments`, body);
  if (context.isJson()) return context.printJson(answer);
  await context.print(
    answer.posted
      ? `Posted ${signed(answer.amountUsd)} for ${answer.from} to ${answer.to} as ${answer.id}`
      : `Nothing is left to post for ${answer.from} to ${answer.to}`,
  );
}

interface InvoiceOptions {
  amount: number;
  tax?: number;
  credit?: number;
}

function addInvoice(command: Command, context: CliContext): void {
  command
    .command("invoice")
    .description("keep an invoice for --from to --to, to compare with, or replace the one with its number")
    .argument("<provider>", "who bills")
    .argument("<reference>", "its number")
    .addOption(new Option("--amount <dollars>", "to be paid").argParser(number).makeOptionMandatory())
    .addOption(new Option("--tax <dollars>", "of it").argParser(number))
    .addOption(new Option("--credit <dollars>", "taken off").argParser(number))
    .action(async (provider: string, reference: string, { amount, tax, credit }: InvoiceOptions) => {
      // they belong to the command above
      const { from, to } = command.opts<Options>();
      if (from === undefined || to === undefined) throw new UsageError("An invoice needs --from and --to");
      const api = await context.connect();
      const body = { provider, reference, from, to, amountUsd: amount, taxUsd: tax, creditUsd: credit };
      const answer = await sendJson(api, "PUT", `${path}/invoices`, body);
      if (context.isJson()) return context.printJson(answer);
      await context.print(`Kept ${printable(reference)} of ${printable(provider)}: ${formatUsd(amount)}`);
    });
}

function signed(usd: number): string {
  return usd > 0 ? `+${formatUsd(usd)}` : formatUsd(usd);
}

function number(text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number.");
}
