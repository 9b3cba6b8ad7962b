import { Option, type Command } from "commander";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatInstant } from "./draw/values.ts";
import { getJson, problemOf, withParams, type Params } from "./get-json.ts";
import { parseCount } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";

/** Of `GET /api/v1/audit`. */
interface Entry {
  at: string;
  actor: string;
  action: string;
  detail: unknown;
}

interface Filters {
  from?: string;
  to?: string;
  actor?: string;
  action?: string;
}

/** `outlay audit …`: who changed what, and when. */
export function addAuditCommand(program: Command, context: CliContext): void {
  const audit = program
    .command("audit")
    .description("who changed what: prices, keys, limits, people, settings")
    .addHelpText(
      "after",
      `
Examples:
  outlay audit list --action key_
  outlay audit list --actor ada@example.com --from 2026-11-01
  outlay audit export --format csv > audit.csv`,
    );
  addFilters(audit.command("list").description("the newest entries"))
    .option("--limit <count>", "most entries (default: 50)", parseCount)
    .action(async ({ limit = 50, ...filters }: Filters & { limit?: number }) => list(context, { ...filters, limit }));
  addFilters(audit.command("export").description("the whole trail, to standard output"))
    .addOption(new Option("--format <format>").choices(["csv", "json", "jsonl"]).default("csv"))
    .action(async (options: Filters & { format: string }) => exportTrail(context, { ...options }));
}

function addFilters(command: Command): Command {
  return command
    .option("--from <when>", "start, included: a date (UTC) or an instant")
    .option("--to <when>", "end, excluded")
    .option("--actor <text>", "part of who did it, such as an e-mail address")
    .option("--action <text>", "part of what was done, such as key_");
}

async function list(context: CliContext, params: Params): Promise<void> {
  const answer = await getJson<{ entries: Entry[] }>(await context.connect(), "/api/v1/audit", params);
  if (context.isJson()) return context.printJson(answer);
  if (answer.entries.length === 0) return context.print("Nothing was changed.");
  await printTable(context, {
    columns: ["When", "Who", "What", "Detail"].map((header) => ({ header, align: "left" })),
    rows: answer.entries.map(({ at, actor, action, detail }) => [
      formatInstant(at, context.timeZone()),
      printable(actor),
      printable(action),
      printable(JSON.stringify(detail)),
    ]),
  });
}

async function exportTrail(context: CliContext, params: Params): Promise<void> {
  const api = await context.connect();
  const response = await api.request(withParams("/api/v1/audit/export", params));
  if (!response.ok) throw await problemOf(response);
  if (response.body === null) return;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) await context.write(chunk);
}
