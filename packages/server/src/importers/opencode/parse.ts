import { MAX_COST_USD, type WireEvent } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventIdOfContent } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import { amountOf, BadValue, countIn, fieldsOf, firstText, textOf, type Fields } from "../read-values.ts";
import { isAnyUsed, usageOfParts, type TokenParts } from "../usage-of-parts.ts";
import { billingOf } from "./provider.ts";

/** What is known of a message beside its own JSON. */
export interface MessageContext {
  tool: string;
  id: string | null;
  session: string | null;
  /** Of the session: the one that started it, for sub-agents. */
  parentSession: string | null;
  folder: string | null;
}

/** One message: the call that it tells of. A message that is still being written tells of none yet. */
export function readMessage(value: unknown, context: MessageContext): LineReading {
  const message = fieldsOf(value);
  const tokens = message["tokens"];
  if (message["role"] !== "assistant" || typeof tokens !== "object" || tokens === null) return NO_CALL;
  const time = fieldsOf(message["time"]);
  if (time["completed"] === undefined || time["completed"] === null) return NO_CALL;
  try {
    const parts = partsOf(fieldsOf(tokens));
    if (!isAnyUsed(parts)) return { leftOut: "messages without tokens" };
    return eventOf(message, parts, time, context);
  } catch (error) {
    if (error instanceof BadValue) return problem(message, context, error.message);
    throw error;
  }
}

const NO_CALL: LineReading = { events: [] };

function problem(message: Fields, context: MessageContext, reason: string): LineReading {
  return { problem: `message ${context.id ?? textOf(message["id"]) ?? "without id"}: ${reason}` };
}

function partsOf(tokens: Fields): TokenParts {
  const cache = fieldsOf(tokens["cache"]);
  return {
    input: countIn(tokens, "input"),
    cacheRead: countIn(cache, "read"),
    cacheWrite: countIn(cache, "write"),
    output: countIn(tokens, "output"),
    reasoning: countIn(tokens, "reasoning"),
  };
}

function eventOf(message: Fields, parts: TokenParts, time: Fields, context: MessageContext): LineReading {
  const asked = fieldsOf(message["model"]);
  const model = firstText(message, "modelID") ?? firstText(asked, "modelID", "id");
  if (model === null) return problem(message, context, "modelID is missing");
  const createdAt = time["created"];
  if (typeof createdAt !== "number" || !Number.isInteger(createdAt) || createdAt <= 0) {
    return problem(message, context, "time.created is not an instant");
  }
  const providerId = firstText(message, "providerID") ?? firstText(asked, "providerID");
  const toolCostUsd = amountOf(message["cost"]);
  const billing = billingOf(providerId, model, toolCostUsd);
  const path = fieldsOf(message["path"]);
  const event: WireEvent = codingEvent({
    tool: context.tool,
    // a fork copies messages under ids of its own, and says nothing of where they come from
    id: eventIdOfContent(context.tool, createdAt, time["completed"], providerId, model, parts),
    occurredAt: createdAt,
    provider: billing.provider,
    model,
    usage: usageOfParts(parts),
    folder: firstText(path, "cwd", "root") ?? context.folder,
    session: context.session ?? textOf(message["sessionID"]),
    subagent: context.parentSession === null ? null : (firstText(message, "agent", "mode") ?? true),
    isCoveredByPlan: billing.isCoveredByPlan,
    metadata: {
      messageId: context.id ?? textOf(message["id"]),
      toolCostUsd,
      toolProvider: providerId === billing.provider ? null : providerId,
      agent: firstText(message, "agent", "mode"),
      parentSession: context.parentSession,
    },
  });
  if (billing.isCostReported && toolCostUsd! <= MAX_COST_USD) event.reportedCostUsd = nanoExact(toolCostUsd!);
  const durationMs = (time["completed"] as number) - createdAt;
  if (Number.isInteger(durationMs) && durationMs >= 0) event.durationMs = durationMs;
  return { events: [event] };
}

/** As precise as money is kept. */
function nanoExact(usd: number): number {
  return Number(usd.toFixed(9));
}
