import { MAX_COUNT, parseInstant, type EventUsage } from "@outlay/core";
import { fieldsOf, firstText, textOf, type Fields } from "../read-values.ts";

/** A call in a record of Copilot's telemetry. */
export interface TelemetryCall {
  /** Which kind of record tells it, the best first: the same call may be in several. */
  rank: 0 | 1 | 2 | 3;
  trace: string | null;
  /** The same in all records of the call. */
  name: string | null;
  session: string | null;
  occurredAt: number | null;
  durationMs: number | null;
  model: string | null;
  requestedModel: string | null;
  provider: string | null;
  agent: string | null;
  usage: EventUsage | null;
}

/** Null: the record tells of no tokens. */
export function telemetryCallOf(record: unknown): TelemetryCall | null {
  const told = fieldsOf(record);
  const attributes = fieldsOf(told["attributes"]);
  const rank = rankOf(told, attributes);
  if (rank === null) return null;
  const context = { ...fieldsOf(told["spanContext"]), ...fieldsOf(told["_spanContext"]) };
  const trace = firstText(told, "traceId", "trace_id") ?? firstText(context, "traceId");
  const span = firstText(told, "spanId", "span_id") ?? firstText(context, "spanId");
  const startMs = instantOf(told["startTime"] ?? told["hrTime"] ?? told["timestamp"] ?? told["time"]);
  const endMs = instantOf(told["endTime"]);
  return {
    rank,
    trace,
    name: textOf(attributes["gen_ai.response.id"]) ?? (span === null ? null : `${trace ?? ""}:${span}`),
    session: firstText(
      attributes,
      "gen_ai.conversation.id",
      "copilot_chat.session_id",
      "session.id",
      "github.copilot.interaction_id",
    ),
    occurredAt: startMs ?? endMs,
    durationMs: startMs !== null && endMs !== null && endMs >= startMs ? endMs - startMs : null,
    model: firstText(attributes, "gen_ai.response.model", "gen_ai.request.model"),
    requestedModel: textOf(attributes["gen_ai.request.model"]),
    provider: firstText(attributes, "gen_ai.provider.name", "gen_ai.system"),
    agent: textOf(attributes["gen_ai.agent.name"]),
    usage: usageOf(attributes),
  };
}

/** Chat span, inference log, log of an agent's turn, the span around a whole agent. */
function rankOf(told: Fields, attributes: Fields): TelemetryCall["rank"] | null {
  const operation = textOf(attributes["gen_ai.operation.name"]);
  const name = firstText(told, "eventName", "name", "body") ?? "";
  const event = firstText(attributes, "event.name") ?? name;
  if (event === "gen_ai.client.inference.operation.details") return 1;
  if (event === "copilot_chat.agent.turn") return 2;
  // metrics and logs have names like these, but no place in a trace
  const isSpan = told["startTime"] !== undefined;
  if (isSpan && (operation === "chat" || name.startsWith("chat "))) return 0;
  if (isSpan && (operation === "invoke_agent" || name.startsWith("invoke_agent"))) return 3;
  return null;
}

function usageOf(attributes: Fields): EventUsage | null {
  const pick = (...names: string[]) =>
    names.map((name) => numberOf(attributes[`gen_ai.usage.${name}`])).find((it) => it !== null);
  const input = pick("input_tokens");
  const output = pick("output_tokens");
  if (input === undefined && output === undefined) return null;
  const read = pick("cache_read.input_tokens");
  const write = pick("cache_write.input_tokens", "cache_creation.input_tokens");
  const reasoning = pick("reasoning.output_tokens", "reasoning_tokens");
  const inputTokens = wholeInput(input ?? 0, output ?? 0, read ?? 0, write ?? 0, pick("total_tokens"));
  return {
    inputTokens,
    ...(read === undefined ? {} : { cacheReadTokens: read }),
    ...(write === undefined || write === 0 ? {} : { cacheWriteTokens: write }),
    outputTokens: output ?? 0,
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  };
}

/** By the standard the cache is inside the input; some write it outside. The total tells, or what fits. */
function wholeInput(input: number, output: number, read: number, write: number, total: number | undefined): number {
  const candidates = [input, input + write, input + read + write];
  const isTotal = (candidate: number) => candidate + output === total && candidate >= read + write;
  return candidates.find(isTotal) ?? candidates.find((candidate) => candidate >= read + write) ?? input;
}

/** Exporters write counts as numbers or as text. */
function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return Number.isInteger(number) && (number as number) >= 0 && (number as number) <= MAX_COUNT
    ? (number as number)
    : null;
}

/** `[seconds, nanoseconds]`, milliseconds, or an ISO instant. */
function instantOf(value: unknown): number | null {
  if (typeof value === "string") return parseInstant(value);
  const [seconds, nanos] = Array.isArray(value) ? (value as unknown[]) : [null, null];
  if (typeof seconds === "number" && typeof nanos === "number") return Math.floor(seconds * 1_000 + nanos / 1e6);
  return typeof value === "number" && value > 0 ? Math.floor(value) : null;
}
