import { InvalidArgumentError, Option, type Command } from "commander";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatUsd } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { collect, parseCount } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";

/** Of `GET /api/v1/alerts/rules`; the settings of a kind stand beside what every rule has. */
interface Rule extends Record<string, unknown> {
  id: string;
  kind: string;
  name: string;
  enabled: boolean;
  channels: string[] | null;
  openAlerts: number;
  lastLook: { note: string | null; failure: string | null } | null;
}

const path = "/api/v1/alerts/rules";

/** `outlay alerts rules …`. */
export function addAlertRuleCommands(alerts: Command, context: CliContext): void {
  const rules = alerts.command("rules").description("the rules, those out of the box too");
  addList(rules, context);
  addAdd(rules, context);
  addChange(rules, context);
  addRemove(rules, context);
}

function addList(rules: Command, context: CliContext): void {
  rules
    .command("list", { isDefault: true })
    .description("all rules, and what their last looks said")
    .action(async () => {
      const api = await context.connect();
      const answer = await getJson<{ rules: Rule[] }>(api, path);
      if (context.isJson()) return context.printJson(answer);
      await printTable(context, {
        columns: [
          { header: "Rule", align: "left" },
          { header: "Kind", align: "left" },
          { header: "When", align: "left" },
          { header: "Open", align: "right" },
          { header: "", align: "left" },
          { header: "Id", align: "fixed" },
        ],
        rows: answer.rules.map((rule) => [
          rule.name,
          rule.kind,
          describe(rule),
          String(rule.openAlerts),
          rule.enabled ? (rule.lastLook?.failure ?? rule.lastLook?.note ?? "") : "switched off",
          rule.id,
        ]),
      });
    });
}

function addAdd(rules: Command, context: CliContext): void {
  const command = rules
    .command("add")
    .description("make a rule")
    .argument("<kind>", "limitThreshold, projectedOverrun, cost, projectedMonth, trend, spike, errorRate, …")
    .argument("<name>", "for people");
  addSettings(command).action(async (kind: string, name: string, options: SettingOptions) => {
    const api = await context.connect();
    const made = await sendJson<{ rule: Rule }>(api, "POST", path, { kind, name, ...settingsOf(options) });
    if (context.isJson()) return context.printJson(made);
    await context.print(`Made: ${printable(made.rule.name)} (${made.rule.id})`);
  });
}

function addChange(rules: Command, context: CliContext): void {
  const command = rules
    .command("change")
    .description("change what is named, and nothing else")
    .argument("<id>", "as outlay alerts rules shows it")
    .option("--name <text>", "another name")
    .option("--on", "switch it on")
    .addOption(new Option("--off", "switch it off; its open alerts are closed").conflicts("on"));
  addSettings(command).action(
    async (id: string, { name, on, off, ...options }: SettingOptions & { name?: string; on?: true; off?: true }) => {
      const api = await context.connect();
      const enabled = on === true ? true : off === true ? false : undefined;
      const body = { name, enabled, ...settingsOf(options) };
      const changed = await sendJson<{ rule: Rule }>(api, "PATCH", `${path}/${encodeURIComponent(id)}`, body);
      if (context.isJson()) return context.printJson(changed);
      await context.print(`Changed: ${printable(changed.rule.name)}`);
    },
  );
}

function addRemove(rules: Command, context: CliContext): void {
  rules
    .command("remove")
    .description("delete a rule; its open alerts are closed")
    .argument("<id>", "as outlay alerts rules shows it")
    .action(async (id: string) => {
      const api = await context.connect();
      const left = await sendJson<{ rules: Rule[] }>(api, "DELETE", `${path}/${encodeURIComponent(id)}`, undefined);
      if (context.isJson()) return context.printJson(left);
      await context.print("Deleted.");
    });
}

/** Settings of all kinds; the server says which a kind has. */
interface SettingOptions {
  amount?: number;
  percent?: number;
  period?: string;
  each?: string;
  filter?: string[];
  severity?: string;
  channel?: string[];
  budget?: string[];
  days?: number;
  minimumCalls?: number;
  minimumUsd?: number;
  sensitivity?: number;
  escalateAfter?: number;
  recovery?: boolean;
  zone?: string;
}

function addSettings(command: Command): Command {
  return command
    .option("--amount <usd>", "dollars that are too much", parseNumber)
    .option("--percent <number>", "of trend and errorRate", parseNumber)
    .option("--period <name>", "day, week, month, quarter, year, 24h, 7d or 30d")
    .option("--each <dimension>", "each value on its own, for example user")
    .option("--filter <dimension:value>", "whose calls, repeated", collect)
    .option("--zone <zone>", "where its days begin")
    .option("--severity <name>", "info, warning, critical or emergency")
    .option("--channel <id>", "who is told, repeated; without it every enabled channel", collect)
    .option("--budget <id>", "of which budgets and limits, repeated; without it all", collect)
    .option("--days <number>", "of keyUnused", parseCount)
    .option("--minimum-calls <number>", "fewer say nothing", parseCount)
    .option("--minimum-usd <usd>", "less is not worth telling", parseNumber)
    .option("--sensitivity <number>", "of spike; smaller tells more often", parseNumber)
    .option("--escalate-after <minutes>", "tell again, more urgently, when nobody has answered", parseCount)
    .option("--no-recovery", "do not tell when it is over");
}

function settingsOf({
  amount,
  percent,
  period,
  each,
  filter,
  severity,
  channel,
  budget,
  days,
  minimumCalls,
  minimumUsd,
  sensitivity,
  escalateAfter,
  recovery,
  zone,
}: SettingOptions): Record<string, unknown> {
  return {
    amountUsd: amount,
    percent,
    period,
    each,
    filters: filter,
    timeZone: zone,
    severity,
    channels: channel,
    limits: budget,
    days,
    minimumCalls,
    minimumUsd,
    sensitivity,
    escalateAfterMinutes: escalateAfter,
    // not to tell is said, to tell is what rules do
    tellRecovery: recovery === false ? false : undefined,
  };
}

function describe(rule: Rule): string {
  const parts = [
    typeof rule["amountUsd"] === "number" ? formatUsd(rule["amountUsd"]) : null,
    typeof rule["percent"] === "number" ? `${rule["percent"]} %` : null,
    typeof rule["period"] === "string" ? `${/^\d/.test(rule["period"]) ? "the last" : "a"} ${rule["period"]}` : null,
    typeof rule["each"] === "string" ? `each ${rule["each"]}` : null,
    typeof rule["days"] === "number" ? `${rule["days"]} days` : null,
    ...(Array.isArray(rule["filters"]) ? (rule["filters"] as string[]) : []),
  ];
  return parts.filter((part) => part !== null).join(", ");
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("It must be a number.");
  return number;
}
