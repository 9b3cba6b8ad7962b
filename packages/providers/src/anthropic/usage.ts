import type { EventUsage } from "@outlay/core";
import { count, fields, list, sum, text, type Fields } from "../fields.ts";
import { readCost, type UsageDialect } from "../openai/usage.ts";
import { addProduced, blankMeasured, type CallFacts, type Measured } from "../provider.ts";
import { readError } from "../read-error.ts";
import { buildUsage } from "../usage-builder.ts";

/** What a provider that speaks Anthropic's language adds to it. */
export type MessagesDialect = Pick<UsageDialect, "reportedCost" | "ownKeyCost">;

/** Cached and written tokens stand apart from `input_tokens`; ours are included in the input. */
function readUsage(value: unknown): EventUsage | null {
  const usage = fields(value);
  const split = fields(usage["cache_creation"]);
  const oneHour = count(split["ephemeral_1h_input_tokens"]);
  const cacheRead = count(usage["cache_read_input_tokens"]);
  const cacheWrite =
    count(usage["cache_creation_input_tokens"]) ?? sum(count(split["ephemeral_5m_input_tokens"]), oneHour);
  const built = buildUsage({
    inputTokens: sum(count(usage["input_tokens"]), cacheRead, cacheWrite),
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: oneHour,
    outputTokens: count(usage["output_tokens"]),
    reasoningTokens: count(fields(usage["output_tokens_details"])["thinking_tokens"]),
    searches: positive(fields(usage["server_tool_use"])["web_search_requests"]),
  });
  return Object.keys(built).length === 0 ? null : built;
}

function positive(value: unknown): number | undefined {
  return count(value) === 0 ? undefined : count(value);
}

/** A whole message, or one put together from a stream. */
export function readMessage(body: unknown, call: CallFacts, dialect: MessagesDialect): Measured {
  const message = fields(body);
  const usage = fields(message["usage"]);
  const model = text(message["model"]);
  const whole = readUsage(usage);
  const measured: Measured = {
    ...blankMeasured(),
    ...withIterations(whole, usage, model),
    usageState: whole === null ? "absent" : "complete",
    model,
    responseId: text(message["id"]),
    serviceTier: readTier(usage),
    geo: readGeo(usage) ?? call.request.geo,
    reportedCostUsd: readCost(usage, dialect),
    stopReason: text(message["stop_reason"]),
    error: message["error"] == null ? null : readError(message, call.status),
    toolCalls: readToolCalls(usage),
    ended: true,
  };
  for (const value of list(message["content"])) {
    const block = fields(value);
    addProduced(measured.produced, block["text"] ?? block["thinking"]);
    if (block["input"] !== undefined) addProduced(measured.produced, JSON.stringify(block["input"]));
  }
  return measured;
}

/**
 * With compaction or an advisor, one request is several samplings, and the numbers at the top cover only part of them.
 * Each is counted; those of another model are billed at its price.
 */
function withIterations(
  whole: EventUsage | null,
  usage: Fields,
  model: string | null,
): Pick<Measured, "usage" | "otherModels"> {
  const iterations = list(usage["iterations"]).map(fields);
  if (whole === null || iterations.length === 0) return { usage: whole, otherModels: [] };
  const own: EventUsage[] = [];
  const others = new Map<string, EventUsage[]>();
  for (const iteration of iterations) {
    const counted = readUsage(iteration);
    if (counted === null) continue;
    const name = text(iteration["model"]) ?? model;
    if (name === null || name === model) own.push(counted);
    else others.set(name, [...(others.get(name) ?? []), counted]);
  }
  const searches = whole.searches === undefined ? {} : { searches: whole.searches };
  return {
    usage: own.length === 0 ? whole : { ...addUsages(own), ...searches },
    otherModels: [...others].map(([name, counted]) => ({ model: name, usage: addUsages(counted) })),
  };
}

function addUsages(usages: EventUsage[]): EventUsage {
  const total: Record<string, number> = {};
  for (const usage of usages) {
    for (const [name, value] of Object.entries(usage)) total[name] = (total[name] ?? 0) + Number(value);
  }
  return total;
}

/** Fast mode is a price of its own, whatever the tier. */
function readTier(usage: Fields): string | null {
  return usage["speed"] === "fast" ? "fast" : text(usage["service_tier"]);
}

/** Where inference ran, when the answer says: `us`, `global`. */
function readGeo(usage: Fields): string | null {
  const geo = text(usage["inference_geo"]);
  return geo === "not_available" ? null : geo;
}

/** Runs of code are charged by container time, which no answer tells: counted, so that they are seen. */
function readToolCalls(usage: Fields): Record<string, number> {
  const runs = count(fields(usage["server_tool_use"])["code_execution_requests"]) ?? 0;
  return runs === 0 ? {} : { code_execution: runs };
}
