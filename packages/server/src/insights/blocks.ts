import { InvalidInput, roundUsd, shown, usdNumber, type Period } from "@outlay/core";
import type { StoredEvent } from "../storage/storage.ts";
import type { QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import { findPeriod, parsePeriod, periodAnswer } from "../ledger/asked-period.ts";
import { parseFilters } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters, type Parameters } from "../ledger/parameters.ts";
import { findBlockStart } from "./find-block-start.ts";
import { splitBlocks, type Block, type BlockCall, type UsedBlock } from "./split-blocks.ts";

/** Tokens of a block; those of the prompt that a cache gave or took are no part of `input`. */
export interface BlockTokens {
  input: number;
  cacheWrite: number;
  cacheRead: number;
  output: number;
  total: number;
}

/** A block, or the gap between two (which has no calls). Dollars exact to nine decimals. */
export interface BlockAnswer {
  start: string;
  /** Excluded. */
  end: string;
  isGap: boolean;
  isActive: boolean;
  firstAt: string | null;
  lastAt: string | null;
  calls: number;
  tokens: BlockTokens;
  /** Calls without a price add nothing. */
  cost: number;
  unpricedCalls: number;
  /** In the order of their first use. */
  models: string[];
  /** How fast it goes, between its first and its last call; null: not active, or no time lies between them. */
  burnRate: { tokensPerMinute: number; inputAndOutputPerMinute: number; costPerHour: number } | null;
  /** What it comes to at its end at that rate. */
  projection: { tokens: number; cost: number; remainingMinutes: number } | null;
}

export interface BlocksAnswer {
  query: Pick<ResolvedQuery, "filters" | "period"> & { hours: number };
  /** Blocks are reckoned from calls that were recorded; where the provider really starts anew is not among them. */
  label: "local estimate";
  blocks: BlockAnswer[];
  /** Most tokens that a block may have; null: not asked. */
  tokenLimit: { tokens: number; from: "asked" | "largest block" } | null;
  meta: {
    /** Single calls that were read. */
    callsRead: number;
    /** Calls before this instant have expired, so blocks before it are missing or too small; null: none have. */
    incompleteBefore: string | null;
  };
}

const DEFAULT_FILTER = "source:claude-code";
const DEFAULT_HOURS = 5;
const MOST_HOURS = 168;
/** Single calls that one question may read. */
const READ_LIMIT = 500_000;
const HOUR_MS = 3_600_000;

/**
 * The blocks that begin in a period, oldest first, by the rule of split-blocks.ts. Without a filter those of Claude Code.
 * Parameters beside those of any question: `hours`, `tokenLimit` (a number, or `max`: the largest block before the active one),
 * `active`. InvalidInput as any question, `scan_too_large`.
 */
export async function blocks(
  ledger: Ledger,
  params: QueryParams,
  { readLimit = READ_LIMIT }: { readLimit?: number } = {},
): Promise<BlocksAnswer> {
  const parameters = readParameters(params, [
    ...PERIOD_PARAMETERS,
    ...FILTER_PARAMETERS,
    "hours",
    "tokenLimit",
    "active",
  ]);
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone });
  const told = parameters.all("filter").filter((text) => text !== "");
  const filterTexts = told.length === 0 ? [DEFAULT_FILTER] : told;
  const hours = parameters.whole("hours", 1, MOST_HOURS) ?? DEFAULT_HOURS;
  const onlyActive = readSwitch(parameters, "active");
  const limit = readTokenLimit(parameters);
  const period = await findPeriod(ledger, asked);
  const lengthMs = hours * HOUR_MS;
  const reader = { ledger, filters: parseFilters(filterTexts), lengthMs, left: readLimit, readLimit };
  const calls = await readCalls(reader, period, onlyActive && limit !== "max" ? ledger.now() : null);
  const all = splitBlocks(calls, { lengthMs, nowMs: ledger.now() }).filter((block) => isIn(period, block));
  const answers = all.map((block) => blockAnswer(block, ledger.now()));
  const { horizonMs } = await ledger.storage.stats();
  return {
    query: { filters: filterTexts, period: periodAnswer(period), hours },
    label: "local estimate",
    blocks: onlyActive ? answers.filter(({ isActive }) => isActive) : answers,
    tokenLimit: limit === "max" ? largestOf(answers) : limit,
    meta: {
      callsRead: readLimit - reader.left,
      incompleteBefore: horizonMs > period.startMs ? new Date(horizonMs).toISOString() : null,
    },
  };
}

function isIn({ startMs, endMs }: Period, block: Block): boolean {
  return block.startMs >= startMs && block.startMs < endMs;
}

interface CallReader {
  ledger: Ledger;
  filters: ReturnType<typeof parseFilters>;
  lengthMs: number;
  /** How many more calls may be read. */
  left: number;
  readLimit: number;
}

/**
 * The calls of the period and those before it on which its first block depends; of the running block alone when nothing else
 * is asked for.
 */
async function readCalls(
  reader: CallReader,
  { startMs, endMs }: Period,
  onlyRunningAtMs: number | null,
): Promise<BlockCall[]> {
  const atMs = onlyRunningAtMs === null ? startMs : Math.max(startMs, Math.min(endMs, onlyRunningAtMs));
  const { ledger, filters, lengthMs, readLimit } = reader;
  return readBetween(
    reader,
    await findBlockStart({ storage: ledger.storage, filters, lengthMs, readLimit }, atMs),
    endMs,
  );
}

async function readBetween(reader: CallReader, startMs: number, endMs: number): Promise<BlockCall[]> {
  const calls: BlockCall[] = [];
  for await (const page of reader.ledger.storage.scanEvents({ startMs, endMs, filters: reader.filters })) {
    reader.left -= page.length;
    if (reader.left < 0) {
      throw new InvalidInput(
        "scan_too_large",
        `the period has more than ${reader.readLimit} calls; ask for a shorter one, or for fewer by a filter`,
        { field: "period" },
      );
    }
    for (const event of page) calls.push(callOf(event));
  }
  return calls.toSorted((a, b) => a.atMs - b.atMs);
}

function callOf({ occurredAtMs, usage, costNanoUsd, model }: StoredEvent): BlockCall {
  const { inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0, outputTokens = 0 } = usage;
  return {
    atMs: occurredAtMs,
    inputTokens: inputTokens - cacheReadTokens - cacheWriteTokens,
    cacheWriteTokens,
    cacheReadTokens,
    outputTokens,
    costNanoUsd,
    model,
  };
}

function blockAnswer(block: Block, nowMs: number): BlockAnswer {
  const span = { start: new Date(block.startMs).toISOString(), end: new Date(block.endMs).toISOString() };
  if (block.calls === null) return { ...span, ...NOTHING };
  const { calls, isActive } = block;
  const tokens = tokensOf(calls);
  const cost = usdNumber(calls.reduce((sum, { costNanoUsd }) => sum + BigInt(costNanoUsd ?? 0), 0n));
  const burnRate = isActive ? burnRateOf(block, tokens, cost) : null;
  return {
    ...span,
    isGap: false,
    isActive,
    firstAt: new Date(calls[0]!.atMs).toISOString(),
    lastAt: new Date(calls.at(-1)!.atMs).toISOString(),
    calls: calls.length,
    tokens,
    cost,
    unpricedCalls: calls.filter(({ costNanoUsd }) => costNanoUsd === null).length,
    models: [...new Set(calls.map(({ model }) => model))],
    burnRate,
    projection: burnRate === null ? null : projectionOf(block.endMs - nowMs, { tokens, cost, burnRate }),
  };
}

const NOTHING = {
  isGap: true,
  isActive: false,
  firstAt: null,
  lastAt: null,
  calls: 0,
  tokens: { input: 0, cacheWrite: 0, cacheRead: 0, output: 0, total: 0 },
  cost: 0,
  unpricedCalls: 0,
  models: [],
  burnRate: null,
  projection: null,
};

function tokensOf(calls: BlockCall[]): BlockTokens {
  const tokens: BlockTokens = { input: 0, cacheWrite: 0, cacheRead: 0, output: 0, total: 0 };
  for (const call of calls) {
    tokens.input += call.inputTokens;
    tokens.cacheWrite += call.cacheWriteTokens;
    tokens.cacheRead += call.cacheReadTokens;
    tokens.output += call.outputTokens;
  }
  tokens.total = tokens.input + tokens.cacheWrite + tokens.cacheRead + tokens.output;
  return tokens;
}

function burnRateOf({ calls }: UsedBlock, tokens: BlockTokens, cost: number): BlockAnswer["burnRate"] {
  const minutes = (calls.at(-1)!.atMs - calls[0]!.atMs) / 60_000;
  if (minutes <= 0) return null;
  return {
    tokensPerMinute: tokens.total / minutes,
    inputAndOutputPerMinute: (tokens.input + tokens.output) / minutes,
    costPerHour: roundUsd((cost / minutes) * 60),
  };
}

function projectionOf(
  remainingMs: number,
  { tokens, cost, burnRate }: { tokens: BlockTokens; cost: number; burnRate: NonNullable<BlockAnswer["burnRate"]> },
): BlockAnswer["projection"] {
  const minutes = Math.max(0, remainingMs / 60_000);
  return {
    tokens: Math.round(tokens.total + burnRate.tokensPerMinute * minutes),
    cost: roundUsd(cost + (burnRate.costPerHour / 60) * minutes),
    remainingMinutes: Math.round(minutes),
  };
}

function largestOf(answers: BlockAnswer[]): BlocksAnswer["tokenLimit"] {
  const tokens = Math.max(0, ...answers.filter(({ isActive }) => !isActive).map((block) => block.tokens.total));
  return tokens === 0 ? null : { tokens, from: "largest block" };
}

function readTokenLimit(parameters: Parameters): BlocksAnswer["tokenLimit"] | "max" {
  const text = parameters.one("tokenLimit");
  if (text === undefined) return null;
  if (text === "max") return "max";
  const tokens = parameters.whole("tokenLimit", 1, Number.MAX_SAFE_INTEGER);
  return tokens === undefined ? null : { tokens, from: "asked" };
}

function readSwitch(parameters: Parameters, name: string): boolean {
  const text = parameters.one(name);
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new InvalidInput("invalid_parameter", `${name} is ${shown(text)}; expected true or false`, { field: name });
}
