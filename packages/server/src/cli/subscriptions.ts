import { dayIn } from "@outlay/core";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { Api, CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatUsd, UNKNOWN } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { collect, parseCount } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { UsageError } from "./problem.ts";
import { addQuestionOptions, questionParams, type QuestionOptions } from "./question-options.ts";
import { findSubscription, periodInWords, type Plan, type Subscription } from "./subscription-words.ts";
import { printSubscriptionsReport } from "./subscriptions-report.ts";
import type { SubscriptionsReport } from "./subscriptions-report.ts";

const PATH = "/api/v1/subscriptions";

/** `outlay subscriptions …`: flat fees beside usage. */
export function addSubscriptionsCommand(program: Command, context: CliContext): void {
  const subscriptions = program
    .command("subscriptions")
    .description("flat fees beside usage: what they cost, what they cover, whether they are worth it")
    .addHelpText(
      "after",
      `
Examples:
  outlay subscriptions add --plan claude-max-5x --start 2026-11-05 --person ann
  outlay subscriptions add "Editor, team" --amount 30 --seats 4 --covers-source editor --person ann --person ben=2026-11-10..
  outlay subscriptions change "Editor, team" --amount 35 --from 2027-01-01
  outlay subscriptions end "Editor, team"             not renewed any more; it runs until its term is over
  outlay subscriptions report --period month          fees, metered costs and value, side by side
  outlay subscriptions plans                          what is known of common plans, with sources`,
    );
  addList(subscriptions, context);
  addAdd(subscriptions, context);
  addChange(subscriptions, context);
  addEnd(subscriptions, context);
  addRemove(subscriptions, context);
  addPlans(subscriptions, context);
  addReport(subscriptions, context);
}

function addList(parent: Command, context: CliContext): void {
  parent
    .command("list", { isDefault: true })
    .description("all subscriptions, by their start")
    .action(async () => {
      const api = await context.connect();
      const answer = await getJson<{ subscriptions: Subscription[] }>(api, PATH);
      if (context.isJson()) return context.printJson(answer);
      if (answer.subscriptions.length === 0)
        return context.print("No subscriptions yet: outlay subscriptions add --help");
      await printTable(context, {
        columns: [
          { header: "Name", align: "left" },
          { header: "Fee of a seat", align: "left" },
          { header: "Seats", align: "right" },
          { header: "People", align: "left" },
          { header: "Since", align: "fixed" },
          { header: "Ends", align: "fixed" },
          { header: "Id", align: "fixed" },
        ],
        rows: answer.subscriptions.map((one) => [
          one.name,
          `${formatUsd(one.amountUsd)} ${periodInWords(one.period)}`,
          String(one.seats),
          one.people.map(({ user }) => user).join(", ") || UNKNOWN,
          one.start,
          one.end ?? (one.cancelledOn === null ? UNKNOWN : `cancelled ${one.cancelledOn}`),
          one.id,
        ]),
      });
    });
}

interface TermOptions {
  plan?: string;
  name?: string;
  amount?: number;
  period?: string | number;
  seats?: number;
  start?: string;
  end?: string;
  renewalDay?: number;
  included?: number;
  provider?: string;
  person?: string[];
  coversSource?: string[];
  coversProvider?: string[];
  coversModel?: string[];
  coversUser?: string[];
  note?: string;
}

function addTerms(command: Command): Command {
  return command
    .option("--plan <plan>", "of outlay subscriptions plans; what it says counts where nothing else is said")
    .option("--amount <dollars>", "of one seat and term", parseDollars)
    .option("--period <length>", "monthly, yearly, or a number of months", parsePeriod)
    .option("--seats <count>", "how many seats are paid for", parseCount)
    .option("--start <date>", "first day (default: today)")
    .option("--end <date>", "first day that it no longer covers")
    .option("--renewal-day <day>", "day of the month of its renewals (default: that of its start)", parseCount)
    .option("--included <dollars>", "list-price value that a seat's fee includes; beyond it is charged", parseDollars)
    .option("--provider <name>", "who is paid")
    .option("--person <user[=from..to]>", "who has a seat; may be repeated", collect)
    .option(
      "--covers-source <tool>",
      "calls of this tool are paid with it, such as claude-code; may be repeated",
      collect,
    )
    .option("--covers-provider <name>", "calls at this provider; may be repeated", collect)
    .option("--covers-model <pattern>", "calls of these models; may be repeated", collect)
    .option("--covers-user <user>", "whose calls, besides those of people with a seat; may be repeated", collect)
    .option("--note <text>", "for people");
}

function addAdd(parent: Command, context: CliContext): void {
  addTerms(
    parent
      .command("add")
      .description("add a subscription, of a plan or with a name and amount")
      .argument("[name]", "for people (default: the plan's)"),
  ).action(async (name: string | undefined, options: TermOptions) => {
    const api = await context.connect();
    const body = bodyOf({ ...options, ...(name === undefined ? {} : { name }) });
    await tell(context, "Added", await sendJson<Subscription>(api, "POST", PATH, body));
  });
}

function addChange(parent: Command, context: CliContext): void {
  addTerms(
    parent
      .command("change")
      .description("change what is said, keep the rest; with --from, another amount or other seats from a day on")
      .argument("<subscription>", "its id or name")
      .option("--name <name>", "for people")
      .option("--from <date>", "the amount and the seats count from the first term on or after this day"),
  ).action(async (text: string, { from, ...options }: TermOptions & { from?: string }) => {
    const api = await context.connect();
    const found = await findSubscription(api, text);
    const body = from === undefined ? bodyOf(options) : changedFrom(found, from, options);
    if (Object.keys(body).length === 0) throw new UsageError("Say what is to change; --help lists what can.");
    await tell(context, "Changed", await sendJson<Subscription>(api, "PATCH", `${PATH}/${found.id}`, body));
  });
}

/** The subscription's changes and one more; one of the same day is taken together with it. */
function changedFrom(found: Subscription, from: string, { amount, seats, ...others }: TermOptions): object {
  if (amount === undefined && seats === undefined) throw new UsageError("--from takes --amount or --seats.");
  const before = found.changes.find((change) => change.from === from);
  const change = {
    from,
    amountUsd: amount ?? before?.amountUsd ?? null,
    seats: seats ?? before?.seats ?? null,
  };
  return { ...bodyOf(others), changes: [...found.changes.filter((one) => one.from !== from), change] };
}

function addEnd(parent: Command, context: CliContext): void {
  parent
    .command("end")
    .description("not renewed any more: it runs until its term is over")
    .argument("<subscription>", "its id or name")
    .option("--cancelled <date>", "the day that it was cancelled on (default: today)")
    .option("--on <date>", "instead: the first day that it no longer covers, also within a term")
    .action(async (text: string, { cancelled, on }: { cancelled?: string; on?: string }) => {
      if (cancelled !== undefined && on !== undefined)
        throw new UsageError("Give either --cancelled or --on, not both.");
      const api = await context.connect();
      const { id } = await findSubscription(api, text);
      const body = on === undefined ? { cancelledOn: cancelled ?? (await today(context, api)) } : { end: on };
      await tell(context, "Ended", await sendJson<Subscription>(api, "PATCH", `${PATH}/${id}`, body));
    });
}

/** Where the fees are spread: late in the evening it is tomorrow already in other zones. */
async function today(context: CliContext, api: Api): Promise<string> {
  const { timeZone } = await getJson<{ timeZone: string }>(api, "/api/v1/meta");
  return dayIn(timeZone, context.now());
}

function addRemove(parent: Command, context: CliContext): void {
  parent
    .command("remove")
    .description("take one away as if it had never been; to end one, see end")
    .argument("<subscription>", "its id or name")
    .action(async (text: string) => {
      const api = await context.connect();
      const { id } = await findSubscription(api, text);
      const answer = await sendJson(api, "DELETE", `${PATH}/${id}`, undefined);
      if (context.isJson()) return context.printJson(answer);
      await context.print("Removed.");
    });
}

function addPlans(parent: Command, context: CliContext): void {
  parent
    .command("plans")
    .description("plans of the catalogue with their sources, and your own")
    .action(async () => {
      const api = await context.connect();
      const answer = await getJson<{ plans: Plan[] }>(api, `${PATH}/plans`);
      if (context.isJson()) return context.printJson(answer);
      await printTable(context, {
        columns: [
          { header: "Plan", align: "fixed" },
          { header: "Name", align: "left" },
          { header: "Fee of a seat", align: "left" },
          { header: "Includes", align: "left" },
          { header: "Source", align: "left" },
        ],
        rows: answer.plans.map(({ id, name, prices, origin }) => {
          const price = prices.at(-1)!;
          return [
            id,
            name,
            `${formatUsd(price.amountUsd)} ${periodInWords(price.period)}`,
            price.includedUsd === null ? UNKNOWN : formatUsd(price.includedUsd),
            price.source === null ? `${origin}, ${price.checkedOn}` : `${price.source}, ${price.checkedOn}`,
          ];
        }),
      });
    });
}

function addReport(parent: Command, context: CliContext): void {
  const command = parent
    .command("report")
    .description("fees, metered costs and list-price value side by side, and the monthly budget over all sources");
  addQuestionOptions(command, "30d", { filter: false }).action(async (options: QuestionOptions) => {
    const api = await context.connect();
    const report = await getJson<SubscriptionsReport>(api, `${PATH}/report`, questionParams(context, options, "30d"));
    if (context.isJson()) return context.printJson(report);
    await printSubscriptionsReport(context, report);
  });
}

async function tell(context: CliContext, deed: string, subscription: Subscription): Promise<void> {
  if (context.isJson()) return context.printJson(subscription);
  const { name, amountUsd, period, seats, start, id } = subscription;
  const count = seats === 1 ? "1 seat" : `${seats} seats`;
  await context.print(
    `${deed}: ${printable(name)}, ${formatUsd(amountUsd)} ${periodInWords(period)}, ${count}, since ${start}.`,
  );
  context.note(`Its id is ${id}`);
}

function bodyOf(options: TermOptions): Record<string, unknown> {
  const { amount, included, person, coversSource, coversProvider, coversModel, coversUser, ...rest } = options;
  const covers = { sources: coversSource, providers: coversProvider, models: coversModel, users: coversUser };
  const body = {
    ...rest,
    amountUsd: amount,
    includedUsd: included,
    people: person?.map(readPerson),
    covers: Object.values(covers).every((list) => list === undefined) ? undefined : covers,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** `ann`, `ann=2026-11-10..`, `ann=..2026-12-01`, `ann=2026-11-10..2026-12-01`. */
function readPerson(text: string): { user: string; from: string | null; to: string | null } {
  const match = /^(.+?)=([\d-]*)\.\.([\d-]*)$/.exec(text);
  if (match === null) return { user: text, from: null, to: null };
  const [, user = "", from, to] = match;
  return { user, from: from || null, to: to || null };
}

function parseDollars(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("It must be dollars, such as 20 or 19.99.");
  return Number(text);
}

function parsePeriod(text: string): string | number {
  if (["monthly", "yearly"].includes(text)) return text;
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("It must be monthly, yearly, or a number of months.");
  return Number(text);
}
