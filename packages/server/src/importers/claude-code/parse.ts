import { createHash } from "node:crypto";
import { relative, sep } from "node:path";
import { MAX_COUNT, MAX_ID_LENGTH, parseInstant, type EventUsage, type WireEvent } from "@outlay/core";
import type { LineReading, LogFile } from "../importer.ts";
import { projectOf } from "./project.ts";
import { providerOf } from "./provider.ts";

type Fields = Record<string, unknown>;

/** One line of a transcript, parsed: the call that it tells of, or why it tells of none. */
export function readLine(line: unknown, file: Pick<LogFile, "path" | "folder">): LineReading {
  const told = tellerOf(fields(line));
  if (told === null) return NO_CALL;
  const message = fields(told["message"]);
  const usage = message["usage"];
  if (usage === undefined || usage === null) return NO_CALL;
  if (told["isApiErrorMessage"] === true) return { leftOut: "messages about an error" };
  const model = text(message["model"]);
  if (model === SYNTHETIC) return { leftOut: "messages of Claude Code itself" };
  if (model === null) return { problem: "message.model is missing" };
  const occurredAt = parseInstant(text(told["timestamp"]) ?? "");
  if (occurredAt === null) return { problem: "timestamp is not an instant" };
  try {
    return { events: eventsOf(told, { message, usage: fields(usage), model, occurredAt, file }) };
  } catch (error) {
    if (error instanceof BadCount) return { problem: error.message };
    throw error;
  }
}

const NO_CALL: LineReading = { events: [] };
/** What Claude Code writes as the model of its own messages. */
const SYNTHETIC = "<synthetic>";

/** The object that holds the answer: the line, or the copy inside a line about progress. */
function tellerOf(line: Fields): Fields | null {
  if (line["type"] === "assistant") return line;
  const inner = fields(fields(line["data"])["message"]);
  if (line["type"] !== "progress" || inner["type"] !== "assistant") return null;
  const { sessionId, cwd, gitBranch, version, agentId, forkedFrom } = line;
  return { sessionId, cwd, gitBranch, version, agentId, forkedFrom, ...inner };
}

interface ToldCall {
  message: Fields;
  usage: Fields;
  model: string;
  occurredAt: number;
  file: Pick<LogFile, "path" | "folder">;
}

function eventsOf(told: Fields, call: ToldCall): WireEvent[] {
  const { message, usage, model, occurredAt, file } = call;
  const places = relative(file.folder, file.path).split(sep);
  const isSide = told["isSidechain"] === true || places.includes("subagents");
  const id = idOf(told, message, call);
  const event: WireEvent = {
    id,
    occurredAt,
    provider: providerOf(model, text(message["id"])),
    model,
    operation: "chat",
    agent: "claude-code",
    activity: isSide ? "coding.subagent" : "coding",
    source: "claude-code",
    metadata: known({
      requestId: text(told["requestId"]),
      version: text(told["version"]),
      gitBranch: text(told["gitBranch"]),
      subagent: isSide ? text(told["agentId"]) : null,
      sidechain: isSide ? true : null,
      toolCostUsd: amount(told["costUSD"]),
    }),
  };
  const project = projectOf(text(told["cwd"]), places.length > 1 ? places[0]! : null);
  if (project !== null) event.project = project;
  // a fork repeats the lines of the session that it came from
  const session = text(fields(told["forkedFrom"])["sessionId"]) ?? text(told["sessionId"]);
  if (session !== null) event.session = session;
  const tier = usage["speed"] === "fast" ? "fast" : text(usage["service_tier"]);
  if (tier !== null) event.serviceTier = tier;
  const geo = text(usage["inference_geo"]);
  if (geo !== null && geo !== "not_available") event.geo = geo;
  return usageByModel(usage, model).map(([name, counted]) =>
    name === model
      ? { ...event, usage: counted }
      : { ...event, id: shortId(`${id}:${name}`), model: name, usage: counted },
  );
}

/**
 * Names the call, not the line: copies and growing repeats have the same. A message has one id whatever request repeats
 * it (`/btw` sends a conversation again under another one), so the request's id is no part of it.
 */
function idOf(told: Fields, message: Fields, { occurredAt, model, usage }: ToldCall): string {
  const name = text(message["id"]) ?? text(told["uuid"]);
  if (name !== null) return shortId(`claude-code:${name}`);
  return `claude-code:${hashOf(JSON.stringify([told["sessionId"], occurredAt, model, usage]))}`;
}

function shortId(id: string): string {
  return id.length <= MAX_ID_LENGTH ? id : `claude-code:${hashOf(id)}`;
}

function hashOf(content: string): string {
  return createHash("sha256").update(content).digest("base64url").slice(0, 32);
}

/**
 * With compaction or an advisor one answer is several samplings, and the numbers at the top leave some out: each is
 * counted, those of another model under its name.
 */
function usageByModel(usage: Fields, model: string): [model: string, usage: EventUsage][] {
  const iterations = Array.isArray(usage["iterations"]) ? usage["iterations"].map(fields) : [];
  const whole = usageOf(usage);
  if (iterations.length === 0) return [[model, whole]];
  const sums = new Map<string, EventUsage>();
  for (const iteration of iterations) {
    const name = text(iteration["model"]) ?? model;
    sums.set(name, plus(sums.get(name), usageOf(iteration)));
  }
  const own = sums.get(model);
  sums.set(
    model,
    own === undefined ? whole : { ...own, ...(whole.searches === undefined ? {} : { searches: whole.searches }) },
  );
  return [...sums];
}

function plus(sum: EventUsage = {}, more: EventUsage): EventUsage {
  const total: Record<string, unknown> = { ...sum };
  for (const [name, value] of Object.entries(more)) total[name] = Number(total[name] ?? 0) + Number(value);
  return total;
}

/** Cached and written tokens stand apart from `input_tokens`; ours are included in the input. */
function usageOf(usage: Fields): EventUsage {
  const split = fields(usage["cache_creation"]);
  const write1h = count(split, "ephemeral_1h_input_tokens");
  const read = count(usage, "cache_read_input_tokens");
  const splitWrite = (count(split, "ephemeral_5m_input_tokens") ?? 0) + (write1h ?? 0);
  // older proxies fill only one of the two
  const write = Math.max(count(usage, "cache_creation_input_tokens") ?? 0, splitWrite);
  const input = count(usage, "input_tokens");
  const output = count(usage, "output_tokens");
  const thinking = count(fields(usage["output_tokens_details"]), "thinking_tokens");
  const searches = count(fields(usage["server_tool_use"]), "web_search_requests");
  const counted: EventUsage = {};
  if (input !== undefined || read !== undefined || write > 0) counted.inputTokens = (input ?? 0) + (read ?? 0) + write;
  if (read !== undefined) counted.cacheReadTokens = read;
  if (write > 0) counted.cacheWriteTokens = write;
  if (write1h !== undefined && write1h > 0) counted.cacheWrite1hTokens = write1h;
  if (output !== undefined) counted.outputTokens = output;
  // a placeholder's output is smaller than its thinking
  if (thinking !== undefined && thinking <= (output ?? 0)) counted.reasoningTokens = thinking;
  if (searches !== undefined && searches > 0) counted.searches = searches;
  return counted;
}

class BadCount extends Error {}

function count(from: Fields, name: string): number | undefined {
  const value = from[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT) return value as number;
  throw new BadCount(`${name} is no count of tokens`);
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

const LONGEST_TEXT = 500;

/** A text that an event takes; without control characters, and not empty. */
function text(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const clean = value
    .replace(/[\p{Cc}\p{Cs}]/gu, "")
    .slice(0, LONGEST_TEXT)
    .trim();
  return clean === "" ? null : clean;
}

function known(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
