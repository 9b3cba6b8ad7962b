import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { SummaryAnswer } from "../ledger/answers.ts";
import { writeArchive, type ArchiveChange } from "../ledger/archive.ts";
import type { CliContext } from "./context.ts";
import { formatCount } from "./draw/values.ts";
import { getJson } from "./get-json.ts";
import { parseCount } from "./parse-option.ts";

const DEFAULT_DAYS = 90;

interface ArchiveOptions {
  output?: string;
  days: number;
}

/** `outlay archive`: snapshots of days and summaries of months as files. */
export function addArchiveCommand(program: Command, context: CliContext): void {
  program
    .command("archive")
    .description("snapshots of days and summaries of months as JSON files, for keeping")
    .option("--output <folder>", "where they go (default: the folder archive in the data folder)")
    .option("--days <number>", "so many days are kept; months stay for ever", parseCount, DEFAULT_DAYS)
    .addHelpText(
      "after",
      `
Writes daily/2026-11-22.json and monthly/2026-11.json. Repeating it changes only what has moved.

Examples:
  outlay archive
  outlay archive --output ./costs --timezone Europe/Berlin`,
    )
    .action((options: ArchiveOptions) => archive(context, options));
}

async function archive(context: CliContext, { output, days }: ArchiveOptions): Promise<void> {
  const api = await context.connect();
  const { firstEventAt, timeZone } = await getJson<{ firstEventAt: string | null; timeZone: string }>(
    api,
    "/api/v1/meta",
  );
  const folder = output === undefined ? join(await dataFolder(context), "archive") : resolve(output);
  const progress = context.progress("archive");
  const changes = await writeArchive({
    folder,
    summaryOf: (params) => getJson<SummaryAnswer>(api, "/api/v1/summary", params as Record<string, string[]>),
    firstEventMs: firstEventAt === null ? null : Date.parse(firstEventAt),
    nowMs: context.now(),
    timeZone: context.timeZone() ?? timeZone,
    keepDays: days,
    onProgress: (done) => progress.update(done),
  }).finally(() => progress.end());
  if (context.isJson()) return context.printJson({ folder, ...changes });
  await context.print(folder, `daily    ${inWords(changes.daily)}`, `monthly  ${inWords(changes.monthly)}`);
}

async function dataFolder(context: CliContext): Promise<string> {
  const { settings } = await context.resolveSettings();
  return settings.find(({ name }) => name === "dataDir")?.value as string;
}

function inWords({ written, unchanged, removed }: ArchiveChange): string {
  const gone = removed === 0 ? "" : `, ${formatCount(removed)} removed`;
  return `${formatCount(written)} written, ${formatCount(unchanged)} unchanged${gone}`;
}
