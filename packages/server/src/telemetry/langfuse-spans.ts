import { cleanMessage, cleanTags, cleanText, readAttributes, readGenAiSpan } from "@outlay/providers";
import type { Attributes, TelemetrySpan } from "@outlay/providers";
import { addAttribution } from "./add-attribution.ts";
import type { LangfuseItem, ObservationFacts, TraceFacts } from "./langfuse-items.ts";

/**
 * Reads a span of Langfuse's newer clients as what it says of its trace and of one observation. What a client sets for
 * the whole trace may stand on any one of its spans.
 */
export function readLangfuseSpan(span: TelemetrySpan): LangfuseItem[] {
  return [
    { about: "trace", facts: readTrace(span) },
    { about: "observation", facts: readObservation(span) },
  ];
}

function readTrace({ traceId, attributes, resource }: TelemetrySpan): TraceFacts {
  const { user, session, environment, tags: found } = readAttributes(attributes, resource).event;
  const event: TraceFacts["event"] = {};
  if (user != null) event.user = user;
  if (session != null) event.session = session;
  if (environment != null && environment !== "default") event.environment = environment;
  const name = textOf(attributes, "langfuse.trace.name");
  if (name !== null) event.agent = name;
  const versions = ["release", "version"].flatMap((key): [string, string][] => {
    const value = textOf(attributes, `langfuse.${key}`) ?? textOf(resource, `langfuse.${key}`);
    return value === null ? [] : [[key, value]];
  });
  const tags = { ...found, ...cleanTags(versions) };
  if (Object.keys(tags).length > 0) event.tags = tags;
  return { id: traceId, event };
}

function readObservation(span: TelemetrySpan): ObservationFacts {
  const { traceId, spanId, parentSpanId, startMs, endMs, attributes, resource } = span;
  const reading = readGenAiSpan(span);
  const facts: ObservationFacts = {
    id: spanId,
    traceId,
    kind: reading?.kind === "call" ? "call" : "other",
    heardMs: startMs,
    startMs,
    endMs,
    event: {},
  };
  if (parentSpanId !== null) facts.parentId = parentSpanId;
  if (reading === null) return facts;
  const { provider, model, requestedModel, operation, usage, serviceTier, reportedCostUsd } = reading.event;
  const { team, project, customer, activity, category, variant, success, errorType, errorMessage } = reading.event;
  const { timeToFirstTokenMs } = reading.event;
  const said = { provider, model, requestedModel, operation, usage, serviceTier, reportedCostUsd };
  const owners = { team, project, customer, category, variant, success, errorType, errorMessage };
  const all = { ...said, ...owners, activity: activity ?? cleanText(span.name) };
  facts.event = Object.fromEntries(Object.entries(all).filter(([, value]) => value != null));
  addAttribution(facts.event as typeof reading.event, attributes, resource);
  delete facts.event.tags;
  if (textOf(attributes, "langfuse.observation.level")?.toUpperCase() === "ERROR") {
    facts.event.success = false;
    facts.event.errorType ??= "error";
    const message = attributes["langfuse.observation.status_message"];
    const clean = typeof message === "string" ? cleanMessage(message) : null;
    if (clean !== null) facts.event.errorMessage ??= clean;
  }
  const firstTokenMs =
    completionStartMs(attributes) ?? (timeToFirstTokenMs == null ? null : startMs + timeToFirstTokenMs);
  if (firstTokenMs !== null) facts.firstTokenMs = firstTokenMs;
  return facts;
}

/** An instant that its client wrote as JSON: text in quotes. */
function completionStartMs(attributes: Attributes): number | null {
  const ms = Date.parse(textOf(attributes, "langfuse.observation.completion_start_time")?.replaceAll('"', "") ?? "");
  return Number.isNaN(ms) ? null : ms;
}

function textOf(attributes: Attributes, name: string): string | null {
  const value = attributes[name];
  return typeof value === "string" ? cleanText(value) : null;
}
