import { relative, sep } from "node:path";
import { parseInstant, type EventUsage, type WireEvent } from "@outlay/core";
import { eventId, eventIdOfContent } from "../event-id.ts";
import type { LineReading, LogFile } from "../importer.ts";
import {
  amountOf,
  BadValue,
  countIn as count,
  fieldsOf as fields,
  textOf as text,
  type Fields,
} from "../read-values.ts";
import { projectOf } from "./project.ts";
import { providerOf } from "./provider.ts";

/** Reads the lines of one transcript, parsed: the call that each tells of, or why it tells of none. */
export function lineReader(file: Pick<LogFile, "path" | "folder">): (line: unknown) => LineReading {
  const transcript = new Transcript(file);
  return (line) => readLine(line, transcript);
}

/** What its place says of all calls in a file. */
class Transcript {
  readonly isOfSubagent: boolean;
  /** Named after the folder that Claude Code was started in. */
  readonly #folder: string | null;
  #lastCwd: string | null = null;
  #lastProject: string | null = null;

  constructor({ folder, path }: Pick<LogFile, "path" | "folder">) {
    const places = relative(folder, path).split(sep);
    this.isOfSubagent = places.includes("subagents");
    this.#folder = places.length > 1 ? places[0]! : null;
    this.#lastProject = this.#folder;
  }

  /** Lines in a row have the same folder. */
  projectIn(cwd: string | null): string | null {
    if (cwd === this.#lastCwd) return this.#lastProject;
    this.#lastCwd = cwd;
    this.#lastProject = projectOf(cwd, this.#folder);
    return this.#lastProject;
  }
}

function readLine(line: unknown, transcript: Transcript): LineReading {
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
    return { events: eventsOf(told, { message, usage: fields(usage), model, occurredAt, transcript }) };
  } catch (error) {
    if (error instanceof BadValue) return { problem: error.message };
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
  transcript: Transcript;
}

function eventsOf(told: Fields, call: ToldCall): WireEvent[] {
  const { message, usage, model, occurredAt, transcript } = call;
  const isSide = told["isSidechain"] === true || transcript.isOfSubagent;
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
    metadata: metadataOf(told, isSide),
  };
  const project = transcript.projectIn(text(told["cwd"]));
  if (project !== null) event.project = project;
  // a fork repeats the lines of the session that it came from
  const session = text(fields(told["forkedFrom"])["sessionId"]) ?? text(told["sessionId"]);
  if (session !== null) event.session = session;
  const tier = usage["speed"] === "fast" ? "fast" : text(usage["service_tier"]);
  if (tier !== null) event.serviceTier = tier;
  const geo = text(usage["inference_geo"]);
  if (geo !== null && geo !== "not_available") event.geo = geo;
  return usageByModel(usage, model).map(([name, counted]) => {
    if (name !== model)
      return { ...event, id: eventId("claude-code", `${nameOf(event)}:${name}`), model: name, usage: counted };
    event.usage = counted;
    return event;
  });
}

function metadataOf(told: Fields, isSide: boolean): Fields {
  const metadata: Fields = {};
  for (const name of ["requestId", "version", "gitBranch"]) {
    const said = text(told[name]);
    if (said !== null) metadata[name] = said;
  }
  if (isSide) {
    const subagent = text(told["agentId"]);
    if (subagent !== null) metadata["subagent"] = subagent;
    metadata["sidechain"] = true;
  }
  const toolCostUsd = amountOf(told["costUSD"]);
  if (toolCostUsd !== null) metadata["toolCostUsd"] = toolCostUsd;
  return metadata;
}

/**
 * Names the call, not the line: copies and growing repeats have the same. A message has one id whatever request repeats
 * it (`/btw` sends a conversation again under another one), so the request's id is no part of it.
 */
function idOf(told: Fields, message: Fields, { occurredAt, model, usage }: ToldCall): string {
  const name = text(message["id"]) ?? text(told["uuid"]);
  if (name !== null) return eventId("claude-code", name);
  return eventIdOfContent("claude-code", told["sessionId"], occurredAt, model, usage);
}

function nameOf({ id }: WireEvent): string {
  return id!.slice("claude-code:".length);
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
