import type { Command } from "commander";
import type { QueryAnswer } from "../ledger/answers.ts";
import type { CliContext } from "./context.ts";
import { getJson } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { printAnswer } from "./print-answer.ts";
import { UsageError } from "./problem.ts";

/** `outlay query`: the query language as the REST interface takes it, word by word. */
export function addQueryCommand(program: Command, context: CliContext): void {
  program
    .command("query")
    .description("ask anything: metrics × dimensions × filters × period × comparison")
    .argument(
      "[parameter=value...]",
      "as in GET /api/v1/query: metrics, by, filter, period, from, to, compare, order, limit",
    )
    .addHelpText(
      "after",
      `
Examples:
  outlay query metrics=cost,calls by=model,day period=7d
  outlay query by=user filter=model:claude-* filter='!environment:production' order=-cost limit=10
  outlay query metrics=p95DurationMs by=agent period=30d --json`,
    )
    .action((words: string[]) => query(context, words));
}

async function query(context: CliContext, words: string[]): Promise<void> {
  const params = parseWords(words);
  params["tz"] ??= context.timeZone();
  const api = await context.connect();
  await printAnswer(context, await getJson<QueryAnswer>(api, "/api/v1/query", params));
}

function parseWords(words: string[]): Params {
  const params: Record<string, string[]> = {};
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals < 1) throw new UsageError(`"${word}" is not of the form parameter=value, for example by=model.`);
    (params[word.slice(0, equals)] ??= []).push(word.slice(equals + 1));
  }
  return params;
}
