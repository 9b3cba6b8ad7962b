import { PERIOD_NAMES } from "@outlay/core";
import { Option } from "commander";
import type { Command } from "commander";
import { collect } from "./parse-option.ts";
import type { CliContext } from "./context.ts";
import type { Params } from "./get-json.ts";
import { UsageError } from "./problem.ts";

/** Which part of the recorded calls is meant. */
export interface QuestionOptions {
  period?: string;
  from?: string;
  to?: string;
  filter?: string[];
}

/** Gives a command the flags that say which calls are meant; `filter: false` where the address takes no filters. */
export function addQuestionOptions(command: Command, defaultPeriod: string, takes = { filter: true }): Command {
  command
    .addOption(new Option("--period <name>", `span of time (default: ${defaultPeriod})`).choices(PERIOD_NAMES))
    .option("--from <date>", "from this date (its start) or ISO instant, included")
    .option("--to <date>", "to this date (its start) or ISO instant, excluded");
  if (!takes.filter) return command;
  const filter = "only these calls; may be repeated; * is a wildcard, ! excludes";
  return command.option("--filter <dimension:value>", filter, collect);
}

/** The parameters that those flags mean. Throws UsageError when a name and dates are both given. */
export function questionParams(context: CliContext, options: QuestionOptions, defaultPeriod: string): Params {
  const { period, from, to, filter } = options;
  if (period !== undefined && (from !== undefined || to !== undefined)) {
    throw new UsageError("Give either --period or --from and --to, not both.");
  }
  const named = from === undefined && to === undefined ? (period ?? defaultPeriod) : undefined;
  return { period: named, from, to, filter, tz: context.timeZone() };
}
