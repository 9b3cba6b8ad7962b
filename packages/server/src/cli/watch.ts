import { hostname } from "node:os";
import { Option, type Command } from "commander";
import { findTools, listTool, type FoundTool } from "../importers/find-tools.ts";
import type { ImportOutcome } from "../importers/import-logs.ts";
import type { Importer } from "../importers/importer.ts";
import { watchLogs } from "../importers/watch-logs.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatCount, formatUsd } from "./draw/values.ts";
import { addressOf, brokenText, importerNames, importersNamed, placeOf } from "./import.ts";
import { ApiProblem, BrokenPipe, UsageError } from "./problem.ts";
import { untilStopped } from "./until-stopped.ts";

interface WatchOptions {
  path?: string[];
  to?: string;
  machine: string;
}

/** `outlay watch`: what coding tools use, recorded while they write it. */
export function addWatchCommand(program: Command, context: CliContext): void {
  program
    .command("watch")
    .description("record what coding tools use while they write it to their logs")
    .argument("[tool]", `one of ${importerNames()} (default: all that are found)`)
    .option("--path <path...>", "watch these folders or files instead of the tool's own; needs the tool's name")
    .option("--to <url>", "send to this server; its key comes from OUTLAY_KEY")
    .addOption(
      new Option("--machine <name>", "name of this machine, in the tag machine").default(
        hostname() || "unknown",
        "its host name",
      ),
    )
    .addHelpText(
      "after",
      `
Imports what is there, then each call within about a second, until Ctrl-C; a line for each import. While the store or
the server is away it keeps trying: nothing is lost, it is in the logs. May run beside outlay serve, and beside outlay
import: every call counts once. With --json, a line of JSON for each import.

Examples:
  outlay watch
  outlay watch claude-code --json
  OUTLAY_KEY=outlay_… outlay watch --to https://outlay.example.com --machine laptop`,
    )
    .action((tool: string | undefined, options: WatchOptions) => watch(context, tool, options));
}

async function watch(context: CliContext, tool: string | undefined, options: WatchOptions): Promise<void> {
  const chosen = importersNamed(tool);
  const address = addressOf(options.to);
  if (options.path !== undefined && tool === undefined) {
    throw new UsageError(`--path needs the tool's name before it: ${importerNames()}`);
  }
  const stopping = new AbortController();
  void untilStopped().then(() => stopping.abort());
  if (!context.isJson()) context.note("Watching the logs of coding tools; Ctrl-C ends it.");
  await watchLogs({
    find: () => find(context, chosen, options.path),
    openStore: () => context.openImportStore(address),
    machine: options.machine,
    signal: stopping.signal,
    onImport: (importer, outcome) => tell(context, importer, outcome),
    onFailure: (error, waitMs) => complain(context, error, waitMs),
  });
}

async function find(context: CliContext, chosen: Importer[], paths: string[] | undefined): Promise<FoundTool[]> {
  if (paths === undefined) return findTools(chosen, placeOf(context));
  return Promise.all(chosen.map((importer) => listTool(importer, paths)));
}

async function tell(context: CliContext, importer: Importer, outcome: ImportOutcome): Promise<void> {
  const { recorded, grown, known, broken, costUsd } = outcome;
  if (recorded + grown + known + broken.length === 0) return;
  const at = new Date(context.now());
  if (context.isJson()) {
    await context.write(`${JSON.stringify({ at: at.toISOString(), tool: importer.name, ...outcome })}\n`);
    return;
  }
  for (const one of broken) context.note(`${context.colors.red("broken")} ${brokenText(one)}`);
  if (recorded + grown === 0) return;
  const calls = [`${formatCount(recorded)} ${recorded === 1 ? "call" : "calls"}`];
  if (grown > 0) calls.push(`${formatCount(grown)} grown`);
  const time = at.toTimeString().slice(0, 8);
  await context.print(
    `${context.colors.dim(time)}  ${importer.title}  ${calls.join(", ")}  ${formatUsd(Math.max(0, costUsd))}`,
  );
}

/** Throws what does not go away by itself: a key that is none, an output that nobody reads. */
function complain(context: CliContext, error: unknown, waitMs: number): void {
  if (error instanceof BrokenPipe || error instanceof UsageError) throw error;
  if (error instanceof ApiProblem && [401, 403, 404].includes(error.status)) throw error;
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  const message = printable(`${error instanceof Error ? error.message : String(error)}${cause}`);
  const seconds = Math.round(waitMs / 1_000);
  if (context.isJson()) context.note(JSON.stringify({ error: { message, retryInSeconds: seconds } }));
  else context.note(`${context.colors.yellow("waiting")} ${message}; again in ${seconds} s`);
}
