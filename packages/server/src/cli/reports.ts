import { open, rename, rm } from "node:fs/promises";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import { formatBytes } from "./draw/values.ts";
import { getJson, problemOf, sendJson, withParams } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { collect } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";

const SCHEDULES = "/api/v1/reports/schedules";

interface Schedule {
  id: string;
  name: string;
  enabled: boolean;
  every: string;
  hour: number;
  timeZone: string;
  channelId: string;
  nextAt: string | null;
  lastLabel: string | null;
}

interface AddOptions {
  name: string;
  every: string;
  hour: number;
  channel: string;
  to?: string[];
  filter?: string[];
  attach?: ("pdf" | "csv")[];
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
  outlay reports add "Costs of the month" --every month --channel 0f5b1c1e --attach pdf --attach csv
  outlay reports add "Shop, daily" --every day --hour 7 --channel 0f5b1c1e --to shop@example.com --filter project:shop
  outlay reports list
  outlay reports preview 1b2c3d4e`,
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
  reports
    .command("add")
    .description("schedule a report of the day, week or month before")
    .argument("<name>", "for people")
    .addOption(
      new Option("--every <unit>", "day; week: on Mondays; month: on the first")
        .choices(["day", "week", "month"])
        .makeOptionMandatory(),
    )
    .requiredOption("--channel <id>", "a channel of e-mail: outlay channels list")
    .option("--hour <hour>", "not before this hour of the zone", parseHour, 8)
    .option("--to <address>", "instead of the recipients of the channel; may be repeated", collect)
    .option("--filter <dimension:value>", "only these calls; may be repeated", collect)
    .addOption(new Option("--attach <kind>", "pdf (default), csv; may be repeated").argParser(parseAttach))
    .action((name: string, options: Omit<AddOptions, "name">) => add(context, { name, ...options }));
  reports
    .command("remove")
    .description("end a scheduled report")
    .argument("<id>")
    .action(async (id: string) => {
      await sendJson(await context.connect(), "DELETE", `${SCHEDULES}/${encodeURIComponent(id)}`, undefined);
      await (context.isJson() ? context.printJson({ removed: id }) : context.print(`${id} is over`));
    });
  reports
    .command("preview")
    .description("what it would say of the last period; nothing is sent")
    .argument("<id>")
    .action((id: string) => preview(context, id));
  reports
    .command("send")
    .description("send it now")
    .argument("<id>")
    .action(async (id: string) => {
      await sendJson(await context.connect(), "POST", `${SCHEDULES}/${encodeURIComponent(id)}/send`, undefined);
      await (context.isJson() ? context.printJson({ queued: id }) : context.print("It is on its way"));
    });
}

/** The month as a PDF. Beside its place first: half a document never has its name. */
async function writePdf(
  context: CliContext,
  file: string,
  { month, filter }: { month?: string; filter?: string[] },
): Promise<void> {
  const api = await context.connect();
  const params: Params = { month, filter, tz: context.timeZone() };
  const response = await api.request(withParams("/api/v1/reports/monthly.pdf", params));
  if (!response.ok) throw await problemOf(response);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const partial = `${file}.partial`;
  const output = await open(partial, "w");
  try {
    await output.writeFile(bytes);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await output.close();
  }
  await rename(partial, file);
  if (context.isJson()) await context.printJson({ file, bytes: bytes.length });
  else await context.print(`${file}: ${formatBytes(bytes.length)}`);
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

async function add(context: CliContext, options: AddOptions): Promise<void> {
  const { name, every, hour, channel: channelId, to: recipients, filter: filters = [], attach = ["pdf"] } = options;
  const body = { name, every, hour, timeZone: context.timeZone(), channelId, recipients, filters, attach };
  const answer = await sendJson<{ id: string }>(await context.connect(), "POST", SCHEDULES, body);
  await (context.isJson() ? context.printJson(answer) : context.print(answer.id));
}

async function preview(context: CliContext, id: string): Promise<void> {
  const path = `${SCHEDULES}/${encodeURIComponent(id)}/preview`;
  const mail = await sendJson<{ subject: string; text: string; attachments: { filename: string }[] }>(
    await context.connect(),
    "POST",
    path,
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
