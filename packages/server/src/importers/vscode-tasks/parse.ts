import { MIN_OCCURRED_AT_MS, type WireEvent } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import { amountOf, BadValue, countIn, fieldsOf, firstText, listOf, textOf, type Fields } from "../read-values.ts";
import { isAnyUsed, usageOfParts, type TokenParts } from "../usage-of-parts.ts";
import { billingOf } from "./provider.ts";
import { modelAt, type Task } from "./task.ts";

/** What the messages of a task are read with. */
export interface TaskContext extends Task {
  tool: string;
  id: string;
}

/** The calls of a task. */
export function readMessages(document: unknown, task: TaskContext): LineReading[] {
  if (!Array.isArray(document)) return [{ problem: "expected a list of messages" }];
  const messages = listOf(document).map(fieldsOf);
  const requests = messages.filter(({ say }) => say === "api_req_started").map(({ ts }) => Number(ts));
  return messages.map((message) => {
    const nextMs = requests.find((ts) => ts > Number(message["ts"])) ?? Infinity;
    return readMessage(message, nextMs, task);
  });
}

function readMessage(message: Fields, nextMs: number, task: TaskContext): LineReading {
  const { say, text, ts } = message;
  // when messages are deleted, their sums are kept; each of them was told before, or never will be
  if (say === "deleted_api_reqs" || say === "api_req_deleted") return { leftOut: "sums of deleted requests" };
  if (say !== "api_req_started" || typeof text !== "string") return NO_CALL;
  const name = `request ${String(ts)}`;
  try {
    const request: unknown = JSON.parse(text);
    const event = eventOf(message, fieldsOf(request), nextMs, task);
    if (event === null) return NO_CALL;
    return typeof event === "string" ? { problem: `${name}: ${event}` } : { events: [event] };
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: `${name}: its text is not JSON` };
    if (error instanceof BadValue) return { problem: `${name}: ${error.message}` };
    throw error;
  }
}

const NO_CALL: LineReading = { events: [] };

/** Null: a placeholder, or a request that failed before anything was counted. */
function eventOf(message: Fields, request: Fields, nextMs: number, task: TaskContext): WireEvent | string | null {
  const ts = message["ts"];
  if (typeof ts !== "number" || !Number.isInteger(ts) || ts < MIN_OCCURRED_AT_MS) return "ts is not an instant";
  const told = modelAt(task.models, ts, nextMs);
  const info = fieldsOf(message["modelInfo"]);
  const model = firstText(info, "modelId") ?? firstText(request, "model", "modelId") ?? told?.model ?? "unknown";
  const named = firstText(info, "providerId") ?? told?.provider ?? null;
  const { parts, isAssumed } = partsOf(request, { tool: task.tool, model });
  if (!isAnyUsed(parts)) return null;
  const billing = billingOf(named, model);
  return codingEvent({
    tool: task.tool,
    id: eventId(task.tool, `${task.id}:${ts}`),
    occurredAt: ts,
    provider: billing.provider,
    model,
    usage: usageOfParts(parts),
    folder: task.folder,
    session: task.id,
    subagent: task.parent === null ? null : (textOf(fieldsOf(message["modelInfo"])["mode"]) ?? true),
    isCoveredByPlan: billing.isCoveredByPlan,
    metadata: {
      toolCostUsd: amountOf(request["cost"]),
      toolProvider: named === billing.provider ? null : named,
      providerFrom: billing.isFromModel ? "model" : null,
      cacheCounted: isAssumed ? "assumed" : null,
      parentSession: task.parent,
      cancelReason: textOf(request["cancelReason"]),
    },
  });
}

/**
 * The same numbers mean another thing in OpenAI's protocol, where the cache is inside the input:
 *
 *   tokensIn 1,200, cacheReads 1,000 → openai: 200 and 1,000; anthropic: 1,200 and 1,000
 */
function partsOf(
  request: Fields,
  { tool, model }: { tool: string; model: string },
): { parts: TokenParts; isAssumed: boolean } {
  const tokensIn = countIn(request, "tokensIn");
  const [cacheRead, cacheWrite] = [countIn(request, "cacheReads"), countIn(request, "cacheWrites")];
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const protocol = textOf(request["apiProtocol"]);
  const isInside = protocol === null ? isInsideByDefault(tool, model) : protocol === "openai";
  // what does not fit inside stands beside
  const isTaken = isInside && tokensIn !== undefined && cached <= tokensIn;
  return {
    parts: {
      input: isTaken ? tokensIn - cached : tokensIn,
      cacheRead,
      cacheWrite: cacheWrite === 0 ? undefined : cacheWrite,
      output: countIn(request, "tokensOut"),
    },
    isAssumed: cached > 0 && protocol === null,
  };
}

/** Cline counts the cache beside the input whoever is asked; the others as the provider does. */
function isInsideByDefault(tool: string, model: string): boolean {
  return tool !== "cline" && !/claude/i.test(model);
}
