import { createHash } from "node:crypto";
import type { EventUsage, WireEvent } from "@outlay/core";
import { cleanMessage, hasCounts, readAttributes, type AttributeFacts, type Attributes } from "@outlay/providers";
import { addAttribution, type Sender } from "./add-attribution.ts";
import { codingToolOf } from "./coding-tools.ts";
import type { TelemetryLog } from "./otlp-records.ts";

/** What a log record says about a model call. */
export interface LogReading {
  event: WireEvent;
  /** The provider's or the tool's id of the call, by which its span or another record of it is known; null: none. */
  responseId: string | null;
}

/** Facts of the call, and what its tool calls it. */
interface LogFacts {
  facts: AttributeFacts;
  /** Ids of the call, the best first. */
  ids: unknown[];
  /** The record was written when the call ended, so many milliseconds after its start. */
  durationMs: number | null;
  failure: { type: string; message: unknown } | null;
  metadata: Record<string, unknown>;
}

/**
 * Reads a log record that stands for one model call: those of Claude Code, Codex, Gemini CLI and its relatives, and the
 * event of OpenTelemetry's conventions. Null: it stands for none, or repeats what another record of the same tool says.
 */
export function readLog(log: TelemetryLog, sender: Sender): LogReading | null {
  const read = readerOf(log);
  const found = read === null ? null : read(log);
  if (found === null) return null;
  const { facts, durationMs, failure, metadata } = found;
  const responseId = found.ids.find((id): id is string => typeof id === "string" && id.length >= 8) ?? null;
  const event: WireEvent = {
    id: responseId === null ? `otel:${fingerprint(log)}` : `otel:${responseId.slice(0, 100)}`,
    occurredAt: log.timeMs - (durationMs ?? 0),
    ...facts.event,
    model: facts.event.model ?? "unknown",
    operation: "chat",
    success: failure === null,
    metadata: { ...facts.event.metadata, ...known(metadata), instrumentation: log.name },
  };
  if (log.timeMs === 0) delete event.occurredAt;
  if (durationMs !== null) event.durationMs = durationMs;
  if (log.traceId !== "") event.trace = log.traceId;
  if (log.spanId !== "") event.span = log.spanId;
  if (failure !== null) {
    event.errorType = failure.type;
    const message = typeof failure.message === "string" ? cleanMessage(failure.message) : null;
    if (message !== null) event.errorMessage = message;
  }
  addAttribution(event, log.attributes, log.resource, sender);
  return { event, responseId };
}

type LogReader = (log: TelemetryLog) => LogFacts | null;

function readerOf({ name, scope, resource }: TelemetryLog): LogReader | null {
  switch (name.slice(name.lastIndexOf(".") + 1)) {
    case "api_request":
      return isClaudeCode(name, scope.name) ? readClaudeRequest : null;
    case "api_error":
      if (isClaudeCode(name, scope.name)) return readClaudeError;
      return isGeminiLike(name) ? readGeminiError : null;
    case "api_response":
      return isGeminiLike(name) ? readGeminiResponse : null;
    case "sse_event":
      return name === "codex.sse_event" ? readCodexEvent : null;
    case "details":
      // Gemini CLI and its relatives write this one beside their own, twice for each call
      return name === "gen_ai.client.inference.operation.details" && !isGeminiTool(resource) ? readInference : null;
    default:
      return null;
  }
}

function isClaudeCode(name: string, scope: string): boolean {
  return name.startsWith("claude_code.") || scope.startsWith("com.anthropic.claude_code");
}

function isGeminiLike(name: string): boolean {
  return name.startsWith("gemini_cli.") || name.startsWith("qwen-code.");
}

function isGeminiTool(resource: Attributes): boolean {
  const tool = codingToolOf(resource);
  return tool === "gemini-cli" || tool === "qwen-code";
}

/** https://code.claude.com/docs/en/monitoring-usage: input excludes cache; numbers are texts in older versions. */
function readClaudeRequest({ attributes, resource }: TelemetryLog): LogFacts {
  const facts = withoutToolCost(readAttributes(attributes, resource, { cache: "outside" }));
  if (attributes["speed"] === "fast") facts.event.serviceTier = "fast";
  return {
    facts,
    ids: claudeIds(attributes),
    durationMs: numberOf(attributes["duration_ms"]),
    failure: null,
    metadata: {
      requestId: attributes["request_id"],
      toolCostUsd: numberOf(attributes["cost_usd"]),
      querySource: attributes["query_source"],
      effort: attributes["effort"],
      subagent: attributes["agent.name"],
    },
  };
}

function readClaudeError({ attributes, resource }: TelemetryLog): LogFacts {
  return {
    facts: readAttributes(attributes, resource, { cache: "outside" }),
    ids: claudeIds(attributes),
    durationMs: numberOf(attributes["duration_ms"]),
    failure: failureOf(attributes),
    metadata: { querySource: attributes["query_source"] },
  };
}

function claudeIds(attributes: Attributes): unknown[] {
  const session = attributes["session.id"];
  const sequence = attributes["event.sequence"];
  const inSession = session !== undefined && sequence !== undefined ? `${String(session)}:${String(sequence)}` : null;
  return [attributes["request_id"], attributes["message.uuid"], attributes["client_request_id"], inSession];
}

/** A stream of Codex has many events; the last has the counts. Its `tool_token_count` is in truth the total. */
function readCodexEvent({ attributes, resource }: TelemetryLog): LogFacts | null {
  const kind = attributes["event.kind"];
  if (kind !== "response.completed" && kind !== "response.failed") return null;
  const facts = readAttributes(attributes, resource);
  if (facts.event.provider === "unknown") facts.event.provider = "openai";
  return {
    facts,
    ids: [],
    durationMs: null,
    failure: kind === "response.failed" ? failureOf(attributes) : null,
    metadata: { authMode: attributes["auth_mode"] },
  };
}

/**
 * Thoughts and the prompt of tools stand beside the counts, cached tokens inside:
 *
 *   input 15,327, output 23, cached 11,526, thoughts 919, tool 7, total 16,276
 *   → input 15,334, of it cached 11,526; output 942, of it reasoning 919
 */
function readGeminiResponse({ attributes, resource }: TelemetryLog): LogFacts {
  const facts = readAttributes(attributes, resource);
  if (facts.event.provider === "unknown") facts.event.provider = "google";
  const thoughts = numberOf(attributes["thoughts_token_count"]) ?? 0;
  const usage: EventUsage = {
    inputTokens: (numberOf(attributes["input_token_count"]) ?? 0) + (numberOf(attributes["tool_token_count"]) ?? 0),
    outputTokens: (numberOf(attributes["output_token_count"]) ?? 0) + thoughts,
  };
  const cached = numberOf(attributes["cached_content_token_count"]) ?? 0;
  if (cached > 0) usage.cacheReadTokens = Math.min(cached, usage.inputTokens!);
  if (thoughts > 0) usage.reasoningTokens = thoughts;
  if (hasCounts(usage)) facts.event.usage = usage;
  return {
    facts,
    ids: [],
    durationMs: numberOf(attributes["duration_ms"]),
    failure: null,
    metadata: { role: attributes["role"], authType: attributes["auth_type"] },
  };
}

function readGeminiError({ attributes, resource }: TelemetryLog): LogFacts {
  const facts = readAttributes(attributes, resource);
  if (facts.event.provider === "unknown") facts.event.provider = "google";
  return {
    facts,
    ids: [],
    durationMs: numberOf(attributes["duration_ms"]),
    failure: failureOf(attributes),
    metadata: { authType: attributes["auth_type"] },
  };
}

/** The event of OpenTelemetry's conventions; one without counts and without an error tells of a request only. */
function readInference({ attributes, resource }: TelemetryLog): LogFacts | null {
  const facts = readAttributes(attributes, resource);
  const failure = attributes["error.type"] === undefined ? null : failureOf(attributes);
  const isCall = hasCounts(facts.usage) || facts.event.reportedCostUsd != null || failure !== null;
  if (!isCall || attributes["gen_ai.operation.name"] === "invoke_agent") return null;
  return { facts, ids: [facts.responseId], durationMs: null, failure, metadata: {} };
}

function failureOf(attributes: Attributes): { type: string; message: unknown } {
  const status = attributes["status_code"] ?? attributes["http.response.status_code"];
  const named = attributes["error.type"] ?? attributes["error_type"];
  const type = typeof named === "string" && named !== "" ? named : status === undefined ? "error" : `http_${status}`;
  return { type: type.slice(0, 200), message: attributes["error.message"] ?? attributes["error"] };
}

/** What a tool reckons by its own price list is no bill: it does not count as what the provider charged. */
function withoutToolCost(facts: AttributeFacts): AttributeFacts {
  delete facts.event.reportedCostUsd;
  return facts;
}

function known(metadata: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined && value !== null));
}

function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : null;
}

/** Where a record has no id of its own: the same for the same record, however often it is sent. */
function fingerprint({ name, timeMs, traceId, spanId, attributes, resource }: TelemetryLog): string {
  const content = JSON.stringify([name, timeMs, traceId, spanId, attributes, resource]);
  return createHash("sha256").update(content).digest("base64url").slice(0, 32);
}
