import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatUsd } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { addEnforcementOptions, addBudgetOptions, limitBody, type LimitOptions } from "./limit-options.ts";
import { addOverrideCommands } from "./limit-overrides.ts";
import { addLimitQuestionCommands } from "./limit-questions.ts";
import {
  describeEnforcement,
  describeTerms,
  STANDING_COLUMNS,
  standingRows,
  type Limit,
  type LimitOverride,
  type Standing,
} from "./limit-table.ts";
import { limitPath } from "./limit-path.ts";
import { printTable } from "./print-answer.ts";
import { UsageError } from "./problem.ts";

/** `outlay limits …`: what may be spent, and what happens to calls that would go beyond. */
export function addLimitsCommand(program: Command, context: CliContext): void {
  const limits = program
    .command("limits")
    .description("what may be spent, and what happens to calls that would go beyond it")
    .addHelpText(
      "after",
      `
Examples:
  outlay limits create "each user" --each user --amount 1 --period day
  outlay limits create shop --filter project:shop --amount 200 --period month --at-limit throttle
  outlay limits personal                        1 a day, 5 a week, 20 a month, 0.50 a session
  outlay limits raise "each user" --for alice --to 5 --until 7d --reason "migration week"
  outlay limits replay --each user --amount 1 --period day --days 30
  outlay limits explain 0197…                   why a call was refused`,
    );
  addListCommand(limits, context, "limit");
  addShowCommand(limits, context, "limit");
  addEnforcementOptions(
    addBudgetOptions(limits.command("create").description("make a limit").argument("<name>", "for people")),
  ).action((name: string, options: LimitOptions) =>
    create(context, { ...limitBody({ ...options, name }), kind: "limit" }),
  );
  const change = limits
    .command("change")
    .description("change what is said, keep the rest")
    .argument("<limit>", "its id or name");
  addEnforcementOptions(addBudgetOptions(change.option("--name <name>", "for people")))
    .option("--enable", "switch it on")
    .option("--disable", "switch it off")
    .action((id: string, options: LimitOptions & Switch) => changeLimit(context, id, options));
  addRemoveCommand(limits, context, "limit");
  addPersonal(limits, context);
  addOverrideCommands(limits, context);
  addLimitQuestionCommands(limits, context);
}

export interface Switch {
  enable?: boolean;
  disable?: boolean;
}

export async function create(context: CliContext, body: Record<string, unknown>): Promise<void> {
  const api = await context.connect();
  const made = await sendJson<Limit>(api, "POST", "/api/v1/limits", body);
  if (context.isJson()) return context.printJson(made);
  await context.print(`Made: ${describeTerms(made)}; ${describeEnforcement(made)}.`);
  context.note(`Its id is ${made.id}`);
}

export async function changeLimit(context: CliContext, id: string, options: LimitOptions & Switch): Promise<void> {
  const { enable, disable, ...terms } = options;
  if (enable && disable) throw new UsageError("Give either --enable or --disable, not both.");
  const enabled = enable ? true : disable ? false : undefined;
  const body = { ...limitBody(terms), ...(enabled === undefined ? {} : { enabled }) };
  if (Object.keys(body).length === 0) throw new UsageError("Say what is to change; --help lists what can.");
  const api = await context.connect();
  const changed = await sendJson<Limit>(api, "PATCH", await limitPath(api, id), body);
  if (context.isJson()) return context.printJson(changed);
  await context.print(`Changed: ${describeTerms(changed)}; ${describeEnforcement(changed)}.`);
}

export function addListCommand(parent: Command, context: CliContext, kind: Limit["kind"]): void {
  parent
    .command("list", { isDefault: kind === "limit" })
    .description(`all ${kind}s, oldest first`)
    .action(async () => {
      const api = await context.connect();
      const answer = await getJson<{ limits: Limit[] }>(api, "/api/v1/limits", { kind });
      if (context.isJson()) return context.printJson(answer);
      if (answer.limits.length === 0) return context.print(`No ${kind}s yet: outlay ${kind}s create --help`);
      await printTable(context, {
        columns: [
          { header: "Name", align: "left" },
          { header: "Terms", align: "left" },
          { header: "What it does", align: "left" },
          { header: "Id", align: "fixed" },
        ],
        rows: answer.limits.map((limit) => [limit.name, describeTerms(limit), describeEnforcement(limit), limit.id]),
      });
    });
}

function addShowCommand(parent: Command, context: CliContext, kind: Limit["kind"]): void {
  parent
    .command("show")
    .description("one, and how full it is")
    .argument(`<${kind}>`, "its id or name")
    .option("--value <value>", "only this one, of those that have an account each")
    .action(async (id: string, options: { value?: string }) => {
      const api = await context.connect();
      const path = await limitPath(api, id);
      const { limit, overrides } = await getJson<{ limit: Limit; overrides: LimitOverride[] }>(api, path);
      const report = await getJson<Report>(api, `${path}/report`, { value: options.value });
      if (context.isJson()) return context.printJson({ ...report, overrides });
      await context.print(
        context.colors.bold(printable(limit.name)),
        `${describeTerms(limit)}; ${describeEnforcement(limit)}`,
        "",
      );
      await printReport(context, report);
      for (const { value, amountUsd, until, reason, id: overrideId } of overrides) {
        const what = amountUsd === null ? "lifted" : `${formatUsd(amountUsd)}`;
        await context.print(`${what} for ${value ?? "everybody"} until ${until}: ${printable(reason)} (${overrideId})`);
      }
    });
}

/** Of `GET /api/v1/limits/{id}/report`. */
export interface Report {
  limit: Limit;
  standing: Standing | null;
  projection: { endUsd: number | null; exhaustedAt: string | null; method: string } | null;
  history: { start: string; end: string; spentUsd: number; usedPercent: number | null }[];
  values: Standing[];
}

export async function printReport(context: CliContext, { standing, projection, values }: Report): Promise<void> {
  const standings = standing === null ? values : [standing];
  if (standings.length === 0) return context.print("Nothing is spent yet.");
  await printTable(context, { columns: [...STANDING_COLUMNS], rows: standingRows(context, standings) });
  if (projection === null) return;
  const { endUsd, exhaustedAt, method } = projection;
  const end = endUsd === null ? "" : `At the end of the period: ${formatUsd(endUsd)}. `;
  const full = exhaustedAt === null ? "" : `Used up about ${exhaustedAt}. `;
  await context.print("", `${end}${full}${context.colors.dim(`(${method})`)}`);
}

export function addRemoveCommand(parent: Command, context: CliContext, kind: Limit["kind"]): void {
  parent
    .command("remove")
    .description(`take a ${kind} away`)
    .argument(`<${kind}>`, "its id or name")
    .action(async (id: string) => {
      const api = await context.connect();
      const answer = await sendJson(api, "DELETE", await limitPath(api, id), undefined);
      if (context.isJson()) return context.printJson(answer);
      await context.print("Removed.");
    });
}

const PERSONAL = { daily: "a day", weekly: "a week", monthly: "a month", session: "a session" } as const;

interface PersonalAnswer {
  made: boolean;
  limits: Limit[];
}

function addPersonal(limits: Command, context: CliContext): void {
  const command = limits
    .command("personal")
    .description("limits for each user, made or changed: dollars, or off for none");
  for (const [name, time] of Object.entries(PERSONAL)) command.option(`--${name} <dollars>`, time);
  command.action(async (options: Partial<Record<keyof typeof PERSONAL, string>>) => {
    const body = Object.fromEntries(
      Object.entries(options).map(([name, text]) => [`${name}Limit`, text === "off" ? null : dollars(text, name)]),
    );
    const api = await context.connect();
    const answer = await sendJson<PersonalAnswer>(api, "POST", "/api/v1/limits/personal", body);
    if (context.isJson()) return context.printJson(answer);
    for (const limit of answer.limits) {
      await context.print(`${printable(limit.name)}: ${formatUsd(limit.amountUsd)}; ${describeEnforcement(limit)}`);
    }
  });
}

function dollars(text: string, name: string): number {
  const amount = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(amount)) throw new UsageError(`--${name} must be dollars or off.`);
  return amount;
}
