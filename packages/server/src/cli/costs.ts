import type { Command } from "commander";
import type { ProjectionAnswer } from "../insights/projection.ts";
import type { BreakdownAnswer, ChargesAnswer, EventsAnswer, QueryAnswer } from "../ledger/answers.ts";
import type { Api, CliContext } from "./context.ts";
import { drawCosts } from "./draw-costs.ts";
import type { Dashboard } from "./draw-costs.ts";
import { getJson } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { liveCosts } from "./live-costs.ts";
import { nearestName } from "./nearest-name.ts";
import { addQuestionOptions, questionParams } from "./question-options.ts";
import type { QuestionOptions } from "./question-options.ts";

const defaultPeriod = "30d";
const livePeriod = "today";
const totalMetrics =
  "cost,calls,tokens,errors,successRate,costPerCall,tokensPerCall,avgDurationMs,p95DurationMs,cacheSavings,unpricedCalls";
const dayMs = 86_400_000;

/** `outlay costs`, also without a subcommand: the dashboard of the terminal. */
export function addCostsCommand(program: Command, context: CliContext): void {
  const command = program
    .command("costs", { isDefault: true })
    .description("the cost dashboard of the terminal (also without a command)")
    // a mistyped command ends here, because this is the default one
    .argument("[unknown...]")
    .usage("[options]");
  command.option("--live", `moving with what a running server records; q quits (default period: ${livePeriod})`);
  addQuestionOptions(command, defaultPeriod)
    .addHelpText(
      "after",
      "\nExamples:\n  outlay\n  outlay costs --period month\n  outlay costs --filter project:assistant --json\n  outlay costs --live",
    )
    .action((unknown: string[], options: QuestionOptions & { live?: boolean }) => {
      if (unknown.length > 0) rejectUnknown(program, command, unknown);
      if (options.live !== true) return costs(context, options);
      const { live: _, ...question } = options;
      return liveCosts(context, questionParams(context, question, livePeriod));
    });
}

async function costs(context: CliContext, options: QuestionOptions): Promise<void> {
  const params = questionParams(context, options, defaultPeriod);
  const api = await context.connect();
  const dashboard = await askAll(api, params);
  if (context.isJson()) return context.printJson(asJson(dashboard));
  await context.print(...drawCosts(dashboard, context));
}

async function askAll(api: Api, params: Params): Promise<Dashboard> {
  const totals = await getJson<QueryAnswer>(api, "/api/v1/query", {
    ...params,
    metrics: totalMetrics,
    compare: params["period"] === "all" ? undefined : "previous",
  });
  const { period, from, to, filter, tz } = params;
  const [byModel, byAgent, byTime, charges, recent, projection] = await Promise.all([
    getJson<BreakdownAnswer>(api, "/api/v1/breakdown", { ...params, by: "model", metrics: "cost,calls", limit: 8 }),
    getJson<BreakdownAnswer>(api, "/api/v1/breakdown", { ...params, by: "agent", metrics: "cost,calls", limit: 8 }),
    getJson<QueryAnswer>(api, "/api/v1/query", { ...params, by: unitFor(totals), metrics: "cost,calls" }),
    getJson<ChargesAnswer>(api, "/api/v1/charges", { period, from, to, tz, limit: 1 }),
    getJson<EventsAnswer>(api, "/api/v1/events", { ...params, limit: 8 }),
    getJson<ProjectionAnswer>(api, "/api/v1/projection", { filter, tz }),
  ]);
  return { totals, byModel, byAgent, byTime, charges, recent, projection };
}

/** At most about thirty bars. */
function unitFor({ query }: QueryAnswer): "hour" | "day" | "week" | "month" {
  const days = (Date.parse(query.period.end) - Date.parse(query.period.start)) / dayMs;
  if (days <= 1.1) return "hour";
  if (days <= 35) return "day";
  return days <= 200 ? "week" : "month";
}

function asJson({ totals, byModel, byAgent, byTime, charges, recent, projection }: Dashboard): object {
  return {
    query: totals.query,
    totals: totals.totals,
    comparison: totals.comparison,
    meta: totals.meta,
    byModel: byModel.rows,
    byAgent: byAgent.rows,
    byTime: byTime.rows,
    charges: { totalUsd: charges.totalUsd, byKind: charges.byKind },
    recent: recent.events,
    projection,
  };
}

function rejectUnknown(program: Command, command: Command, unknown: string[]): never {
  if (program.args[0] === command.name()) return command.error(`error: too many arguments: ${unknown.join(" ")}`);
  const nearest = nearestName(
    unknown[0]!,
    program.commands.map((one) => one.name()),
  );
  const suggestion = nearest === null ? "" : `\n(Did you mean ${nearest}?)`;
  return program.error(`error: unknown command '${unknown[0]}'${suggestion}`);
}
