import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatPeriod, formatUsd, UNKNOWN } from "./draw/values.ts";
import { getJson } from "./get-json.ts";
import { addBudgetOptions, limitBody, type LimitOptions } from "./limit-options.ts";
import { describeEnforcement, describeTerms, drawUse } from "./limit-table.ts";
import {
  addListCommand,
  addRemoveCommand,
  changeLimit,
  create,
  printReport,
  type Report,
  type Switch,
} from "./limits.ts";
import { limitPath } from "./limit-path.ts";
import { parseCount } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";

/** `outlay budgets …`: amounts that tell, and refuse nothing. */
export function addBudgetsCommand(program: Command, context: CliContext): void {
  const budgets = program
    .command("budgets")
    .description("amounts that tell when they fill up, and refuse nothing")
    .addHelpText(
      "after",
      `
Examples:
  outlay budgets create "everything" --amount 500 --period month --zone Europe/Berlin
  outlay budgets create "each customer" --each customer --amount 20 --period month --threshold 50 --threshold 100
  outlay budgets                                how each stands
  outlay budgets show everything --periods 12`,
    );
  addStatus(budgets, context);
  addListCommand(budgets, context, "budget");
  addShow(budgets, context);
  addBudgetOptions(budgets.command("create").description("make a budget").argument("<name>", "for people")).action(
    (name: string, options: LimitOptions) => create(context, { ...limitBody({ ...options, name }), kind: "budget" }),
  );
  const change = budgets
    .command("change")
    .description("change what is said, keep the rest")
    .argument("<budget>", "its id or name");
  addBudgetOptions(change.option("--name <name>", "for people"))
    .option("--enable", "switch it on")
    .option("--disable", "switch it off")
    .action((id: string, options: LimitOptions & Switch) => changeLimit(context, id, options));
  addRemoveCommand(budgets, context, "budget");
}

function addStatus(budgets: Command, context: CliContext): void {
  budgets
    .command("status", { isDefault: true })
    .description("how each stands: used, against time, and where it is going")
    .action(async () => {
      const api = await context.connect();
      const answer = await getJson<{ budgets: Report[] }>(api, "/api/v1/budgets", { periods: 1 });
      if (context.isJson()) return context.printJson(answer);
      if (answer.budgets.length === 0) return context.print("No budgets yet: outlay budgets create --help");
      await printTable(context, {
        columns: [
          { header: "Budget", align: "left" },
          { header: "Terms", align: "left" },
          { header: "Used", align: "fixed" },
          { header: "Time", align: "right" },
          { header: "At the end", align: "point" },
          { header: "Used up", align: "left" },
        ],
        rows: answer.budgets.map(statusRow),
      });
    });
}

function statusRow({ limit, standing, values, projection }: Report): string[] {
  const fullest = standing ?? values.toSorted((a, b) => b.usedPercent - a.usedPercent)[0] ?? null;
  const whose = standing === null && fullest !== null ? ` ${fullest.state.value ?? ""}` : "";
  return [
    limit.name,
    describeTerms(limit),
    fullest === null ? UNKNOWN : `${drawUse(fullest.usedPercent)}${whose}`,
    fullest?.elapsedPercent == null ? UNKNOWN : `${fullest.elapsedPercent.toFixed(0)} %`,
    formatUsd(projection?.endUsd),
    projection?.exhaustedAt ?? UNKNOWN,
  ];
}

function addShow(budgets: Command, context: CliContext): void {
  budgets
    .command("show")
    .description("one: how it stands, where it is going, how its periods were")
    .argument("<budget>", "its id or name")
    .option("--value <value>", "only this one, of those that have an account each")
    .option("--periods <number>", "how many periods of history (default: 12)", parseCount)
    .action(async (id: string, options: { value?: string; periods?: number }) => {
      const api = await context.connect();
      const report = await getJson<Report>(api, `${await limitPath(api, id)}/report`, { ...options });
      if (context.isJson()) return context.printJson(report);
      const { limit, history } = report;
      await context.print(
        context.colors.bold(printable(limit.name)),
        `${describeTerms(limit)}; ${describeEnforcement(limit)}`,
        "",
      );
      await printReport(context, report);
      if (history.length < 2) return;
      const timeZone = limit.period.timeZone ?? context.timeZone() ?? "UTC";
      await context.print("");
      await printTable(context, {
        columns: [
          { header: "Period", align: "left" },
          { header: "Spent", align: "point" },
          { header: "Of the amount", align: "fixed" },
        ],
        rows: history.map(({ start, end, spentUsd, usedPercent }) => [
          formatPeriod({ start, end, timeZone }),
          formatUsd(spentUsd),
          usedPercent === null || limit.each !== null ? UNKNOWN : drawUse(usedPercent),
        ]),
      });
    });
}
