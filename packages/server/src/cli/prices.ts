import {
  METERS,
  METER_NAMES,
  type CostLine,
  type Meter,
  type PriceMatch,
  type PriceVersion,
  type Rates,
} from "@outlay/core";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { RepriceReport } from "../prices/reprice.ts";
import type { Api, CliContext } from "./context.ts";
import { describeMatch, describePrice, describeRates } from "./describe-price.ts";
import { formatCount, formatTokens, formatUsd, UNKNOWN } from "./draw/values.ts";
import { getJson, sendJson, withParams, type Params } from "./get-json.ts";
import { nearestName } from "./nearest-name.ts";
import { collect, parseCount } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { UsageError } from "./problem.ts";
import { addQuestionOptions, questionParams, type QuestionOptions } from "./question-options.ts";

/** `outlay prices …`: which price a call gets, prices of one's own, and rating again. */
export function addPricesCommand(program: Command, context: CliContext): void {
  const prices = program
    .command("prices")
    .description("what models cost, prices of your own, and rating again after a correction")
    .addHelpText(
      "after",
      `
Examples:
  outlay prices list claude
  outlay prices test openai gpt-5 --input 12000 --output 800 --tier batch
  outlay prices set openai my-model --input 2.5 --output 10 --from 2026-11-01
  outlay prices reprice --period month          shows what would change
  outlay prices reprice --period month --apply  changes it`,
    );
  addList(prices, context);
  addShow(prices, context);
  addTest(prices, context);
  addSet(prices, context);
  addRemove(prices, context);
  addRefresh(prices, context);
  addReprice(prices, context);
  addUnpriced(prices, context);
}

function addList(prices: Command, context: CliContext): void {
  prices
    .command("list")
    .description("every model's price, your own first")
    .argument("[search]", "part of provider/model")
    .option("--provider <name>", "only of this provider")
    .option("--at <date>", "as of this date or instant (default: now)")
    .option("--limit <number>", "how many", parseCount, 50)
    .option("--offset <number>", "how many to leave out", parseCount)
    .action(async (search: string | undefined, options: Record<string, string | number>) => {
      const api = await context.connect();
      const params = { search, ...options };
      const answer = await getJson<{ total: number; prices: PriceVersion[] }>(api, "/api/v1/prices", params);
      if (context.isJson()) return context.printJson(answer);
      if (answer.total === 0) return context.print("No model matches.");
      await printPrices(context, answer.prices);
      const more = answer.total - answer.prices.length;
      if (more > 0) await context.print("", context.colors.dim(`${formatCount(more)} more: --limit, --offset`));
    });
}

function addShow(prices: Command, context: CliContext): void {
  addModelArguments(prices.command("show").description("the prices of one model over time")).action(
    async (provider: string, model: string | undefined) => {
      const api = await context.connect();
      const params = splitModel(provider, model);
      const match = await getJson<PriceMatch>(api, "/api/v1/prices/match", params);
      const history = await getJson<{ prices: PriceVersion[] }>(api, "/api/v1/prices/history", params);
      if (context.isJson()) return context.printJson({ match, ...history });
      await context.print(describeMatch(match), "");
      if (history.prices.length === 0) return printSuggestions(context, api, params);
      for (const price of history.prices) await context.print(...describePrice(context.colors, price), "");
    },
  );
}

const MOST_SUGGESTED = 4;

/** What was probably meant: the same model elsewhere, or the nearest name at this provider; and how to set a price. */
async function printSuggestions(
  context: CliContext,
  api: Api,
  { provider, model }: { provider: string; model: string },
): Promise<void> {
  const list = async (params: Params) =>
    (await getJson<{ prices: PriceVersion[] }>(api, "/api/v1/prices", { ...params, limit: 1_000 })).prices;
  const elsewhere = (await list({ search: model })).filter((it) => it.model.toLowerCase() === model.toLowerCase());
  const names = elsewhere.length > 0 ? [] : (await list({ provider })).map((it) => it.model);
  const nearest = nearestName(model, names);
  const meant = [
    ...elsewhere.slice(0, MOST_SUGGESTED).map((it) => `${it.provider}/${it.model}`),
    ...(nearest === null ? [] : [`${provider}/${nearest}`]),
  ];
  if (meant.length > 0) await context.print(`There is a price for ${meant.join(", ")}.`);
  await context.print(`Set one: outlay prices set ${provider} ${model} --input <usd> --output <usd>`);
}

interface TestOptions {
  at?: string;
  input?: number;
  cached?: number;
  output?: number;
  tier?: string;
  geo?: string;
}

interface RatedCall {
  costUsd: string | null;
  approximate: boolean;
  note?: string;
  lines: CostLine[];
}

function addTest(prices: Command, context: CliContext): void {
  addModelArguments(prices.command("test").description("which price a call would get, and what it would cost"))
    .option("--at <date>", "at this date or instant (default: now)")
    .option("--input <tokens>", "input tokens, cached ones included", parseCount)
    .option("--cached <tokens>", "of these, from the cache", parseCount)
    .option("--output <tokens>", "output tokens", parseCount)
    .option("--tier <name>", "service tier, for example batch")
    .option("--geo <name>", "region or data zone, for example eu")
    .action(async (provider: string, model: string | undefined, options: TestOptions) => {
      const api = await context.connect();
      const { at, input, cached, output, tier, geo } = options;
      const params = splitModel(provider, model);
      const match = await getJson<PriceMatch>(api, "/api/v1/prices/match", { ...params, at });
      const usage = { inputTokens: input, cacheReadTokens: cached, outputTokens: output };
      const occurredAt = at !== undefined && /^\d{4}-\d\d-\d\d$/.test(at) ? `${at}T00:00:00Z` : at;
      const event = { ...params, occurredAt, usage, serviceTier: tier, geo };
      const { results } = await sendJson<{ results: RatedCall[] }>(api, "POST", "/api/v1/rate", event);
      const [rated] = results;
      if (context.isJson()) return context.printJson({ match, rated });
      await context.print(describeMatch(match));
      if (match.found) await context.print(...describePrice(context.colors, match.version));
      await context.print("");
      if (!match.found) return printSuggestions(context, api, params);
      if (rated === undefined || rated.lines.length === 0) {
        return context.print(context.colors.dim("What a call would cost: --input 12000 --output 800"));
      }
      await printTable(context, linesTable(rated));
      if (rated.note !== undefined) await context.print("", context.colors.yellow(rated.note));
    });
}

/** Meters that have a flag of their own in `prices set`; any other is set with `--rate`. */
const FLAGS: [flag: string, meter: Meter][] = [
  ["input", "input"],
  ["cache-read", "cacheRead"],
  ["cache-write", "cacheWrite"],
  ["cache-write-1h", "cacheWrite1h"],
  ["output", "output"],
];

interface SetOptions {
  rate?: Rates;
  from?: string;
  to?: string;
  note?: string;
  [flag: string]: string | Rates | undefined;
}

function addSet(prices: Command, context: CliContext): void {
  const command = addModelArguments(
    prices.command("set").description("set a price of your own; it goes before every list"),
  );
  for (const [flag, meter] of FLAGS) {
    command.option(`--${flag} <usd>`, `${METERS[meter].label.toLowerCase()}, USD per million`, parseUsd);
  }
  command
    .option("--rate <meter=usd>", `any meter: ${METER_NAMES.join(", ")}; may be repeated`, collectRate)
    .option("--from <date>", "from this date or instant, included (default: since ever)")
    .option("--to <date>", "until this date or instant, excluded")
    .option("--note <text>", "why")
    .action(async (provider: string, model: string | undefined, options: SetOptions) => {
      const rates = readRates(options);
      if (Object.keys(rates).length === 0) throw new UsageError("Give at least one price, for example --input 2.5.");
      const { from, to, note } = options;
      const named = splitModel(provider, model);
      const override = { ...named, from, to, rates, note };
      const api = await context.connect();
      const answer = await sendJson<unknown>(api, "PUT", "/api/v1/prices/overrides", override);
      if (context.isJson()) return context.printJson(answer);
      const time = `${from === undefined ? "" : ` from ${from}`}${to === undefined ? "" : ` until ${to}`}`;
      await context.print(
        `${named.provider}/${named.model}${time}: ${describeRates(rates)}`,
        `Calls without a price get it now; known costs stay until ${context.colors.bold("outlay prices reprice")}.`,
      );
    });
}

/** A price as the catalogue writes it: `.5` and `$0.50` are `0.5`. */
function parseUsd(text: string): string {
  const usd = text.trim().replace(/^\$/, "").replace(/^\./, "0.");
  if (!/^\d+(\.\d+)?$/.test(usd)) throw new InvalidArgumentError("It must be dollars, for example 2.5.");
  return usd;
}

function readRates(options: SetOptions): Rates {
  const rates: Rates = {};
  for (const [flag, meter] of FLAGS) {
    const usd = options[flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (typeof usd === "string") rates[meter] = usd;
  }
  return { ...rates, ...options.rate };
}

/** Collects `searches=10`. */
function collectRate(text: string, before: Rates = {}): Rates {
  const [meter = "", usd = ""] = text.split("=");
  if (!METER_NAMES.includes(meter as Meter)) {
    throw new InvalidArgumentError(`"${meter}" is no meter; known are ${METER_NAMES.join(", ")}.`);
  }
  return { ...before, [meter]: parseUsd(usd) };
}

function addRemove(prices: Command, context: CliContext): void {
  addModelArguments(prices.command("remove").description("remove a price of your own"))
    .option("--from <date>", "its start, as it was set")
    .action(async (provider: string, model: string | undefined, { from }: { from?: string }) => {
      const api = await context.connect();
      const path = withParams("/api/v1/prices/overrides", { ...splitModel(provider, model), from });
      const answer = await sendJson<unknown>(api, "DELETE", path, undefined);
      if (context.isJson()) return context.printJson(answer);
      await context.print("Removed. Known costs stay as they are.");
    });
}

interface RefreshAnswer {
  added: { provider: string; model: string; from: string | null }[];
  held: { id: string; change: string }[];
}

function addRefresh(prices: Command, context: CliContext): void {
  prices
    .command("refresh")
    .description("fetch the public price list now")
    .option("--confirm <id>", 'let a held change through, or "all"; may be repeated', collect)
    .action(async ({ confirm = [] }: { confirm?: string[] }) => {
      const api = await context.connect();
      const answer = await sendJson<RefreshAnswer>(api, "POST", "/api/v1/prices/refresh", { confirm });
      if (context.isJson()) return context.printJson(answer);
      await context.print(`${formatCount(answer.added.length)} new prices.`);
      for (const { provider, model, from } of answer.added) {
        await context.print(`  ${provider}/${model}${from === null ? "" : `  from ${from}`}`);
      }
      if (answer.held.length === 0) return;
      await context.print("", context.colors.yellow("Held back until confirmed, because the change is large:"));
      for (const { id, change } of answer.held) await context.print(`  ${change}`, `    --confirm '${id}'`);
    });
}

interface RepriceOptions extends QuestionOptions {
  onlyUnpriced?: boolean;
  apply?: boolean;
}

function addReprice(prices: Command, context: CliContext): void {
  const command = prices.command("reprice").description("rate recorded calls again with today's prices");
  addQuestionOptions(command, "month")
    .option("--only-unpriced", "only calls that have no price; moves no known cost")
    .addOption(new Option("--dry-run", "show what would change; the default").conflicts("apply"))
    .option("--apply", "change it; the audit trail keeps a record")
    .action(async (options: RepriceOptions) => {
      const { filter, ...period } = questionParams(context, options, "month");
      const dryRun = options.apply !== true;
      const body = { ...period, filters: filter, onlyUnpriced: options.onlyUnpriced === true, dryRun };
      const api = await context.connect();
      const report = await sendJson<RepriceReport>(api, "POST", "/api/v1/prices/reprice", body);
      if (context.isJson()) return context.printJson(report);
      await printReport(context, report);
    });
}

async function printReport(context: CliContext, report: RepriceReport): Promise<void> {
  const changed = report.models.filter((model) => model.changedCalls > 0);
  await context.print(context.colors.dim(`${report.start} to ${report.end}`), "");
  if (changed.length === 0) {
    return context.print(
      `Nothing ${report.dryRun ? "would change" : "changed"}: ${formatCount(report.totals.calls)} calls.`,
    );
  }
  await printTable(context, {
    columns: [
      { header: "Provider", align: "left" },
      { header: "Model", align: "left" },
      { header: "Calls", align: "right" },
      { header: report.dryRun ? "Would change" : "Changed", align: "right" },
      { header: "Cost before", align: "point" },
      { header: "Cost after", align: "point" },
    ],
    rows: changed.map((model) => [model.provider, model.model, ...cells(model)]),
    totals: ["all", "", ...cells(report.totals)],
  });
  if (report.dryRun) await context.print("", "Nothing has been changed; --apply does it.");
}

function cells({ calls, changedCalls, costBeforeUsd, costAfterUsd }: RepriceReport["totals"]): string[] {
  return [formatCount(calls), formatCount(changedCalls), formatUsd(costBeforeUsd), formatUsd(costAfterUsd)];
}

interface UnpricedAnswer {
  models: { provider: string; model: string; calls: number; tokens: number; reason: string | null }[];
}

function addUnpriced(prices: Command, context: CliContext): void {
  addQuestionOptions(prices.command("unpriced").description("models in use that have no price"), "all", {
    filter: false,
  }).action(async (options: QuestionOptions) => {
    const api = await context.connect();
    const answer = await getJson<UnpricedAnswer>(
      api,
      "/api/v1/prices/unpriced",
      questionParams(context, options, "all"),
    );
    if (context.isJson()) return context.printJson(answer);
    if (answer.models.length === 0) return context.print("Every call has a price.");
    await printTable(context, {
      columns: [
        { header: "Provider", align: "left" },
        { header: "Model", align: "left" },
        { header: "Calls", align: "right" },
        { header: "Tokens", align: "right" },
        { header: "Why", align: "left" },
      ],
      rows: answer.models.map(({ provider, model, calls, tokens, reason }) => [
        provider,
        model,
        formatCount(calls),
        formatTokens(tokens),
        reason ?? "a price is known by now: outlay prices reprice --only-unpriced",
      ]),
    });
  });
}

function addModelArguments(command: Command): Command {
  return command
    .argument("<provider>", "who bills the call; or provider/model in one")
    .argument("[model]", "the model as the call names it");
}

/** `openai/gpt-5` in one word is split at its first slash. */
function splitModel(provider: string, model: string | undefined): { provider: string; model: string } {
  if (model !== undefined) return { provider, model };
  const slash = provider.indexOf("/");
  if (slash > 0 && slash < provider.length - 1) {
    return { provider: provider.slice(0, slash), model: provider.slice(slash + 1) };
  }
  throw new UsageError("Name the provider and the model, for example: openai gpt-5");
}

function printPrices(context: CliContext, prices: PriceVersion[]): Promise<void> {
  return printTable(context, {
    columns: [
      { header: "Provider", align: "left" },
      { header: "Model", align: "left" },
      { header: "Input", align: "point" },
      { header: "Cached", align: "point" },
      { header: "Output", align: "point" },
      { header: "Other", align: "left" },
      { header: "Layer", align: "left" },
    ],
    rows: prices.map(({ provider, model, rates, layer }) => {
      const { input, cacheRead, output, ...others } = rates;
      const rest = describeRates(others);
      return [provider, model, input ?? UNKNOWN, cacheRead ?? UNKNOWN, output ?? UNKNOWN, rest, layer];
    }),
  });
}

function linesTable({ lines, costUsd }: RatedCall): Parameters<typeof printTable>[1] {
  return {
    columns: [
      { header: "Meter", align: "left" },
      { header: "Quantity", align: "right" },
      { header: "USD", align: "point" },
      { header: "for", align: "right" },
      { header: "Cost", align: "point" },
    ],
    rows: lines.map(({ meter, quantity, rateUsd, per, costUsd: cost }) => [
      METERS[meter].label,
      formatCount(quantity),
      rateUsd,
      `${per.toLocaleString("en-US")} ${METERS[meter].unit}`,
      cost,
    ]),
    totals: ["all", "", "", "", costUsd ?? UNKNOWN],
  };
}
