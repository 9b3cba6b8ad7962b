import { MAX_TEXT_LENGTH, type EventUsage, type WireEvent } from "@outlay/core";
import { knownOnly, type Fields } from "./read-values.ts";

/** A call of a model by a coding tool. */
export interface CodingCall {
  /** The importer's name; it is the event's agent and source. */
  tool: string;
  id: string;
  /** Milliseconds since 1970. */
  occurredAt: number;
  provider: string;
  model: string;
  /** Where another one was asked for. */
  requestedModel?: string | null;
  usage: EventUsage;
  /** The folder that the tool worked in; its name is the project. */
  folder?: string | null;
  session?: string | null;
  /** Name or kind of the sub-agent that made the call; `true` where only that is known. */
  subagent?: string | true | null;
  serviceTier?: string | null;
  /** A flat fee pays for it: its list price is what it was worth, not what was spent. */
  isCoveredByPlan?: boolean;
  /** Without what is null. */
  metadata?: Fields;
}

/** The call as an event. */
export function codingEvent(call: CodingCall): WireEvent {
  const { subagent = null, requestedModel = null, session = null, serviceTier = null } = call;
  const project = projectOfFolder(call.folder ?? null);
  return {
    id: call.id,
    occurredAt: call.occurredAt,
    provider: call.provider,
    model: call.model,
    operation: "chat",
    usage: call.usage,
    agent: call.tool,
    activity: subagent === null ? "coding" : "coding.subagent",
    source: call.tool,
    ...(requestedModel === null ? {} : { requestedModel }),
    ...(project === null ? {} : { project }),
    ...(session === null ? {} : { session }),
    ...(serviceTier === null ? {} : { serviceTier }),
    ...(call.isCoveredByPlan === true ? { tags: { billing: "subscription" } } : {}),
    metadata: knownOnly({ ...call.metadata, subagent }),
  };
}

/** The last part of a path, of whichever system; null for none. */
function projectOfFolder(path: string | null): string | null {
  const name = path?.split(/[\\/]/).findLast((part) => part !== "") ?? null;
  return name === null ? null : name.slice(0, MAX_TEXT_LENGTH);
}
