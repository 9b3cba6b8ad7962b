import { Option } from "commander";
import type { Command } from "commander";
import type { SessionDetail, SessionsAnswer } from "../ledger/answers.ts";
import { callTable } from "./call-table.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatCount, formatInstant, formatTokens, formatUsd, UNKNOWN } from "./draw/values.ts";
import { getJson } from "./get-json.ts";
import { parseCount } from "./parse-option.ts";
import { printTable, tableWidth } from "./print-answer.ts";
import { addQuestionOptions, questionParams } from "./question-options.ts";

const defaultPeriod = "30d";

interface SessionsOptions {
  period?: string;
  from?: string;
  to?: string;
  order: string;
  user?: string;
  agent?: string;
  project?: string;
  model?: string;
  minCost?: string;
  maxCost?: string;
  limit: number;
  cursor?: string;
}

/** `outlay sessions [id]`: conversations with their costs, or one with its calls. */
export function addSessionsCommand(program: Command, context: CliContext): void {
  const command = program
    .command("sessions")
    .description("conversations with their costs; one of them with its calls")
    .argument("[id]", "show this session")
    .addOption(
      new Option("--order <by>", "what comes first").choices(["recent", "cost", "tokens", "calls"]).default("recent"),
    )
    .option("--user <name>", "only of this user")
    .option("--agent <name>", "only of this agent")
    .option("--project <name>", "only of this project")
    .option("--model <name>", "only those that used this model")
    .option("--min-cost <dollars>", "only those that cost at least this")
    .option("--max-cost <dollars>", "only those that cost at most this")
    .option("--limit <number>", "how many", parseCount, 20)
    .option("--cursor <text>", "continue after the page that gave this cursor");
  addQuestionOptions(command, defaultPeriod, { filter: false })
    .addHelpText("after", "\nExamples:\n  outlay sessions --order cost --period month\n  outlay sessions s-1 --json")
    .action((id: string | undefined, options: SessionsOptions) =>
      id === undefined ? listSessions(context, options) : showSession(context, id),
    );
}

async function listSessions(context: CliContext, options: SessionsOptions): Promise<void> {
  const { order, user, agent, project, model, minCost, maxCost, limit, cursor } = options;
  const period = questionParams(context, options, defaultPeriod);
  const api = await context.connect();
  const params = { ...period, order, user, agent, project, model, minCost, maxCost, limit, cursor };
  const answer = await getJson<SessionsAnswer>(api, "/api/v1/sessions", params);
  if (context.isJson()) return context.printJson(answer);
  if (answer.sessions.length === 0) return context.print("No sessions in this period.");
  await printTable(context, {
    columns: [
      { header: "Session", align: "left" },
      { header: "Last call", align: "left" },
      { header: "User", align: "left" },
      { header: "Agent", align: "left" },
      { header: "Calls", align: "right" },
      { header: "Failed", align: "right" },
      { header: "Tokens", align: "right" },
      { header: "Cost", align: "point" },
      { header: "Models", align: "left" },
    ],
    rows: answer.sessions.map((session) => [
      session.session,
      formatInstant(session.lastAt, context.timeZone()),
      session.user ?? UNKNOWN,
      session.agent ?? UNKNOWN,
      formatCount(session.calls),
      formatCount(session.errors),
      formatTokens(session.tokens),
      formatUsd(session.cost),
      session.models.join(", "),
    ]),
  });
  if (answer.nextCursor !== null) await context.print("", context.colors.dim(`more: --cursor ${answer.nextCursor}`));
}

async function showSession(context: CliContext, id: string): Promise<void> {
  const api = await context.connect();
  const params = { tz: context.timeZone() };
  const answer = await getJson<SessionDetail>(api, `/api/v1/sessions/${encodeURIComponent(id)}`, params);
  if (context.isJson()) return context.printJson(answer);
  const { session } = answer;
  const { colors } = context;
  const failed = session.errors === 0 ? "" : `, ${formatCount(session.errors)} of them failed`;
  await context.print(
    `${colors.bold(printable(session.session))}  ${formatUsd(session.cost)}`,
    `${formatCount(session.calls)} calls${failed}; ${formatTokens(session.tokens)} tokens, ${formatUsd(session.costPerCall)} a call`,
    ...(session.unpricedCalls === 0 ? [] : [colors.yellow(`${formatCount(session.unpricedCalls)} unpriced calls`)]),
    "",
  );
  await printTable(context, callTable(answer.events, { timeZone: context.timeZone(), width: tableWidth(context) }));
}
