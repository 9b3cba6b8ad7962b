import type { Command } from "commander";
import type { EventDetail, EventsAnswer } from "../ledger/answers.ts";
import { addEvents } from "./add-events.ts";
import { callTable, tokensOf } from "./call-table.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatDuration, formatInstant, formatTokens, formatUsd } from "./draw/values.ts";
import { getJson } from "./get-json.ts";
import { parseCount } from "./parse-option.ts";
import { printTable, tableWidth } from "./print-answer.ts";
import { addQuestionOptions, questionParams } from "./question-options.ts";
import type { QuestionOptions } from "./question-options.ts";

const defaultPeriod = "30d";

/** `outlay events`: list recorded calls, look at one, record some. */
export function addEventsCommand(program: Command, context: CliContext): void {
  const events = program.command("events").description("recorded calls: list, show one, add");
  const list = events
    .command("list", { isDefault: true })
    .description("recorded calls, newest first")
    .option("--limit <number>", "how many (default: 20)", parseCount)
    .option("--cursor <text>", "continue after the page that gave this cursor");
  addQuestionOptions(list, defaultPeriod).action((options: ListOptions) => listEvents(context, options));
  events
    .command("show")
    .description("one call: its attribution, usage, cost lines and price")
    .argument("<id>", "id of the call")
    .action((id: string) => showEvent(context, id));
  events
    .command("add")
    .description("record calls from a file or standard input")
    .argument("[file]", "JSON lines, a JSON array or { events: […] }; - or nothing: standard input", "-")
    .action((file: string) => addEvents(context, file));
  events.addHelpText(
    "after",
    `
Examples:
  outlay events --filter status:error --limit 5
  outlay events show 019aa9d0-5a3e-7c1a-9f42-3f6f2a1c0b7e
  outlay events add usage.jsonl
  my-exporter | outlay events add --json`,
  );
}

interface ListOptions extends QuestionOptions {
  limit?: number;
  cursor?: string;
}

async function listEvents(context: CliContext, options: ListOptions): Promise<void> {
  const params = {
    ...questionParams(context, options, defaultPeriod),
    limit: options.limit ?? 20,
    cursor: options.cursor,
  };
  const api = await context.connect();
  const answer = await getJson<EventsAnswer>(api, "/api/v1/events", params);
  if (context.isJson()) return context.printJson(answer);
  if (answer.events.length === 0) return context.print("No calls in this period.");
  await printTable(context, callTable(answer.events, { timeZone: context.timeZone(), width: tableWidth(context) }));
  if (answer.nextCursor !== null) await context.print("", context.colors.dim(`older: --cursor ${answer.nextCursor}`));
}

async function showEvent(context: CliContext, id: string): Promise<void> {
  const api = await context.connect();
  const event = await getJson<EventDetail>(api, `/api/v1/events/${encodeURIComponent(id)}`);
  if (context.isJson()) return context.printJson(event);
  await context.print(...facts(event, context));
  if (event.lines.length === 0) return;
  await context.print("");
  await printTable(context, {
    columns: [
      { header: "Meter", align: "left" },
      { header: "Quantity", align: "right" },
      { header: "Rate", align: "point" },
      { header: "Per", align: "right" },
      { header: "Cost", align: "point" },
    ],
    rows: event.lines.map((line) => [
      line.meter,
      line.quantity.toLocaleString("en-US"),
      `$${line.rateUsd}`,
      line.per.toLocaleString("en-US"),
      `$${line.costUsd}`,
    ]),
    totals: ["Total", "", "", "", formatUsd(event.computedCostUsd)],
  });
}

/** Everything that is known about the call, a line each; what was not said is left out. */
function facts(event: EventDetail, context: CliContext): string[] {
  const { colors } = context;
  const { usage, tags } = event;
  const pairs: [string, string | number | null | undefined][] = [
    ["id", event.id],
    ["time", `${formatInstant(event.occurredAt, context.timeZone())}  (${event.occurredAt})`],
    ["provider", event.provider],
    ["model", event.model],
    ["requested model", event.requestedModel],
    ["operation", event.operation],
    ["service tier", event.serviceTier],
    ["cost", `${formatUsd(event.costUsd)} (${event.basis}${event.approximate ? ", approximate" : ""})`],
    ["price", event.priceId],
    ["tokens", tokensOf(event) === null ? undefined : formatTokens(tokensOf(event))],
    ...Object.entries(usage).map(([name, value]): [string, string | number | null] => [`  ${name}`, value]),
    ["result", event.success ? "ok" : `${event.errorType ?? "failed"}: ${event.errorMessage ?? ""}`],
    ["attempt", event.attempt],
    ["latency", event.durationMs == null ? undefined : formatDuration(event.durationMs)],
    ["first token", event.timeToFirstTokenMs == null ? undefined : formatDuration(event.timeToFirstTokenMs)],
    ...ATTRIBUTION.map((name): [string, string | null | undefined] => [name, event[name]]),
    ...Object.entries(tags ?? {}).map(([key, value]): [string, string | null] => [`tag ${key}`, value]),
    ["score", event.score],
    ["source", event.source],
    ["metadata", event.metadata == null ? undefined : JSON.stringify(event.metadata)],
  ];
  return pairs
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${colors.dim(printable(name).padEnd(18))}${printable(String(value))}`);
}

const ATTRIBUTION = [
  "user",
  "team",
  "project",
  "customer",
  "agent",
  "activity",
  "category",
  "session",
  "trace",
  "span",
  "environment",
  "credential",
  "variant",
] as const;
