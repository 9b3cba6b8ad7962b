import { InvalidArgumentError, type Command } from "commander";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatCount, formatInstant, formatUsd, UNKNOWN } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { addBudgetOptions, addEnforcementOptions, limitBody, type LimitOptions } from "./limit-options.ts";
import { describeTerms, type Limit, type LimitState } from "./limit-table.ts";
import { findLimit } from "./limit-path.ts";
import { collect, parseCount } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { UsageError } from "./problem.ts";

/** `outlay limits check | explain | replay`. */
export function addLimitQuestionCommands(limits: Command, context: CliContext): void {
  addCheck(limits, context);
  addExplain(limits, context);
  addReplay(limits, context);
}

const OWNERS = ["user", "team", "project", "customer", "agent", "session", "environment", "credential"] as const;

interface CheckOptions extends Partial<Record<(typeof OWNERS)[number], string>> {
  input?: number;
  output?: number;
  tag?: string[];
}

interface CheckAnswer {
  allowed: boolean;
  swappedModel?: string | null;
  warnings?: LimitState[];
  wantedUsd?: number;
  refusal?: { message: string; id: string };
}

function addCheck(limits: Command, context: CliContext): void {
  const command = limits
    .command("check")
    .description("would this call be let through? Nothing is set aside")
    .argument("<provider>", "who serves it, for example openai")
    .argument("<model>", "which model")
    .option("--input <tokens>", "of the prompt", parseCount)
    .option("--output <tokens>", "that the answer can have at most", parseCount);
  for (const owner of OWNERS) command.option(`--${owner} <name>`, `whose call: ${owner}`);
  command
    .option("--tag <key=value>", "a tag of the call, repeated", collectTag)
    .action(async (provider: string, model: string, { input, output, tag, ...owners }: CheckOptions) => {
      const api = await context.connect();
      const usage = { inputTokens: input, outputTokens: output };
      const body = { provider, model, ...owners, usage, tags: Object.fromEntries((tag ?? []).map(splitTag)) };
      const answer = await sendJson<CheckAnswer>(api, "POST", "/api/v1/limits/check", body);
      if (context.isJson()) return context.printJson(answer);
      const { refusal, warnings = [], swappedModel = null, wantedUsd } = answer;
      if (refusal !== undefined) {
        return context.print(`Refused. ${printable(refusal.message)}`, `Why: outlay limits explain ${refusal.id}`);
      }
      await context.print(`Let through; ${formatUsd(wantedUsd)} would be set aside.`);
      if (swappedModel !== null) await context.print(`It would go to ${printable(swappedModel)}.`);
      for (const { name, scope, spentUsd, amountUsd } of warnings) {
        await context.print(
          `"${printable(name)}" (${printable(scope)}): ${formatUsd(spentUsd)} of ${formatUsd(amountUsd)} spent`,
        );
      }
    });
}

interface Spender {
  value: string | null;
  calls: number;
  costUsd: number;
}

interface Explanation {
  at: string;
  limit: LimitState;
  wantedUsd: number;
  spentNowUsd: number;
  top: Record<string, Spender[]>;
  events: { id: string; occurredAt: string; model: string; user?: string; costUsd: number | null }[];
  leases: { eventId: string; leasedUsd: number }[];
  charges: { id: string; kind: string; amountUsd: number }[];
}

function addExplain(limits: Command, context: CliContext): void {
  limits
    .command("explain")
    .description("why a call was refused: what had filled the limit")
    .argument("<id>", "of the refusal, as its message says")
    .action(async (id: string) => {
      const api = await context.connect();
      const answer = await getJson<Explanation>(api, `/api/v1/limits/refusals/${encodeURIComponent(id)}`);
      if (context.isJson()) return context.printJson(answer);
      const { limit, at, wantedUsd } = answer;
      await context.print(
        `${formatInstant(at, context.timeZone())}: "${printable(limit.name)}" (${printable(limit.scope)}) had ${formatUsd(limit.spentUsd)} of ${formatUsd(limit.amountUsd)} spent,`,
        `${formatUsd(limit.leasedUsd)} set aside, and the call wanted ${formatUsd(wantedUsd)}. Spent by now: ${formatUsd(answer.spentNowUsd)}.`,
      );
      for (const [name, spenders] of Object.entries(answer.top)) await printSpenders(context, name, spenders);
      await printEvents(context, answer);
      for (const { eventId, leasedUsd } of answer.leases) {
        await context.print(`${formatUsd(leasedUsd)} was set aside for the call ${printable(eventId)}`);
      }
      for (const { id: chargeId, kind, amountUsd } of answer.charges) {
        await context.print(`${formatUsd(amountUsd)} ${kind} (${printable(chargeId)})`);
      }
    });
}

/** Nothing where only one unnamed spender is known. */
async function printSpenders(context: CliContext, name: string, spenders: Spender[]): Promise<void> {
  if (spenders.every(({ value }) => value === null)) return;
  await context.print("", context.colors.bold(name));
  await printTable(context, {
    columns: [
      { header: "Whose", align: "left" },
      { header: "Calls", align: "right" },
      { header: "Cost", align: "point" },
    ],
    rows: spenders.map(({ value, calls, costUsd }) => [value ?? UNKNOWN, formatCount(calls), formatUsd(costUsd)]),
  });
}

async function printEvents(context: CliContext, { events }: Explanation): Promise<void> {
  if (events.length === 0) return;
  await context.print("", context.colors.bold("dearest calls"));
  await printTable(context, {
    columns: [
      { header: "Time", align: "left" },
      { header: "User", align: "left" },
      { header: "Model", align: "left" },
      { header: "Cost", align: "point" },
      { header: "Id", align: "fixed" },
    ],
    rows: events.map(({ id, occurredAt, user, model, costUsd }) => [
      formatInstant(occurredAt, context.timeZone()),
      user ?? UNKNOWN,
      model,
      formatUsd(costUsd),
      id,
    ]),
  });
}

interface Replay {
  limit: Limit;
  calls: number;
  costUsd: number;
  refusedCalls: number;
  savedUsd: number;
  warnedCalls: number;
  throttledCalls: number;
  swappedCalls: number;
  swapSavedUsd: number;
  firstRefusedAt: string | null;
  hit: Record<string, Spender[]>;
  complete: boolean;
  readTo: string;
}

function addReplay(limits: Command, context: CliContext): void {
  const command = limits
    .command("replay")
    .description("what a limit would have done to the last days: one that is there, or one that is not made yet")
    .argument("[limit]", "its id or name")
    .option("--days <number>", "how many (default: 30)", parseCount);
  addEnforcementOptions(addBudgetOptions(command)).action(
    async (id: string | undefined, { days, ...options }: LimitOptions & { days?: number }) => {
      const terms = limitBody(options);
      if ((id === undefined) === (Object.keys(terms).length === 0)) {
        throw new UsageError("Give the id of a limit, or the flags of one that is not made yet.");
      }
      const api = await context.connect();
      const limit = id === undefined ? { limit: { name: "tried", ...terms } } : { limitId: await findLimit(api, id) };
      const replay = await sendJson<Replay>(api, "POST", "/api/v1/limits/replay", { ...limit, days });
      if (context.isJson()) return context.printJson(replay);
      await printReplay(context, replay, days ?? 30);
    },
  );
}

async function printReplay(context: CliContext, replay: Replay, days: number): Promise<void> {
  const { calls, refusedCalls, savedUsd, warnedCalls, throttledCalls, swappedCalls, swapSavedUsd } = replay;
  await context.print(
    `${describeTerms(replay.limit)}, over the last ${days} days: ${formatCount(calls)} calls for ${formatUsd(replay.costUsd)}.`,
    `Would have refused ${formatCount(refusedCalls)} calls, which cost ${formatUsd(savedUsd)}.`,
  );
  if (warnedCalls > 0) await context.print(`Would have warned at ${formatCount(warnedCalls)} calls.`);
  if (throttledCalls > 0) await context.print(`Would have slowed down ${formatCount(throttledCalls)} calls.`);
  if (swappedCalls > 0) {
    await context.print(
      `Would have sent ${formatCount(swappedCalls)} to cheaper models, for ${formatUsd(swapSavedUsd)} less.`,
    );
  }
  for (const [name, hits] of Object.entries(replay.hit)) await printSpenders(context, `${name}s hit`, hits);
  if (!replay.complete) context.note(`There were more calls than are read at once; this is up to ${replay.readTo}.`);
}

function collectTag(text: string, before: string[] | undefined): string[] {
  if (!/^[^=]+=./.test(text)) throw new InvalidArgumentError("It must look like plan=gold.");
  return collect(text, before);
}

function splitTag(text: string): [key: string, value: string] {
  const equals = text.indexOf("=");
  return [text.slice(0, equals), text.slice(equals + 1)];
}
