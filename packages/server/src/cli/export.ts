import { open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { extname } from "node:path";
import { InvalidInput } from "@outlay/core";
import { Option } from "commander";
import type { Command } from "commander";
import { FOCUS_VERSIONS, type FocusVersion } from "../focus/columns.ts";
import { validateFocusCsv } from "../focus/validate-csv.ts";
import type { QueryAnswer } from "../ledger/answers.ts";
import type { Api, CliContext } from "./context.ts";
import { formatBytes, formatCount } from "./draw/values.ts";
import { getJson, problemOf, withParams } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { noteVerdict } from "./focus.ts";
import { CommandFailed, UsageError } from "./problem.ts";
import { addQuestionOptions, questionParams } from "./question-options.ts";
import type { QuestionOptions } from "./question-options.ts";

const defaultPeriod = "all";
const NEW_LINE = 10;
const FORMATS = ["csv", "json", "jsonl", "parquet", "focus"] as const;

interface ExportOptions extends QuestionOptions {
  format?: string;
  by?: string;
  metrics?: string;
  focusVersion?: FocusVersion;
  validate?: boolean;
}

/** `outlay export [file]`: recorded calls, or the rows of a question, as CSV, JSON, JSON lines or Parquet; costs as FOCUS. */
export function addExportCommand(program: Command, context: CliContext): void {
  const command = program
    .command("export")
    .description("recorded calls, or sums of them, as CSV, JSON, JSON lines or Parquet; costs and usage as FOCUS")
    .argument("[file]", "file to write; - or nothing: standard output")
    .addOption(new Option("--format <format>", "default: the file's ending, then csv").choices(FORMATS))
    .option("--by <dimensions>", "export sums by these (and a unit of time) instead of single calls")
    .option("--metrics <names>", "with --by: which sums")
    .addOption(new Option("--focus-version <version>", "with --format focus (default: 1.2)").choices(FOCUS_VERSIONS))
    .option("--validate", "with --format focus: hold the file against the specification");
  addQuestionOptions(command, defaultPeriod)
    .addHelpText(
      "after",
      `
Examples:
  outlay export calls.csv --period month
  outlay export --format jsonl --filter model:gpt-* | jq .costUsd
  outlay export by-day.csv --by day,model --metrics cost,calls --period 90d
  outlay export calls.parquet --period 90d
  outlay export focus.csv --format focus --period month --validate
  outlay export focus.parquet --format focus --from 2026-10-01 --to 2026-11-01`,
    )
    .action((file: string | undefined, options: ExportOptions) => exportCalls(context, file ?? "-", options));
}

async function exportCalls(context: CliContext, file: string, options: ExportOptions): Promise<void> {
  if (options.format === "focus") return exportFocus(context, file, options);
  if (options.focusVersion !== undefined || options.validate === true) {
    throw new UsageError("--focus-version and --validate go with --format focus.");
  }
  const format = chooseFormat(context, file, options);
  const question = questionParams(context, options, defaultPeriod);
  const { by, metrics } = options;
  if (metrics !== undefined && by === undefined) throw new UsageError("--metrics needs --by.");
  const api = await context.connect();
  const response = await api.request(withParams("/api/v1/export", { ...question, format, by, metrics }));
  if (!response.ok) throw await problemOf(response);
  if (file === "-") return writeToOutput(context, response, format);
  const total = by === undefined ? await countCalls(api, question) : undefined;
  const bytes = await writeFile(context, file, response, format === "json" || format === "parquet" ? undefined : total);
  if (context.isJson()) await context.printJson({ file, format, bytes, calls: total });
  else
    await context.print(`${file}: ${total === undefined ? "" : `${formatCount(total)} calls, `}${formatBytes(bytes)}`);
}

/** Days and months are those of UTC, whatever the zone: that is what FOCUS says. */
async function exportFocus(context: CliContext, file: string, options: ExportOptions): Promise<void> {
  const { by, metrics, focusVersion: version, validate = false } = options;
  if (by !== undefined || metrics !== undefined) throw new UsageError("--by and --metrics do not go with focus.");
  const { tz: _, ...question } = questionParams(context, options, "month");
  const api = await context.connect();
  const format = extname(file).toLowerCase() === ".parquet" ? "parquet" : "csv";
  const ask = async (as: string) => {
    const response = await api.request(withParams("/api/v1/export/focus", { ...question, version, format: as }));
    if (!response.ok) throw await problemOf(response);
    return response;
  };
  // what is held against the specification has the same rows, whichever format they are written in
  const verdict = validate
    ? await validateFocusCsv((await ask("csv")).body as ReadableStream<Uint8Array>, version)
    : null;
  const response = await ask(format);
  if (file === "-") await writeToOutput(context, response, format);
  else {
    const bytes = await writeFile(context, file, response, undefined);
    if (context.isJson()) await context.printJson({ file, format, bytes, ...(verdict === null ? {} : { verdict }) });
    else await context.print(`${file}: ${formatBytes(bytes)}`);
  }
  if (!context.isJson() || file === "-") {
    const { totals } = await getJson<QueryAnswer>(api, "/api/v1/query", {
      ...question,
      tz: "UTC",
      metrics: "unpricedCalls",
    });
    if ((totals.unpricedCalls ?? 0) > 0) {
      context.note(
        `${formatCount(totals.unpricedCalls)} calls have no known price: their usage is in the file, with a cost of 0.`,
      );
    }
    if (verdict !== null) noteVerdict(context, verdict);
  }
  if (verdict !== null && verdict.broken > 0) throw new CommandFailed();
}

async function writeToOutput(context: CliContext, response: Response, format: string): Promise<void> {
  if (format === "parquet") throw new UsageError("Parquet is no text: name a file.");
  if (response.body === null) return;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) await context.write(chunk);
}

function chooseFormat(context: CliContext, file: string, options: ExportOptions): string {
  if (options.format !== undefined) return options.format;
  const ending = extname(file).slice(1).toLowerCase();
  if (ending !== "focus" && (FORMATS as readonly string[]).includes(ending)) return ending;
  return context.isJson() && file === "-" ? "json" : "csv";
}

async function countCalls(api: Api, question: Params): Promise<number> {
  const answer = await getJson<QueryAnswer>(api, "/api/v1/query", { ...question, metrics: "calls" });
  return answer.totals.calls ?? 0;
}

/** Beside the file first: an export that breaks off leaves no half of one under its name. Returns its size in bytes. */
async function writeFile(
  context: CliContext,
  file: string,
  response: Response,
  totalLines: number | undefined,
): Promise<number> {
  const partial = `${file}.partial`;
  const output = await openForWriting(partial, file);
  const progress = context.progress("Exporting calls", totalLines);
  let bytes = 0;
  let lines = 0;
  try {
    for await (const chunk of response.body ?? []) {
      await output.appendFile(chunk);
      bytes += chunk.length;
      for (let at = chunk.indexOf(NEW_LINE); at !== -1; at = chunk.indexOf(NEW_LINE, at + 1)) lines++;
      progress.update(lines);
    }
    await output.close();
    await rename(partial, file);
  } catch (error) {
    await output.close();
    await rm(partial, { force: true });
    throw error;
  } finally {
    progress.end();
  }
  return bytes;
}

async function openForWriting(path: string, file: string): Promise<FileHandle> {
  try {
    return await open(path, "w");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput("file_not_writable", `${file} cannot be written: ${reason}`);
  }
}
