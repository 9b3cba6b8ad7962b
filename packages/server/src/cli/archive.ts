import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { RecordAnswer, SummaryAnswer } from "../ledger/answers.ts";
import { writeArchive, type ArchiveChange } from "../ledger/archive.ts";
import { listEventFiles, readEventFile } from "../ledger/read-archive.ts";
import type { Api, CliContext } from "./context.ts";
import { formatCount } from "./draw/values.ts";
import { getJson, problemOf, sendJson, withParams } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { parseCount } from "./parse-option.ts";
import { CommandFailed, UsageError } from "./problem.ts";

const DEFAULT_DAYS = 90;

interface ArchiveOptions {
  output?: string;
  days: number;
  events?: boolean;
}

/** `outlay archive`: snapshots of days and summaries of months as files; `outlay archive restore`: calls from them. */
export function addArchiveCommand(program: Command, context: CliContext): void {
  const command = program
    .command("archive")
    .description("snapshots of days and summaries of months as JSON files, for keeping")
    .option("--output <folder>", "where they go (default: the folder archive in the data folder)")
    .option("--days <number>", "so many days are kept; months stay for ever", parseCount, DEFAULT_DAYS)
    .option("--events", "also the calls of each finished day, compressed: outlay archive restore has them again")
    .addHelpText(
      "after",
      `
Writes daily/2026-11-22.json and monthly/2026-11.json, with --events also events/2026-11-21.jsonl.gz. Repeating it changes only
what has moved. A running server does the same once a day (setting archive). Snapshots are totals: outlay report --archive reads
them without a store, but no store can be made of them; that takes --events, or outlay backup.

Examples:
  outlay archive
  outlay archive --output ./costs --timezone Europe/Berlin
  outlay archive --output ./costs --events
  outlay report monthly --archive ./costs
  outlay archive restore ./costs --data ./restored`,
    )
    .action((options: ArchiveOptions) => archive(context, options));
  command
    .command("restore")
    .description("record the calls of an archive again, with the costs that they had; those that are there stay")
    .argument("<folder>", "as outlay archive --events wrote it")
    .addHelpText("after", "\nExamples:\n  outlay archive restore ./costs --data ./restored")
    .action((folder: string) => restore(context, resolve(folder)));
}

async function archive(context: CliContext, { output, days, events = false }: ArchiveOptions): Promise<void> {
  const api = await context.connect();
  const { firstEventAt, timeZone } = await getJson<{ firstEventAt: string | null; timeZone: string }>(
    api,
    "/api/v1/meta",
  );
  const folder = output === undefined ? join(await dataFolder(context), "archive") : resolve(output);
  const horizonMs = await horizonOf(api);
  const progress = context.progress("archive");
  const changes = await writeArchive({
    folder,
    summaryOf: (params) => getJson<SummaryAnswer>(api, "/api/v1/summary", params as Record<string, string[]>),
    firstEventMs: firstEventAt === null ? null : Date.parse(firstEventAt),
    nowMs: context.now(),
    timeZone: context.timeZone() ?? timeZone,
    keepDays: days,
    ...(events ? { events: { horizonMs, linesOf: (params) => linesOf(api, params as Params) } } : {}),
    onProgress: (done) => progress.update(done),
  }).finally(() => progress.end());
  if (context.isJson()) return context.printJson({ folder, ...changes });
  await context.print(folder, `daily    ${inWords(changes.daily)}`, `monthly  ${inWords(changes.monthly)}`);
  if (changes.events !== undefined) await context.print(`events   ${inWords(changes.events)}`);
}

/** Of which instant raw events are still there. */
async function horizonOf(api: Api): Promise<number> {
  const { horizon } = await getJson<{ horizon?: string | null }>(api, "/api/v1/meta");
  return horizon == null ? 0 : Date.parse(horizon);
}

async function linesOf(api: Api, params: Params): Promise<AsyncIterable<Uint8Array>> {
  const response = await api.request(withParams("/api/v1/archive/events", params));
  if (!response.ok || response.body === null) throw await problemOf(response);
  return response.body;
}

/** File by file; one that is damaged is named, and the rest of it and of the others is recorded. */
async function restore(context: CliContext, folder: string): Promise<void> {
  const files = await listEventFiles(folder);
  if (files.length === 0) {
    throw new UsageError(
      `${folder} has no calls (events/*.jsonl.gz). Snapshots are totals: no store can be made of them.`,
    );
  }
  const api = await context.connect();
  const progress = context.progress("Recording calls");
  const report = { files: files.length, accepted: 0, duplicates: 0, rejected: [] as string[], damaged: [] as string[] };
  for (const file of files) {
    try {
      for await (const { prices, events } of readEventFile(file)) {
        const answer = await sendJson<RecordAnswer>(api, "POST", "/api/v1/archive/events", { prices, events });
        report.accepted += answer.accepted;
        report.duplicates += answer.duplicates;
        report.rejected.push(...answer.rejected.map(({ id = "?", reason }) => `${file}: ${id}: ${reason}`));
        progress.update(report.accepted + report.duplicates);
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name === "ApiProblem" || error instanceof TypeError) throw error;
      report.damaged.push(`${file}: ${error.message}`);
    }
  }
  progress.end();
  if (context.isJson()) await context.printJson(report);
  else {
    const { accepted, duplicates, rejected, damaged } = report;
    await context.print(
      `${formatCount(accepted)} calls recorded, ${formatCount(duplicates)} were there already (${formatCount(files.length)} files)`,
    );
    for (const line of [...damaged.map((it) => `damaged: ${it}`), ...rejected.slice(0, 20)]) context.note(line);
    if (rejected.length > 20) context.note(`${formatCount(rejected.length)} calls were refused`);
  }
  if (report.damaged.length + report.rejected.length > 0) throw new CommandFailed();
}

async function dataFolder(context: CliContext): Promise<string> {
  const { settings } = await context.resolveSettings();
  return settings.find(({ name }) => name === "dataDir")?.value as string;
}

function inWords({ written, unchanged, removed }: ArchiveChange): string {
  const gone = removed === 0 ? "" : `, ${formatCount(removed)} removed`;
  return `${formatCount(written)} written, ${formatCount(unchanged)} unchanged${gone}`;
}
