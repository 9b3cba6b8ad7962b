import { open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { extname } from "node:path";
import { InvalidInput } from "@outlay/core";
import { Option } from "commander";
import type { Command } from "commander";
import type { QueryAnswer } from "../ledger/answers.ts";
import type { Api, CliContext } from "./context.ts";
import { formatBytes, formatCount } from "./draw/values.ts";
import { getJson, problemOf, withParams } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { UsageError } from "./problem.ts";
import { addQuestionOptions, questionParams } from "./question-options.ts";
import type { QuestionOptions } from "./question-options.ts";

const defaultPeriod = "all";
const FORMATS = ["csv", "json", "jsonl"] as const;

interface ExportOptions extends QuestionOptions {
  format?: string;
  by?: string;
  metrics?: string;
}

/** `outlay export [file]`: recorded calls, or the rows of a question, as CSV, JSON or JSON lines. */
export function addExportCommand(program: Command, context: CliContext): void {
  const command = program
    .command("export")
    .description("recorded calls, or sums of them, as CSV, JSON or JSON lines")
    .argument("[file]", "file to write; - or nothing: standard output")
    .addOption(new Option("--format <format>", "default: the file's ending, then csv").choices(FORMATS))
    .option("--by <dimensions>", "export sums by these (and a unit of time) instead of single calls")
    .option("--metrics <names>", "with --by: which sums");
  addQuestionOptions(command, defaultPeriod)
    .addHelpText(
      "after",
      `
Examples:
  outlay export calls.csv --period month
  outlay export --format jsonl --filter model:gpt-* | jq .costUsd
  outlay export by-day.csv --by day,model --metrics cost,calls --period 90d`,
    )
    .action((file: string | undefined, options: ExportOptions) => exportCalls(context, file ?? "-", options));
}

async function exportCalls(context: CliContext, file: string, options: ExportOptions): Promise<void> {
  const format = chooseFormat(context, file, options);
  const question = questionParams(context, options, defaultPeriod);
  const { by, metrics } = options;
  if (metrics !== undefined && by === undefined) throw new UsageError("--metrics needs --by.");
  const api = await context.connect();
  const response = await api.request(withParams("/api/v1/export", { ...question, format, by, metrics }));
  if (!response.ok) throw await problemOf(response);
  if (file === "-") {
    await eachChunk(response, (chunk) => context.write(chunk));
    return;
  }
  const total = by === undefined ? await countCalls(api, question) : undefined;
  const bytes = await writeFile(context, file, response, format === "json" ? undefined : total);
  if (context.isJson()) await context.printJson({ file, format, bytes, calls: total });
  else
    await context.print(`${file}: ${total === undefined ? "" : `${formatCount(total)} calls, `}${formatBytes(bytes)}`);
}

function chooseFormat(context: CliContext, file: string, options: ExportOptions): string {
  if (options.format !== undefined) return options.format;
  const ending = extname(file).slice(1).toLowerCase();
  if ((FORMATS as readonly string[]).includes(ending)) return ending;
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
    await eachChunk(response, async (chunk) => {
      bytes += (await output.write(chunk)).bytesWritten;
      lines += chunk.split("\n").length - 1;
      progress.update(lines);
    });
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

async function eachChunk(response: Response, handle: (chunk: string) => Promise<void>): Promise<void> {
  if (response.body === null) return;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) await handle(chunk);
}
