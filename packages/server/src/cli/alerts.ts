import { InvalidArgumentError, Option, type Command } from "commander";
import { addAlertRuleCommands } from "./alert-rules.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatMinute } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { parseCount } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { CommandFailed, UsageError } from "./problem.ts";

/** Of `GET /api/v1/alerts`. */
interface Alert {
  id: string;
  rule: { id: string; name: string | null };
  subject: string;
  state: "open" | "closed";
  severity: string;
  silenced: boolean;
  acknowledged: { at: string; actor: string } | null;
  title: string;
  openedAt: string;
}

/** Of `GET /api/v1/alerts/history`. */
interface Entry {
  alertId: string;
  rule: { name: string };
  what: string;
  severity: string;
  muted: boolean;
  actor: string | null;
  title: string;
  at: string;
}

interface Silence {
  id: string;
  rule: string | null;
  subject: string | null;
  until: string;
  reason: string;
  actor: string;
}

interface TestAnswer {
  delivered: boolean;
  failure: string | null;
  answer: string | null;
}

const path = "/api/v1/alerts";

/** `outlay alerts …`: what has been noticed, by which rules, and who is told. */
export function addAlertsCommand(program: Command, context: CliContext): void {
  const alerts = program
    .command("alerts")
    .description("what has been noticed, the rules by which it is, and a test of the channels")
    .addHelpText(
      "after",
      `
Examples:
  outlay alerts                                   what is open
  outlay alerts history --limit 20                what there was
  outlay alerts rules                             the rules, those out of the box too
  outlay alerts rules add cost "One user a day" --amount 10 --period day --each user
  outlay alerts silence --rule spike --for 8h --reason "load test"
  outlay alerts test                              sends a test through every channel`,
    );
  addList(alerts, context);
  addHistory(alerts, context);
  addAlertRuleCommands(alerts, context);
  addAcknowledge(alerts, context);
  addSilence(alerts, context);
  addTest(alerts, context);
}

function addList(alerts: Command, context: CliContext): void {
  alerts
    .command("list", { isDefault: true })
    .description("what is open now")
    .option("--all", "what is over too, as far as it is kept")
    .action(async ({ all }: { all?: boolean }) => {
      const api = await context.connect();
      const answer = await getJson<{ alerts: Alert[] }>(api, path, { state: all === true ? "all" : "open" });
      if (context.isJson()) return context.printJson(answer);
      if (answer.alerts.length === 0) return context.print("Nothing is open.");
      await printTable(context, {
        columns: [
          { header: "Severity", align: "left" },
          { header: "Alert", align: "left" },
          { header: "Since", align: "fixed" },
          { header: "", align: "left" },
          { header: "Id", align: "fixed" },
        ],
        rows: answer.alerts.map((alert) => [
          alert.severity,
          alert.title,
          formatMinute(alert.openedAt, context.timeZone()),
          stateOf(alert),
          alert.id,
        ]),
      });
    });
}

function stateOf({ state, silenced, acknowledged }: Alert): string {
  if (state === "closed") return "over";
  if (silenced) return "silenced";
  return acknowledged === null ? "" : `known to ${acknowledged.actor}`;
}

function addHistory(alerts: Command, context: CliContext): void {
  alerts
    .command("history")
    .description("what became of alerts, newest first")
    .option("--limit <number>", "most entries", parseCount, 50)
    .option("--rule <id>", "only of this rule")
    .option("--alert <id>", "only of this alert")
    .action(async (options: { limit: number; rule?: string; alert?: string }) => {
      const api = await context.connect();
      const answer = await getJson<{ entries: Entry[] }>(api, `${path}/history`, { ...options });
      if (context.isJson()) return context.printJson(answer);
      if (answer.entries.length === 0) return context.print("There have been no alerts.");
      await printTable(context, {
        columns: [
          { header: "When", align: "fixed" },
          { header: "What", align: "left" },
          { header: "Severity", align: "left" },
          { header: "Alert", align: "left" },
          { header: "", align: "left" },
        ],
        rows: answer.entries.map((entry) => [
          formatMinute(entry.at, context.timeZone()),
          entry.what,
          entry.severity,
          entry.title,
          entry.actor ?? (entry.muted ? "nobody was told" : ""),
        ]),
      });
    });
}

function addAcknowledge(alerts: Command, context: CliContext): void {
  alerts
    .command("acknowledge")
    .description("say that you know of it: it is not told again unless it becomes more urgent")
    .argument("<id>", "of the alert, as outlay alerts list shows it")
    .action(async (id: string) => {
      const api = await context.connect();
      const answer = await sendJson<{ alert: Alert }>(api, "POST", `${path}/${encodeURIComponent(id)}/acknowledge`, {});
      if (context.isJson()) return context.printJson(answer);
      await context.print(`Acknowledged: ${answer.alert.title}`);
    });
}

interface SilenceOptions {
  rule?: string;
  subject?: string;
  for?: number;
  until?: string;
  reason?: string;
}

function addSilence(alerts: Command, context: CliContext): void {
  alerts
    .command("silence")
    .description("tell nobody for a time (an alert: for a day); without anything it lists what is silenced")
    .argument("[alert]", "id of an alert: what it is about")
    .option("--rule <id>", "of this rule; without it of any")
    .option("--subject <text>", "of this subject alone, as the JSON of outlay alerts list shows it")
    .addOption(
      new Option("--for <time>", "so long, for example 30m, 8h or 2d").argParser(parseLength).conflicts("until"),
    )
    .option("--until <instant>", "until then, for example 2027-01-04T08:00:00Z")
    .option("--reason <text>", "why, for others to read")
    .action(async (alert: string | undefined, options: SilenceOptions) => {
      const api = await context.connect();
      const lengthMs = options.for ?? (alert === undefined ? undefined : UNITS_MS.d);
      const until =
        options.until ?? (lengthMs === undefined ? undefined : new Date(context.now() + lengthMs).toISOString());
      if (until === undefined) return printSilences(context, await getJson(api, `${path}/silences`));
      const { rule, subject, reason } = options;
      const answer = await sendJson<{ silence: Silence }>(api, "POST", `${path}/silences`, {
        alert,
        rule,
        subject,
        until,
        reason,
      });
      if (context.isJson()) return context.printJson(answer);
      await context.print(
        `Silent until ${formatMinute(answer.silence.until, context.timeZone())}. End it with: outlay alerts unsilence ${answer.silence.id}`,
      );
    });
  alerts
    .command("unsilence")
    .description("tell again; what is still so is told then")
    .argument("<id>", "of the silence, as outlay alerts silence shows it")
    .action(async (id: string) => {
      const api = await context.connect();
      const left = await sendJson<object>(api, "DELETE", `${path}/silences/${encodeURIComponent(id)}`, undefined);
      if (context.isJson()) return context.printJson(left);
      await context.print("Ended.");
    });
}

async function printSilences(context: CliContext, answer: { silences: Silence[] }): Promise<void> {
  if (context.isJson()) return context.printJson(answer);
  if (answer.silences.length === 0) return context.print("Nothing is silenced.");
  await printTable(context, {
    columns: [
      { header: "Until", align: "fixed" },
      { header: "Rule", align: "left" },
      { header: "Subject", align: "left" },
      { header: "Why", align: "left" },
      { header: "By", align: "left" },
      { header: "Id", align: "fixed" },
    ],
    rows: answer.silences.map(({ id, rule, subject, until, reason, actor }) => [
      formatMinute(until, context.timeZone()),
      rule ?? "any",
      subject === "" ? "all of it" : (subject ?? "any"),
      reason,
      actor,
      id,
    ]),
  });
}

function addTest(alerts: Command, context: CliContext): void {
  alerts
    .command("test")
    .description("send a test through a channel, or through each one, and say whether it arrived")
    .argument("[channel]", "id or name; without it every enabled one")
    .action(async (wanted: string | undefined) => {
      const api = await context.connect();
      const { channels } = await getJson<{ channels: { id: string; name: string; enabled: boolean }[] }>(
        api,
        "/api/v1/channels",
      );
      const chosen = channels.filter(({ id, name, enabled }) =>
        wanted === undefined ? enabled : id === wanted || name === wanted,
      );
      if (chosen.length === 0) {
        throw new UsageError(
          wanted === undefined
            ? "There are no channels yet, so alerts reach nobody; add one on the dashboard or with POST /api/v1/channels."
            : `There is no channel ${printable(wanted)}.`,
        );
      }
      const results = [];
      for (const { id, name } of chosen) {
        const answer = await sendJson<TestAnswer>(api, "POST", `/api/v1/channels/${encodeURIComponent(id)}/test`, {});
        results.push({ channel: name, ...answer });
      }
      if (context.isJson()) await context.printJson({ results });
      else {
        const lines = results.map(({ channel, delivered, failure }) =>
          delivered ? `${channel}: arrived` : `${channel}: did not arrive: ${failure ?? "it is not known why"}`,
        );
        await context.print(...lines.map(printable));
      }
      if (results.some((result) => !result.delivered)) throw new CommandFailed();
    });
}

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseLength(text: string): number {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined || Number(count) === 0) {
    throw new InvalidArgumentError("It must look like 30m, 8h or 2d.");
  }
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
