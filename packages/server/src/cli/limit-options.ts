import { withoutUndefined } from "@outlay/core";
import { InvalidArgumentError, Option, type Command } from "commander";
import { collect, parseCount } from "./parse-option.ts";
import { UsageError } from "./problem.ts";

/** What flags say about a limit or a budget; absent: not said. */
export interface LimitOptions {
  name?: string;
  amount?: string;
  period?: string;
  rolling?: boolean;
  zone?: string;
  each?: string;
  filter?: string[];
  startsAt?: string;
  carryOver?: boolean;
  threshold?: number[];
  atLimit?: string;
  strict?: boolean;
  throttleFrom?: number;
  callsPerMinute?: number;
  swap?: string[];
  swapFrom?: number;
  unpriced?: string;
  streams?: string;
}

const UNITS = ["day", "week", "month", "quarter", "year", "session", "total"];

/** Flags of budgets and limits alike. */
export function addBudgetOptions(command: Command): Command {
  return command
    .option("--amount <dollars>", "how much, in US dollars")
    .addOption(new Option("--period <unit>", "of what: a day, …, each session, or for good").choices(UNITS))
    .option("--rolling", "the last 24 hours, 7, 30, 91 or 365 days instead of the calendar's")
    .option("--zone <zone>", "where its days begin, for example Europe/Berlin (default: the server's)")
    .option("--each <dimension>", "the amount for each value of it: user, customer, tag:plan, …")
    .option(
      "--filter <dimension:value>",
      "only this spending counts; may be repeated; * is a wildcard, ! excludes",
      collect,
    )
    .option("--starts-at <instant>", '"now" or an instant: what was spent before does not count')
    .option("--carry-over", "what a period leaves unspent is added to the next")
    .option("--threshold <percent>", "tell when so much is used; may be repeated", collectPercent);
}

/** Flags of what is enforced. */
export function addEnforcementOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--at-limit <what>", "what happens to calls as it fills (default: block)").choices([
        "block",
        "warn",
        "throttle",
        "swap",
      ]),
    )
    .option("--strict", "calls must fit with the most that they can cost")
    .option("--throttle-from <percent>", "from there on fewer calls a minute", parsePercent)
    .option("--calls-per-minute <number>", "how many then; evenly down to one at 100 %", parseCount)
    .option("--swap <model=model>", "the second answers instead of the first; may be repeated", collectPair)
    .option("--swap-from <percent>", "from there on (default: 80)", parsePercent)
    .option("--unpriced <what>", "models without a price: block, pass, or dollars for a million tokens")
    .addOption(new Option("--streams <what>", "that cost more than there is room for").choices(["end", "finish"]));
}

/** The body that the flags mean; only what was said. Throws UsageError. */
export function limitBody(options: LimitOptions): Record<string, unknown> {
  const { name, amount, each, filter, startsAt, carryOver, threshold, atLimit } = options;
  return withoutUndefined({
    name,
    amountUsd: amount,
    period: periodOf(options),
    each,
    filters: filter,
    startsAt,
    carryOver,
    thresholdsPercent: threshold,
    atLimit,
    enforcement: enforcementOf(options),
  });
}

function periodOf({ period, rolling, zone }: LimitOptions): unknown {
  if (period !== undefined) return withoutUndefined({ unit: period, rolling, timeZone: zone });
  if (rolling === undefined && zone === undefined) return undefined;
  throw new UsageError("--rolling and --zone belong to a --period.");
}

function enforcementOf(options: LimitOptions): unknown {
  const { strict, throttleFrom, callsPerMinute, swap, swapFrom, unpriced, streams } = options;
  const throttle = withoutUndefined({ fromPercent: throttleFrom, callsPerMinute });
  if (swap === undefined && swapFrom !== undefined) throw new UsageError("--swap-from belongs to a --swap.");
  const enforcement = withoutUndefined({
    strict,
    throttle: Object.keys(throttle).length === 0 ? undefined : throttle,
    swap:
      swap === undefined
        ? undefined
        : withoutUndefined({ fromPercent: swapFrom, models: Object.fromEntries(swap.map(splitPair)) }),
    unpriced: unpricedOf(unpriced),
    whenStreamRunsOut: streams,
  });
  return Object.keys(enforcement).length === 0 ? undefined : enforcement;
}

function unpricedOf(text: string | undefined): unknown {
  if (text === undefined || text === "block" || text === "pass") return text;
  if (/^\d+(\.\d+)?$/.test(text)) return { standInUsdPerMillionTokens: text };
  throw new UsageError("--unpriced must be block, pass, or dollars for a million tokens.");
}

function parsePercent(text: string): number {
  const percent = Number(text.replace(/\s*%$/, ""));
  if (!(percent >= 0)) throw new InvalidArgumentError("It must be a number of percent.");
  return percent;
}

function collectPercent(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), parsePercent(text)];
}

function collectPair(text: string, before: string[] | undefined): string[] {
  if (!/^[^=]+=.+$/.test(text)) throw new InvalidArgumentError("It must look like gpt-5=gpt-5-mini.");
  return collect(text, before);
}

function splitPair(text: string): [key: string, value: string] {
  const equals = text.indexOf("=");
  return [text.slice(0, equals), text.slice(equals + 1)];
}
