import { existsSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { InvalidArgumentError, Option, type Command } from "commander";
import { countDestination } from "../importers/count-destination.ts";
import { findTools, listTool, type FoundTool } from "../importers/find-tools.ts";
import { importLogs, type BrokenLine, type Destination, type ImportOutcome } from "../importers/import-logs.ts";
import type { ImportStore, TelemetryCalls } from "../importers/import-store.ts";
import type { Importer, Place } from "../importers/importer.ts";
import { IMPORTERS } from "../importers/importers.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatBytes, formatCount, formatUsd } from "./draw/values.ts";
import { addFileOptions, withFileFlags, type FileFlags } from "./import-file-options.ts";
import { previewed, type Preview } from "./preview-events.ts";
import { CommandFailed, UsageError } from "./problem.ts";

interface ImportOptions extends FileFlags {
  path?: string[];
  to?: string;
  machine: string;
  /** Milliseconds since 1970. */
  since?: number;
  dryRun?: boolean;
  list?: boolean;
}

/** More would push what matters off the screen; `--json` has all of them. */
const brokenShownMax = 20;

/** `outlay import`: what coding tools have used, from their own logs. */
export function addImportCommand(program: Command, context: CliContext): void {
  const command = program
    .command("import")
    .description("record what coding tools have used, from their logs on this machine, or what a file says")
    .argument("[tool]", `one of ${toolNames()} (default: all that are found); with --path also ${exportNames()}`)
    .option("--path <path...>", "read these folders or files instead of the tool's own; needs the tool's name")
    .option("--to <url>", "send to this server; its key comes from OUTLAY_KEY")
    .addOption(
      new Option("--machine <name>", "name of this machine, in the tag machine").default(
        hostname() || "unknown",
        "its host name",
      ),
    )
    .option("--since <date>", "leave out calls before this day, such as 2026-11-01", parseSince)
    .option("--list", "say which tools are installed and where their logs lie; read none")
    .option("--dry-run", "read everything and say what is there; record nothing");
  addFileOptions(command)
    .addHelpText(
      "after",
      `
Only what is new is read, and every call counts once: repeat it as often as you like, also from several machines.
The tools delete their logs after a while (Claude Code after 30 days), so import regularly.
Broken lines are named, and the others recorded. Nothing leaves this machine without --to (or --server).
Files that something else exported are named with --path; --dry-run shows their first rows as events.

Examples:
  outlay import
  outlay import --list
  outlay import claude-code --since 2026-11-01 --dry-run
  outlay import claude-code --path /mnt/backup/.claude
  outlay import cursor-csv --path usage-events.csv
  outlay import csv --path usage.csv --dry-run --map occurredAt=Date,model=Model,inputTokens="Prompt tokens",costUsd=Cost
  OUTLAY_KEY=outlay_… outlay import --to https://outlay.example.com --machine laptop`,
    )
    .action((tool: string | undefined, options: ImportOptions) => importAll(context, tool, options));
}

async function importAll(context: CliContext, tool: string | undefined, options: ImportOptions): Promise<void> {
  const found = await chosenTools(context, tool, options);
  if (options.list === true) return listTools(context, found);
  const isDry = options.dryRun === true;
  const store = isDry || found.length === 0 ? null : await context.openImportStore(addressOf(options.to));
  // what is reported is durable: a data folder is when it has been let go
  const tools = await importEach(context, found, store, options).finally(() => store?.rest());
  await report(context, tools, isDry);
}

/** `store` null: everything is read, and nothing recorded. */
async function importEach(
  context: CliContext,
  found: FoundTool[],
  store: ImportStore | null,
  { machine, since: sinceMs }: ImportOptions,
): Promise<ImportedTool[]> {
  const results: ImportedTool[] = [];
  for (const { importer, folders, files, problems } of found) {
    const preview: Preview = [];
    const kept = store === null ? countDestination() : store.destination(importer.name, machine);
    const destination = importer.needsPath === true ? forFile(kept, store === null ? preview : null) : kept;
    const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const progress = context.progress(importer.title, totalBytes, "bytes");
    try {
      const onBytes = (done: number) => progress.update(done);
      const outcome = await importLogs({ importer, files, destination, machine, sinceMs, onBytes });
      outcome.broken.unshift(...problems);
      results.push({
        tool: importer.name,
        title: importer.title,
        folders,
        ...outcome,
        telemetry:
          store === null || importer.needsPath === true ? null : await telemetryBeside(store, importer, outcome),
        ...(preview.length === 0 ? {} : { preview }),
      });
    } finally {
      progress.end();
    }
  }
  return results;
}

const DAY_MS = 86_400_000;

/**
 * Whether telemetry told of calls of the tool on the UTC days of those that were just recorded, and nothing says whether they are the
 * same; null: no.
 */
async function telemetryBeside(
  store: ImportStore,
  { name, title }: Importer,
  { recorded, firstCallMs, lastCallMs }: ImportOutcome,
): Promise<TelemetryBeside | null> {
  if (recorded === 0 || firstCallMs === null || lastCallMs === null) return null;
  const startMs = Math.floor(firstCallMs / DAY_MS) * DAY_MS;
  const endMs = (Math.floor(lastCallMs / DAY_MS) + 1) * DAY_MS;
  // the import is done: it does not fail for a hint
  const told = await store.telemetryCalls(name, { startMs, endMs }).catch(() => null);
  if (told === null || told.calls === 0) return null;
  const [from, to, lastDay] = [startMs, endMs, endMs - 1].map((ms) => new Date(ms).toISOString());
  const count = `${told.isMore ? "more than " : ""}${formatCount(told.calls)} ${told.calls === 1 ? "call" : "calls"}`;
  const hint = `From ${from!.slice(0, 10)} to ${lastDay!.slice(0, 10)}, telemetry told of ${count} of ${title} too, without ids of requests: where logs and telemetry are of the same machine they count twice. Use one of the two: switch the tool's telemetry off, or no longer import its logs. filter=source:otlp and filter=source:${name} show them apart.`;
  return { ...told, from: from!, to: to!, hint };
}

/** Rows of a file have ids: it is read in full each time, perhaps with another mapping. */
function forFile(destination: Destination, preview: Preview | null): Destination {
  const forgetful = { ...destination, readProgress: async () => [], keepProgress: async () => {} };
  return preview === null ? forgetful : previewed(forgetful, preview);
}

interface TelemetryBeside extends TelemetryCalls {
  /** Start included, end excluded. */
  from: string;
  to: string;
  /** What it means and what to do. */
  hint: string;
}

type ImportedTool = ImportOutcome & {
  tool: string;
  title: string;
  folders: string[];
  /** What may count twice; null: nothing that is known of. */
  telemetry: TelemetryBeside | null;
  /** Of a dry run over a file: its first rows as events. */
  preview?: Preview;
};

/** `--to` as the command line's settings have it; UsageError when it is no address. */
export function addressOf(to: string | undefined): { serverUrl?: string } {
  if (to === undefined) return {};
  if (!URL.canParse(to) || !["http:", "https:"].includes(new URL(to).protocol)) {
    throw new UsageError(`--to is ${printable(to)}; it must look like https://outlay.example.com`);
  }
  return { serverUrl: to };
}

/** UsageError when there is no such tool, or nothing at a path that was named. */
async function chosenTools(
  context: CliContext,
  tool: string | undefined,
  options: ImportOptions,
): Promise<FoundTool[]> {
  const { path: paths = [] } = options;
  const chosen = importersNamed(tool).map((one) => (tool === undefined ? one : withFileFlags(one, options)));
  if (paths.length === 0) {
    if (tool !== undefined && chosen[0]?.needsPath === true) throw new UsageError(`${tool} needs --path <file…>`);
    return findTools(chosen, placeOf(context));
  }
  if (tool === undefined) throw new UsageError(`--path needs the tool's name before it: ${importerNames()}`);
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw new UsageError(`There is no ${printable(missing)}`);
  return Promise.all(chosen.map((importer) => listTool(importer, paths)));
}

/** All of them when no name is given; UsageError when there is none with that name. */
export function importersNamed(tool: string | undefined): Importer[] {
  const chosen = tool === undefined ? IMPORTERS : IMPORTERS.filter(({ name }) => name === tool);
  if (chosen.length > 0) return chosen;
  throw new UsageError(`There is no importer for ${printable(tool ?? "")}; known: ${importerNames()}`);
}

export function importerNames(): string {
  return IMPORTERS.map(({ name }) => name).join(", ");
}

function toolNames(): string {
  return IMPORTERS.flatMap(({ name, needsPath }) => (needsPath === true ? [] : [name])).join(", ");
}

function exportNames(): string {
  return IMPORTERS.flatMap(({ name, needsPath }) => (needsPath === true ? [name] : [])).join(", ");
}

/** Where the tools of whoever runs the command keep their logs. */
export function placeOf({ env }: CliContext): Place {
  return { env, homeDir: env["HOME"] || homedir() };
}

/** `--since`: a day in the zone of the command, or an instant. */
function parseSince(text: string): number {
  const atMs = /^\d{4}-\d{2}-\d{2}(T|$)/.test(text)
    ? Date.parse(text.length === 10 ? `${text}T00:00` : text)
    : Number.NaN;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError("It must look like 2026-11-01.");
  return atMs;
}

async function listTools(context: CliContext, found: FoundTool[]): Promise<void> {
  const tools = found.map(({ importer: { name, title }, folders, files, problems }) => ({
    tool: name,
    title,
    folders,
    files: files.length,
    bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    newestMs: files.reduce((newest, { modifiedMs }) => Math.max(newest, modifiedMs), 0) || null,
    problems,
  }));
  if (context.isJson()) return context.printJson({ tools });
  if (tools.length === 0) return context.print(NOTHING_FOUND);
  const { colors } = context;
  for (const { title, folders, files, bytes, problems } of tools) {
    await context.print(
      `${colors.bold(title)}  ${formatCount(files)} files, ${formatBytes(bytes)}`,
      ...folders.map((folder) => `  ${printable(folder)}`),
    );
    for (const problem of problems) context.note(`${colors.red("broken")} ${brokenText(problem)}`);
  }
}

const NOTHING_FOUND = "No logs of a coding tool were found on this machine.";

async function report(context: CliContext, results: ImportedTool[], isDry: boolean): Promise<void> {
  if (context.isJson()) await context.printJson({ dryRun: isDry, tools: results });
  else if (results.length === 0) await context.print(NOTHING_FOUND);
  else for (const result of results) await describe(context, result, isDry);
  if (results.some(({ broken }) => broken.length > 0)) throw new CommandFailed();
}

async function describe(context: CliContext, result: ImportedTool, isDry: boolean): Promise<void> {
  const { colors } = context;
  for (const one of result.broken.slice(0, brokenShownMax)) context.note(`${colors.red("broken")} ${brokenText(one)}`);
  const brokenCount = result.broken.length + result.furtherBroken;
  if (brokenCount > brokenShownMax) {
    context.note(`… and ${formatCount(brokenCount - brokenShownMax)} more (with --json)`);
  }
  const leftOut = Object.entries(result.leftOut).map(([what, count]): [string, string] => [
    what,
    `${formatCount(count)} left out`,
  ]);
  const lines: [string, string][] = [
    ["files", `${formatCount(result.files)} found, ${formatCount(result.unchangedFiles)} unchanged`],
    [
      "calls",
      `${formatCount(result.recorded)} ${isDry ? "found" : "recorded"}, ${formatCount(result.known)} ${isDry ? "repeats" : "repeated or known already"}`,
    ],
  ];
  if (result.grown > 0) lines.push(["grown", `${formatCount(result.grown)} with larger counts than before`]);
  if (!isDry && result.costUsd > 0) lines.push(["cost", `${formatUsd(result.costUsd)} more than before`]);
  lines.push(...leftOut);
  if (result.unfinished > 0) lines.push(["unfinished", `${formatCount(result.unfinished)} last lines, read next time`]);
  if (result.broken.length > 0) lines.push(["broken", `${formatCount(brokenCount)}, named above`]);
  for (const event of result.preview ?? []) await context.print(`  ${printable(JSON.stringify(event))}`);
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  await context.print(
    `${colors.bold(result.title)}  ${result.folders.map(printable).join(", ")}`,
    ...lines.map(([name, words]) => `  ${colors.dim(name.padEnd(width))}${words}`),
  );
  if (result.telemetry !== null) context.note(`${colors.yellow("perhaps twice")} ${result.telemetry.hint}`);
}

/** `file:line: reason` */
export function brokenText({ file, line, reason }: BrokenLine): string {
  return `${printable(file)}${line === null ? "" : `:${line}`}: ${printable(reason)}`;
}
