import { usdNumber } from "@outlay/core";
import { IMPORTERS } from "../importers/importers.ts";
import type { BlockAnswer, BlocksAnswer } from "../insights/blocks.ts";
import type { QueryAnswer, SessionAnswer, SessionsAnswer } from "../ledger/answers.ts";
import type { Api, CliContext } from "./context.ts";
import { getJson } from "./get-json.ts";
import type { Params } from "./get-json.ts";
import { UsageError } from "./problem.ts";
import { askBlocks } from "./report-blocks.ts";
import type { BlocksOptions } from "./report-blocks.ts";

/** `ccusage`: as `ccusage daily` writes it; `ccusage-claude`: as `ccusage claude daily` does. */
export type CcusageForm = "ccusage" | "ccusage-claude";

const UNITS: Record<string, string> = { daily: "day", weekly: "week", monthly: "month", session: "session" };
export const CCUSAGE_REPORTS = [...Object.keys(UNITS), "blocks"];

/** More sessions than this are refused: none may be missing from their sum. */
const SESSIONS_MAX = 10_000;

interface Request {
  kind: string;
  format: CcusageForm;
  params: Params;
  /** Empty: every coding tool. */
  sources: string[];
  blocks: BlocksOptions;
}

/**
 * Writes a report with the fields of ccusage 20 (checked against 20.0.24). Tokens and costs are ours: a model without a price
 * adds nothing to a cost there and here, but where ccusage takes the cost that an old log carries, we reckon by the price list.
 */
export async function printCcusage(context: CliContext, request: Request): Promise<void> {
  const { kind, format, params, sources, blocks } = request;
  const api = await context.connect();
  if (kind === "blocks") {
    const filter = sources.map((name) => `source:${name}`);
    return context.printJson(blocksForm(await askBlocks(api, { ...params, filter }, blocks)));
  }
  const tools = await usedTools(api, params, toolsOf(format, sources));
  const tables = await Promise.all(tools.map(async (tool) => ({ tool, uses: await usesOf(api, request, tool) })));
  const rows =
    kind === "session" ? sessionRows(tables, await lastCalls(api, params), format) : periodRows(tables, kind, format);
  const key = kind === "session" && format === "ccusage-claude" ? "sessions" : kind;
  const totals = sumOf(tables.flatMap(({ uses }) => uses));
  await context.printJson({ [key]: rows, totals: { ...tokensOf(totals), totalCost: usdNumber(totals.costNanoUsd) } });
}

/** What a model was used for in a day, a session, …. Input is what no cache gave or took. */
interface Use {
  /** Label of the day or month, or the session's id. */
  key: string;
  model: string;
  input: number;
  output: number;
  cacheWrite: number;
  cacheRead: number;
  costNanoUsd: bigint;
}

interface Table {
  tool: string;
  uses: Use[];
}

function toolsOf(format: CcusageForm, sources: string[]): string[] {
  if (sources.length > 0) return sources;
  return format === "ccusage-claude" ? ["claude-code"] : IMPORTERS.map(({ name }) => name);
}

async function usedTools(api: Api, params: Params, tools: string[]): Promise<string[]> {
  const question = { ...params, by: "source", metrics: "calls", filter: withSources(params, tools) };
  const { rows } = await getJson<QueryAnswer>(api, "/api/v1/query", question);
  return tools.filter((tool) => rows.some((row) => row["source"] === tool));
}

function withSources({ filter }: Params, tools: string[]): string[] {
  return [...(Array.isArray(filter) ? filter : []), ...tools.map((tool) => `source:${tool}`)];
}

const METRICS = "cost,calls,inputTokens,outputTokens,cacheWriteTokens,cacheReadTokens";

async function usesOf(api: Api, { kind, format, params }: Request, tool: string): Promise<Use[]> {
  // ccusage's weeks of Claude Code begin on Sunday, and ours on Monday
  const bySunday = kind === "weekly" && format === "ccusage-claude";
  const unit = bySunday ? "day" : UNITS[kind]!;
  const answer = await getJson<QueryAnswer>(api, "/api/v1/query", {
    ...params,
    filter: withSources(params, [tool]),
    by: `${unit},model`,
    metrics: METRICS,
    limit: unit === "session" ? SESSIONS_MAX : undefined,
  });
  if (unit === "session" && answer.meta.groups > SESSIONS_MAX) {
    throw new UsageError(`There are more than ${SESSIONS_MAX} sessions; choose a shorter time with --since.`);
  }
  return answer.rows.flatMap((row): Use[] => {
    const number = (name: string) => (typeof row[name] === "number" ? row[name] : 0);
    if (number("calls") === 0) return [];
    const [cacheWrite, cacheRead] = [number("cacheWriteTokens"), number("cacheReadTokens")];
    const label = String(row[unit] ?? "unknown");
    return [
      {
        key: bySunday ? sundayOf(label) : label,
        model: row["other"] === true ? "(other)" : String(row["model"]),
        input: number("inputTokens") - cacheWrite - cacheRead,
        output: number("outputTokens"),
        cacheWrite,
        cacheRead,
        costNanoUsd: BigInt(Math.round(number("cost") * 1e9)),
      },
    ];
  });
}

function sundayOf(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - day.getUTCDay());
  return day.toISOString().slice(0, 10);
}

/** How ccusage names the tools whose name there is another one. */
const AGENTS: Record<string, string> = {
  "claude-code": "claude",
  "copilot-cli": "copilot",
  "gemini-cli": "gemini",
  "kilo-cli": "kilo",
  "qwen-code": "qwen",
};

function agentOf(tool: string): string {
  return AGENTS[tool] ?? tool;
}

const PERIOD_FIELDS: Record<string, string> = { daily: "date", weekly: "week", monthly: "month" };

function periodRows(tables: Table[], kind: string, format: CcusageForm): object[] {
  const uses = tables.flatMap(({ uses: ofTool }) => ofTool);
  return [...Map.groupBy(uses, ({ key }) => key)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inPeriod]) => {
      if (format === "ccusage-claude") return { [PERIOD_FIELDS[kind]!]: key, ...costsOf(inPeriod) };
      const agents = tables.filter(({ uses: ofTool }) => ofTool.some((use) => use.key === key));
      return {
        agent: "all",
        period: key,
        ...costsOf(inPeriod),
        metadata: { agents: agents.map(({ tool }) => agentOf(tool)) },
      };
    });
}

function sessionRows(tables: Table[], sessions: Map<string, SessionAnswer>, format: CcusageForm): object[] {
  return tables
    .flatMap(({ tool, uses }) =>
      [...Map.groupBy(uses, ({ key }) => key)].map(([id, ofSession]) => {
        const session = sessions.get(id);
        const lastActivity = session?.lastAt ?? null;
        const costs = costsOf(ofSession);
        const row =
          format === "ccusage"
            ? { agent: agentOf(tool), period: id, ...costs, metadata: { lastActivity } }
            : {
                sessionId: id,
                projectPath: session?.project ?? "Unknown Project",
                ...costs,
                firstActivity: session?.firstAt ?? null,
                lastActivity,
              };
        return { costNanoUsd: sumOf(ofSession).costNanoUsd, row };
      }),
    )
    .toSorted((a, b) => Number(b.costNanoUsd - a.costNanoUsd))
    .map(({ row }) => row);
}

/** Sessions with calls since the period began, for when they were first and last used. */
async function lastCalls(api: Api, { from, period, tz }: Params): Promise<Map<string, SessionAnswer>> {
  const found = new Map<string, SessionAnswer>();
  const span = from === undefined ? { period: period ?? "all" } : { from };
  let cursor: string | undefined;
  do {
    const params = { ...span, tz, limit: 1_000, cursor };
    const page: SessionsAnswer = await getJson<SessionsAnswer>(api, "/api/v1/sessions", params);
    for (const session of page.sessions) found.set(session.session, session);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

function costsOf(uses: Use[]): object {
  const whole = sumOf(uses);
  const byModel = [...Map.groupBy(uses, ({ model }) => model)]
    .map(([modelName, ofModel]) => ({ modelName, sum: sumOf(ofModel) }))
    .toSorted((a, b) => Number(b.sum.costNanoUsd - a.sum.costNanoUsd));
  return {
    ...tokensOf(whole),
    totalCost: usdNumber(whole.costNanoUsd),
    modelsUsed: byModel.map(({ modelName }) => modelName).toSorted(),
    modelBreakdowns: byModel.map(({ modelName, sum }) => {
      const { totalTokens: _, ...tokens } = tokensOf(sum);
      return { modelName, ...tokens, cost: usdNumber(sum.costNanoUsd) };
    }),
  };
}

type Sum = Omit<Use, "key" | "model">;

function sumOf(uses: Sum[]): Sum {
  const sum: Sum = { input: 0, output: 0, cacheWrite: 0, cacheRead: 0, costNanoUsd: 0n };
  for (const use of uses) {
    sum.input += use.input;
    sum.output += use.output;
    sum.cacheWrite += use.cacheWrite;
    sum.cacheRead += use.cacheRead;
    sum.costNanoUsd += use.costNanoUsd;
  }
  return sum;
}

function tokensOf({ input, output, cacheWrite, cacheRead }: Sum) {
  return {
    inputTokens: input,
    outputTokens: output,
    cacheCreationTokens: cacheWrite,
    cacheReadTokens: cacheRead,
    totalTokens: input + output + cacheWrite + cacheRead,
  };
}

function blocksForm({ blocks, tokenLimit }: BlocksAnswer): object {
  return { blocks: blocks.map((block) => blockForm(block, tokenLimit?.tokens ?? null)) };
}

function blockForm(block: BlockAnswer, limit: number | null): object {
  const { tokens, burnRate, projection, isGap } = block;
  return {
    id: isGap ? `gap-${block.start}` : block.start,
    startTime: block.start,
    endTime: block.end,
    actualEndTime: block.lastAt,
    isActive: block.isActive,
    isGap,
    entries: block.calls,
    tokenCounts: {
      inputTokens: tokens.input,
      outputTokens: tokens.output,
      cacheCreationInputTokens: tokens.cacheWrite,
      cacheReadInputTokens: tokens.cacheRead,
    },
    totalTokens: tokens.total,
    costUSD: block.cost,
    models: block.models,
    burnRate:
      burnRate === null
        ? null
        : {
            tokensPerMinute: burnRate.tokensPerMinute,
            tokensPerMinuteForIndicator: burnRate.inputAndOutputPerMinute,
            costPerHour: burnRate.costPerHour,
          },
    projection:
      projection === null
        ? null
        : {
            totalTokens: projection.tokens,
            totalCost: Math.round(projection.cost * 100) / 100,
            remainingMinutes: projection.remainingMinutes,
          },
    ...(limit === null || projection === null ? {} : { tokenLimitStatus: limitStatus(limit, projection.tokens) }),
  };
}

function limitStatus(limit: number, projectedUsage: number): object {
  const percentUsed = (projectedUsage / limit) * 100;
  const status = percentUsed > 100 ? "exceeds" : percentUsed > 80 ? "warning" : "ok";
  return { limit, projectedUsage, percentUsed, status };
}
