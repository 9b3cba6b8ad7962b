import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Option } from "commander";
import type { Command } from "commander";
import { FOCUS_VERSIONS, type FocusVersion } from "../focus/columns.ts";
import { validateFocusCsv } from "../focus/validate-csv.ts";
import type { FocusVerdict } from "../focus/validate.ts";
import type { CliContext } from "./context.ts";
import { formatCount } from "./draw/values.ts";
import { CommandFailed } from "./problem.ts";

/** `outlay focus validate <file>`: does a file, whoever wrote it, hold what FOCUS asks? */
export function addFocusCommand(program: Command, context: CliContext): void {
  program
    .command("focus")
    .description("files of the FinOps Open Cost and Usage Specification")
    .command("validate")
    .description("hold a CSV file against FOCUS: columns, types, formats, and what columns say of one another")
    .argument("<file>", "a CSV file of costs and usage")
    .addOption(new Option("--focus-version <version>", "default: what its columns say").choices(FOCUS_VERSIONS))
    .addHelpText("after", "\nExamples:\n  outlay focus validate focus.csv\n  outlay focus validate other.csv --json")
    .action((file: string, options: { focusVersion?: FocusVersion }) => validate(context, file, options.focusVersion));
}

async function validate(context: CliContext, file: string, version: FocusVersion | undefined): Promise<void> {
  await stat(file);
  const verdict = await validateFocusCsv(createReadStream(file) as AsyncIterable<Uint8Array>, version);
  if (context.isJson()) await context.printJson(verdict);
  else noteVerdict(context, verdict);
  if (verdict.broken > 0) throw new CommandFailed();
}

/** What was found, for people. */
export function noteVerdict(context: CliContext, { version, rows, broken, violations }: FocusVerdict): void {
  for (const { line, column, rule, message } of violations) {
    context.note(`line ${line ?? "?"}, ${column === "" ? "row" : column}: ${message} (${rule})`);
  }
  const what = `${formatCount(rows)} rows against FOCUS ${version}`;
  context.note(broken === 0 ? `${what}: nothing is wrong` : `${what}: ${formatCount(broken)} violations`);
}
