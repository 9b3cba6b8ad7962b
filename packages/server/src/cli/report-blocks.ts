import type { BlockAnswer, BlocksAnswer } from "../insights/blocks.ts";
import type { ToldLimits } from "../insights/plan-limits.ts";
import type { Api, CliContext } from "./context.ts";
import { formatCount, formatMinute, formatPeriod, formatRatio, formatTokens, formatUsd } from "./draw/values.ts";
import { getJson } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { planLimitLines } from "./plan-limit-lines.ts";
import { printTable } from "./print-answer.ts";

export interface BlocksOptions {
  active?: boolean;
  tokenLimit?: string;
  sessionLength?: number;
}

/** `outlay report blocks`: spans of five hours with their costs, what the running one comes to, and what the plan itself says. */
export async function printBlocks(context: CliContext, params: Params, options: BlocksOptions): Promise<void> {
  const api = await context.connect();
  const [answer, { limits }] = await Promise.all([
    askBlocks(api, params, options),
    getJson<{ limits: ToldLimits[] }>(api, "/api/v1/plan-limits"),
  ]);
  if (context.isJson()) return context.printJson({ ...answer, planLimits: limits });
  const { colors } = context;
  await context.print(
    colors.dim(
      `${formatPeriod(answer.query.period)} · ${answer.query.filters.join(", ")} · ${answer.query.hours} hours each`,
    ),
    "",
  );
  if (answer.blocks.length === 0) await context.print(options.active === true ? "No block is running." : "No blocks.");
  else await printTable(context, blockTable(context, answer));
  const running = answer.blocks.find(({ isActive }) => isActive);
  const lines = [...(running === undefined ? [] : runningLines(context, running)), ...planLimitLines(context, limits)];
  if (lines.length > 0) await context.print("", ...lines);
  const notes = notesOf(answer);
  if (notes.length > 0) await context.print("", ...notes.map((note) => colors.yellow(note)));
}

/** The blocks that these options ask for. */
export function askBlocks(api: Api, params: Params, options: BlocksOptions): Promise<BlocksAnswer> {
  return getJson<BlocksAnswer>(api, "/api/v1/blocks", {
    ...params,
    hours: options.sessionLength,
    tokenLimit: options.tokenLimit,
    active: options.active === true ? "true" : undefined,
  });
}

function blockTable(context: CliContext, { blocks, tokenLimit, query }: BlocksAnswer) {
  const zone = query.period.timeZone;
  const share = (tokens: number) => (tokenLimit === null ? [] : [formatRatio(tokens / tokenLimit.tokens)]);
  return {
    columns: [
      { header: "Block", align: "fixed" as const },
      { header: "", align: "fixed" as const },
      { header: "Cost", align: "point" as const },
      { header: "Calls", align: "right" as const },
      { header: "Tokens", align: "right" as const },
      ...(tokenLimit === null ? [] : [{ header: "Of limit", align: "right" as const }]),
      { header: "Models", align: "left" as const },
    ],
    rows: blocks.map((block) =>
      block.isGap
        ? [
            `  ${formatMinute(block.start, zone)}`,
            `silence of ${hoursAndMinutes(Date.parse(block.end) - Date.parse(block.start))}`,
            ...Array.from({ length: tokenLimit === null ? 4 : 5 }, () => ""),
          ]
        : [
            formatMinute(block.start, zone),
            block.isActive ? `running, ${hoursAndMinutes(Date.parse(block.end) - context.now())} left` : "",
            formatUsd(block.unpricedCalls === block.calls ? null : block.cost),
            formatCount(block.calls),
            formatTokens(block.tokens.total),
            ...share(block.tokens.total),
            block.models.join(", "),
          ],
    ),
  };
}

function runningLines({ colors }: CliContext, { burnRate, projection }: BlockAnswer): string[] {
  if (burnRate === null || projection === null) return [];
  return [
    `${colors.dim("Rate       ")}${formatUsd(burnRate.costPerHour)} an hour, ${formatTokens(burnRate.tokensPerMinute)} tokens a minute  ${colors.dim("local estimate")}`,
    `${colors.dim("At its end ")}${formatUsd(projection.cost)}, ${formatTokens(projection.tokens)} tokens  ${colors.dim("local estimate")}`,
  ];
}

function notesOf({ blocks, meta, tokenLimit }: BlocksAnswer): string[] {
  const unpriced = blocks.reduce((sum, block) => sum + block.unpricedCalls, 0);
  const notes = ["local estimate: blocks follow from recorded calls; a plan's own windows may begin at other times"];
  if (tokenLimit !== null) notes.push(`of limit: ${formatCount(tokenLimit.tokens)} tokens (${tokenLimit.from})`);
  if (unpriced > 0) notes.push(`unpriced: ${formatCount(unpriced)} calls have no known price, counted in no cost`);
  if (meta.incompleteBefore !== null) notes.push(`single calls before ${meta.incompleteBefore} have expired`);
  return notes;
}

function hoursAndMinutes(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}
