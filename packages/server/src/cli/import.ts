import { homedir, hostname } from "node:os";
import type { WireEvent } from "@outlay/core";
import type { Command } from "commander";
import { countDestination } from "../importers/count-destination.ts";
import type { FileProgress } from "../importers/file-progress.ts";
import { importLogs, type BrokenLine, type Destination, type ImportOutcome } from "../importers/import-logs.ts";
import type { Importer, LogFile } from "../importers/importer.ts";
import { IMPORTERS } from "../importers/importers.ts";
import type { RecordAnswer } from "../ledger/answers.ts";
import type { Api, CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatCount } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { ApiProblem, CommandFailed, UsageError } from "./problem.ts";

interface ImportOptions {
  path?: string[];
  to?: string;
  machine: string;
  dryRun?: boolean;
}

/** More would push what matters off the screen; `--json` has all of them. */
const brokenShownMax = 20;

/** `outlay import`: what coding tools have used, from their own logs. */
export function addImportCommand(program: Command, context: CliContext): void {
  program
    .command("import")
    .description("record what coding tools have used, from their logs on this machine")
    .argument("[tool]", `one of ${IMPORTERS.map(({ name }) => name).join(", ")} (default: all that are found)`)
    .option("--path <path...>", "read these folders or files instead of the tool's own; needs the tool's name")
    .option("--to <url>", "send to this server; its key comes from OUTLAY_KEY")
    .option("--machine <name>", "name of this machine, in the tag machine", hostname() || "unknown")
    .option("--dry-run", "read everything and say what is there; record nothing")
    .addHelpText(
      "after",
      `
Only what is new is read, and every call counts once: repeat it as often as you like, also from several machines.
The tools delete their logs after a while (Claude Code after 30 days), so import regularly.
Broken lines are named, and the others recorded. Nothing leaves this machine without --to (or --server).

Examples:
  outlay import
  outlay import claude-code --dry-run
  outlay import claude-code --path /mnt/backup/.claude
  OUTLAY_KEY=outlay_… outlay import --to https://outlay.example.com --machine laptop`,
    )
    .action((tool: string | undefined, options: ImportOptions) => importAll(context, tool, options));
}

interface FoundLogs {
  importer: Importer;
  folders: string[];
  files: LogFile[];
}

async function importAll(context: CliContext, tool: string | undefined, options: ImportOptions): Promise<void> {
  const found = await findLogs(context, tool, options.path);
  const isDry = options.dryRun === true;
  const api =
    isDry || found.length === 0 ? null : await context.connect(options.to === undefined ? {} : at(options.to));
  const results: (ImportOutcome & Named)[] = [];
  for (const { importer, folders, files } of found) {
    const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const progress = context.progress(`${importer.title}: bytes read`, totalBytes);
    const destination = api === null ? countDestination() : apiDestination(api, importer.name, options.machine);
    try {
      const { machine } = options;
      const onBytes = (done: number) => progress.update(done);
      const outcome = await importLogs({ importer, files, destination, machine, onBytes });
      results.push({ tool: importer.name, title: importer.title, folders, ...outcome });
    } finally {
      progress.end();
    }
  }
  await report(context, results, isDry);
}

interface Named {
  tool: string;
  title: string;
  folders: string[];
}

function at(url: string): { serverUrl: string } {
  if (!URL.canParse(url) || !["http:", "https:"].includes(new URL(url).protocol)) {
    throw new UsageError(`--to is ${printable(url)}; it must look like https://outlay.example.com`);
  }
  return { serverUrl: url.replace(/\/+$/, "") };
}

async function findLogs(context: CliContext, tool: string | undefined, paths: string[] = []): Promise<FoundLogs[]> {
  const names = IMPORTERS.map(({ name }) => name).join(", ");
  const chosen = tool === undefined ? IMPORTERS : IMPORTERS.filter(({ name }) => name === tool);
  if (chosen.length === 0) throw new UsageError(`There is no importer for ${printable(tool ?? "")}; known: ${names}`);
  if (paths.length > 0 && tool === undefined) throw new UsageError(`--path needs the tool's name before it: ${names}`);
  const found: FoundLogs[] = [];
  for (const importer of chosen) {
    const place = { env: context.env, homeDir: context.env["HOME"] || homedir() };
    const folders = paths.length > 0 ? paths : await importer.findFolders(place);
    if (folders.length === 0) continue;
    const files = new Map<string, LogFile>();
    for (const folder of folders) for (const file of await filesOf(importer, folder)) files.set(file.path, file);
    found.push({ importer, folders, files: [...files.values()] });
  }
  return found;
}

async function filesOf(importer: Importer, folder: string): Promise<LogFile[]> {
  try {
    return await importer.listFiles(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(code === "ENOENT" ? `There is no ${printable(folder)}` : message);
  }
}

function apiDestination(api: Api, importer: string, machine: string): Destination {
  const path = `/api/v1/imports/${encodeURIComponent(importer)}/${encodeURIComponent(machine)}`;
  return {
    record: (events) => record(api, events),
    readProgress: async () => (await getJson<{ files: FileProgress[] }>(api, path)).files,
    keepProgress: async (files) => void (await sendJson(api, "PUT", path, { files })),
  };
}

type RevisedAnswer = RecordAnswer & { revised: number };

async function record(api: Api, events: WireEvent[]): Promise<Awaited<ReturnType<Destination["record"]>>> {
  const { accepted, duplicates, revised, rejected } = await send(api, events);
  const refused = rejected.map(({ index, field, reason }) => ({ index, reason: `${field}: ${reason}` }));
  return { recorded: accepted, known: duplicates, grown: revised, refused };
}

/** When nothing of a batch is valid, the server answers with a problem that carries the same lists. */
async function send(api: Api, events: WireEvent[]): Promise<RevisedAnswer> {
  try {
    return await sendJson<RevisedAnswer>(api, "POST", "/api/v1/events?repeats=largest", { events });
  } catch (error) {
    if (error instanceof ApiProblem && Array.isArray(error.document["rejected"])) {
      return error.document as unknown as RevisedAnswer;
    }
    throw error;
  }
}

async function report(context: CliContext, results: (ImportOutcome & Named)[], isDry: boolean): Promise<void> {
  if (context.isJson()) await context.printJson({ dryRun: isDry, tools: results });
  else if (results.length === 0) await context.print("No logs of a coding tool were found on this machine.");
  else for (const result of results) await describe(context, result, isDry);
  if (results.some(({ broken }) => broken.length > 0)) throw new CommandFailed();
}

async function describe(context: CliContext, result: ImportOutcome & Named, isDry: boolean): Promise<void> {
  const { colors } = context;
  for (const one of result.broken.slice(0, brokenShownMax)) context.note(`${colors.red("broken")} ${placeOf(one)}`);
  if (result.broken.length > brokenShownMax) {
    context.note(`… and ${formatCount(result.broken.length - brokenShownMax)} more (all of them with --json)`);
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
  lines.push(...leftOut);
  if (result.unfinished > 0) lines.push(["unfinished", `${formatCount(result.unfinished)} last lines, read next time`]);
  if (result.broken.length > 0) lines.push(["broken", `${formatCount(result.broken.length)}, named above`]);
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  await context.print(
    `${colors.bold(result.title)}  ${result.folders.map(printable).join(", ")}`,
    ...lines.map(([name, words]) => `  ${colors.dim(name.padEnd(width))}${words}`),
  );
}

function placeOf({ file, line, reason }: BrokenLine): string {
  return `${printable(file)}${line === null ? "" : `:${line}`}: ${printable(reason)}`;
}
