import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { findChannel } from "./channels.ts";
import type { Api, CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { getJson, sendJson } from "./get-json.ts";
import { collect } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { UsageError } from "./problem.ts";
import { writePdf } from "./report-pdf.ts";

const SCHEDULES = "/api/v1/reports/schedules";
const NAMED = "its id or name";

interface Schedule {
  id: string;
  name: string;
  enabled: boolean;
  every: string;
  hour: number;
  timeZone: string;
  channelId: string;
  recipients: string[] | null;
  filters: string[];
  attach: string[];
  nextAt: string | null;
  lastAt: string | null;
  lastLabel: string | null;
}

/** What both `add` and `change` take. */
interface ScheduleOptions {
  every?: string;
  hour?: number;
  channel?: string;
  /** false: the recipients of the channel. */
  to?: string[] | false;
  /** false: all calls. */
  filter?: string[] | false;
  /** false: nothing. */
  attach?: string[] | false;
}

interface ChangeOptions extends ScheduleOptions {
  name?: string;
  enable?: boolean;
  disable?: boolean;
}

/** `outlay reports …`: documents, and reports that come by e-mail by themselves. */
export function addReportsCommand(program: Command, context: CliContext): void {
  const reports = program
    .command("reports")
    .description("a month as a PDF, and reports that come by e-mail by themselves")
    .addHelpText(
      "after",
      `
Examples:
  outlay reports pdf october.pdf --month 2026-10
  outlay reports add "Costs of the month" --every month --channel mail --attach pdf --attach csv
  outlay reports add "Shop, daily" --every day --hour 7 --channel mail --to shop@example.com --filter project:shop
  outlay reports list
  outlay reports preview "Shop, daily"
  outlay reports change "Shop, daily" --every week --no-attach`,
    );
  reports
    .command("pdf")
    .description("what a month has cost, with charts, as a PDF")
    .argument("<file>", "file to write")
    .option("--month <month>", "such as 2026-10 (default: the last one that is over)")
    .option("--filter <dimension:value>", "only these calls; may be repeated", collect)
    .action((file: string, options: { month?: string; filter?: string[] }) => writePdf(context, file, options));
  reports
    .command("list")
    .description("reports that come by themselves")
    .action(() => list(context));
  addScheduleOptions(
    reports
      .command("add")
      .description("schedule a report of the day, week or month before")
      .argument("<name>", "for people"),
  ).action((name: string, options: ScheduleOptions) => add(context, name, options));
  addScheduleOptions(
    reports
      .command("change")
      .description("change what is said of a scheduled report, keep the rest")
      .argument("<report>", NAMED)
      .option("--name <name>", "for people"),
  )
    .option("--no-to", "to the recipients of the channel again")
    .option("--no-filter", "of all calls again")
    .option("--enable", "switch it on")
    .option("--disable", "switch it off")
    .action((report: string, options: ChangeOptions) => change(context, report, options));
  reports
    .command("remove")
    .description("end a scheduled report")
    .argument("<report>", NAMED)
    .action(async (report: string) => {
      const api = await context.connect();
      const { id } = await findSchedule(api, report);
      await sendJson(api, "DELETE", pathOf(id), undefined);
      await (context.isJson() ? context.printJson({ removed: id }) : context.print(`${id} is over`));
    });
  reports
    .command("preview")
    .description("what it would say of the last period; nothing is sent")
    .argument("<report>", NAMED)
    .action((report: string) => preview(context, report));
  reports
    .command("send")
    .description("send it now")
    .argument("<report>", NAMED)
    .action(async (report: string) => {
      const api = await context.connect();
      const { id } = await findSchedule(api, report);
      await sendJson(api, "POST", `${pathOf(id)}/send`, undefined);
      await (context.isJson() ? context.printJson({ queued: id }) : context.print("It is on its way"));
    });
}

async function list(context: CliContext): Promise<void> {
  const answer = await getJson<{ schedules: Schedule[] }>(await context.connect(), SCHEDULES);
  if (context.isJson()) return context.printJson(answer);
  if (answer.schedules.length === 0) return context.print("No reports are scheduled. See outlay reports add --help.");
  await printTable(context, {
    columns: ["Id", "Name", "Every", "Hour", "Zone", "Next", "Last"].map((header) => ({
      header,
      align: "left" as const,
    })),
    rows: answer.schedules.map(({ id, name, every, hour, timeZone, nextAt, lastLabel }) => [
      id,
      name,
      every,
      `${hour}:00`,
      timeZone,
      nextAt ?? "off",
      lastLabel ?? "none yet",
    ]),
  });
}

function addScheduleOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--every <unit>", "day; week: on Mondays; month: on the first").choices(["day", "week", "month"]),
    )
    .option("--channel <channel>", "a channel of e-mail, by name or id: outlay channels list")
    .option("--hour <hour>", "not before this hour of the zone (default: 8)", parseHour)
    .option("--to <address>", "instead of the recipients of the channel; may be repeated", collect)
    .option("--filter <dimension:value>", "only these calls; may be repeated", collect)
    .addOption(new Option("--attach <kind>", "pdf (default), csv; may be repeated").argParser(parseAttach))
    .option("--no-attach", "nothing: the mail alone");
}

async function add(context: CliContext, name: string, options: ScheduleOptions): Promise<void> {
  const { every, channel } = options;
  if (every === undefined) throw new UsageError("Say how often: --every day, week or month.");
  if (channel === undefined)
    throw new UsageError("Say which channel of e-mail: --channel <name>; see outlay channels list.");
  const api = await context.connect();
  const body = { name, ...(await fieldsOf(context, api, options)) };
  const answer = await sendJson<{ id: string }>(api, "POST", SCHEDULES, body);
  await (context.isJson() ? context.printJson(answer) : context.print(answer.id));
}

/** The interface takes a whole schedule. */
async function change(context: CliContext, report: string, options: ChangeOptions): Promise<void> {
  const { name, enable, disable, ...rest } = options;
  if (enable && disable) throw new UsageError("Give either --enable or --disable, not both.");
  const api = await context.connect();
  const { id, nextAt: _, lastAt: __, lastLabel: ___, ...before } = await findSchedule(api, report);
  const said = {
    name,
    enabled: enable ? true : disable ? false : undefined,
    ...(await fieldsOf(context, api, rest)),
  };
  const changes = Object.entries(said).filter(([, value]) => value !== undefined);
  if (changes.length === 0) throw new UsageError("Say what is to change; --help lists what can.");
  await sendJson(api, "PUT", pathOf(id), { ...before, ...Object.fromEntries(changes) });
  const after = await findSchedule(api, id);
  if (context.isJson()) return context.printJson(after);
  await context.print(`Changed: ${describe(after)}`);
}

/** undefined: nothing was said of it. */
async function fieldsOf(context: CliContext, api: Api, { every, hour, channel, to, filter, attach }: ScheduleOptions) {
  return {
    every,
    hour,
    // not the machine's own: only what was said
    timeZone: context.flags().timeZone,
    channelId: channel === undefined ? undefined : (await findChannel(api, channel)).id,
    recipients: to === false ? null : to,
    filters: filter === false ? [] : filter,
    attach: attach === false ? [] : attach,
  };
}

function describe({ name, every, hour, timeZone, recipients, filters, attach, nextAt }: Schedule): string {
  const parts = [
    `every ${every}, not before ${hour}:00 (${timeZone})`,
    recipients === null ? "to the recipients of its channel" : `to ${recipients.join(", ")}`,
    filters.length === 0 ? "of all calls" : `of ${filters.join(", ")}`,
    attach.length === 0 ? "nothing attached" : `with ${attach.join(", ")}`,
    nextAt === null ? "switched off" : `next ${nextAt}`,
  ];
  return printable(`${name}: ${parts.join("; ")}`);
}

/** By its id, or by its name where only one has it. */
async function findSchedule(api: Api, wanted: string): Promise<Schedule> {
  const { schedules } = await getJson<{ schedules: Schedule[] }>(api, SCHEDULES);
  const byId = schedules.find(({ id }) => id === wanted);
  const named = byId === undefined ? schedules.filter(({ name }) => name === wanted) : [byId];
  if (named.length === 1) return named[0]!;
  if (named.length > 1) {
    throw new UsageError(`${named.length} reports are called "${printable(wanted)}"; give the id of one.`);
  }
  throw new UsageError(`There is no scheduled report "${printable(wanted)}"; see outlay reports list.`);
}

function pathOf(id: string): string {
  return `${SCHEDULES}/${encodeURIComponent(id)}`;
}

async function preview(context: CliContext, report: string): Promise<void> {
  const api = await context.connect();
  const { id } = await findSchedule(api, report);
  const mail = await sendJson<{ subject: string; text: string; attachments: { filename: string }[] }>(
    api,
    "POST",
    `${pathOf(id)}/preview`,
    undefined,
  );
  if (context.isJson()) return context.printJson(mail);
  await context.print(context.colors.bold(mail.subject), "", mail.text);
  await context.print("", ...mail.attachments.map(({ filename }) => context.colors.dim(`attached: ${filename}`)));
}

function parseHour(text: string): number {
  if (!/^([01]?\d|2[0-3])$/.test(text)) throw new InvalidArgumentError("It must be from 0 to 23.");
  return Number(text);
}

function parseAttach(text: string, before: string[] | undefined): string[] {
  if (text !== "pdf" && text !== "csv") throw new InvalidArgumentError("It must be pdf or csv.");
  return collect(text, before);
}
