import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { MAX_ID_LENGTH, MAX_TAGS, type EventUsage, type WireEvent } from "@outlay/core";
import { CallCounter, hasCounts, type GenAiReading, type ReadSpan } from "@outlay/providers";
import type { StoredEvent } from "../storage/storage.ts";
import type { ObservationFacts, TraceFacts } from "./langfuse-items.ts";
import { Recent } from "./recent.ts";

/** What is remembered of recent traces; older ones come from the store when something is said of them again. */
const MAX_OBSERVATIONS = 50_000;
const MAX_TRACES = 20_000;
/** A trace that is described anew reaches so many of its calls, the latest. */
const MAX_OBSERVATIONS_OF_TRACE = 10_000;
/** Spans by which roll-ups are recognised. */
const MAX_SPANS = 100_000;

/** What changed in the ledger: events as they are now, and ids of those that are to go. */
export interface TraceChanges {
  events: WireEvent[];
  removed: string[];
}

interface Observation extends ObservationFacts {
  /** Whose its calls are, as it was stored: for what its trace does not say since the start. */
  stored: Partial<WireEvent>;
  isRecorded: boolean;
}

interface Trace {
  event: TraceFacts["event"];
  observations: Set<string>;
}

/** The event of an observation. */
export function langfuseEventId(observationId: string): string {
  const id = `langfuse:${observationId}`;
  return id.length <= MAX_ID_LENGTH ? id : `langfuse:${hash("sha256", observationId, "hex")}`;
}

/**
 * Traces and observations as they come together, in pieces and in any order: a call is created, updated, belongs to a
 * trace that is described before or after it, and may be restated by a step above it. Gives the event of each call anew
 * whenever something of it changes.
 */
export class LangfuseTraces {
  readonly #observations = new Recent<Observation>(MAX_OBSERVATIONS);
  readonly #traces = new Recent<Trace>(MAX_TRACES);
  /** Of observations that are not known yet. */
  readonly #scores = new Recent<number>(MAX_TRACES);
  readonly #counter = new CallCounter({ maxSpans: MAX_SPANS });

  /** Those of the observations that only the store can know. */
  unknown(ids: Iterable<string>): string[] {
    return [...ids].filter((id) => !this.#isHeard(id));
  }

  /** Whether it was told of, and is not only known to stand above another. */
  #isHeard(id: string): boolean {
    const observation = this.#observations.get(id);
    return observation !== undefined && observation.heardMs !== NOT_HEARD;
  }

  /** The observations of a trace that are known of. */
  observationsOf(traceId: string): Iterable<string> {
    return this.#traces.get(traceId)?.observations ?? [];
  }

  /** Goes on from what was stored. What has been heard since stays. */
  restore(events: StoredEvent[]): void {
    const read: ReadSpan[] = [];
    for (const event of events) {
      const id = event.span;
      if (id === undefined || !event.id.startsWith("langfuse:") || this.#isHeard(id)) continue;
      const observation = observationOf(id, event);
      this.#observations.set(id, observation);
      const trace = this.#traceOf(observation.traceId ?? id);
      remember(trace, id);
      for (const name of OF_TRACE) trace.event[name] ??= observation.stored[name] as never;
      read.push(this.#readSpan(observation), ...this.#restoreSteps(observation, event));
    }
    this.#counter.takeRead(read);
  }

  /** The steps above a stored call, as far as they are not known otherwise. */
  #restoreSteps({ traceId, parentId }: Observation, { metadata }: StoredEvent): ReadSpan[] {
    const ancestors = Array.isArray(metadata?.["ancestors"]) ? (metadata["ancestors"] as string[]) : [];
    const steps: ReadSpan[] = [];
    let id = parentId;
    for (const above of ancestors) {
      if (id === undefined || this.#observations.get(id)) break;
      const step = stepOf(id, traceId ?? id, above);
      this.#observations.set(id, step);
      steps.push(this.#readSpan(step));
      id = above;
    }
    return steps;
  }

  /** Takes what is said of traces, observations and scores, and gives what that changes. */
  take(
    traces: TraceFacts[],
    observations: ObservationFacts[],
    scores: { traceId: string | null; observationId: string | null; value: number }[],
    defaults: Partial<WireEvent>,
  ): TraceChanges {
    const touched = new Set<string>();
    for (const { id, event } of traces) this.#describe(id, event, touched);
    for (const facts of observations) touched.add(this.#merge(facts, defaults));
    for (const { traceId, observationId, value } of scores) {
      const observation = observationId === null ? undefined : this.#observations.get(observationId);
      if (observation) {
        observation.event.score = value;
        touched.add(observation.id);
      } else if (observationId !== null) this.#scores.set(observationId, value);
      else if (traceId !== null) this.#describe(traceId, { score: value }, touched);
    }
    return this.#count([...touched]);
  }

  #describe(id: string, event: TraceFacts["event"], touched: Set<string>): void {
    const trace = this.#traceOf(id);
    const tags = { ...trace.event.tags, ...event.tags };
    const described = { ...trace.event, ...event, ...(Object.keys(tags).length > 0 ? { tags } : {}) };
    if (isDeepStrictEqual(described, trace.event)) return;
    trace.event = described;
    for (const observation of trace.observations) touched.add(observation);
  }

  #merge(facts: ObservationFacts, defaults: Partial<WireEvent>): string {
    const known = this.#observations.get(facts.id);
    const event = { ...known?.event, ...facts.event };
    const score = this.#scores.get(facts.id);
    if (known === undefined && score !== undefined) event.score = score;
    // A step that is updated as a span is still the call that it was created as.
    const kind = known?.kind === "call" ? "call" : facts.kind;
    const stored = known?.stored ?? defaults;
    const heardMs = Math.min(known?.heardMs ?? NOT_HEARD, facts.heardMs);
    const isRecorded = known?.isRecorded ?? false;
    const merged: Observation = { ...known, ...facts, kind, heardMs, event, stored, isRecorded };
    this.#observations.set(facts.id, merged);
    remember(this.#traceOf(merged.traceId ?? facts.id), facts.id);
    return facts.id;
  }

  #traceOf(id: string): Trace {
    const trace = this.#traces.get(id) ?? { event: {}, observations: new Set<string>() };
    this.#traces.set(id, trace);
    return trace;
  }

  #count(ids: string[]): TraceChanges {
    const observations = ids.flatMap((id) => this.#observations.get(id) ?? []);
    const { record, retract } = this.#counter.takeRead(observations.map((observation) => this.#readSpan(observation)));
    const counted = new Set(record.map(({ event }) => event.span));
    const removed = new Set(retract);
    for (const { span } of record.map(({ event }) => event)) this.#mark(span, true);
    for (const observation of observations) {
      if (!observation.isRecorded || counted.has(observation.id)) continue;
      removed.add(langfuseEventId(observation.id));
      observation.isRecorded = false;
    }
    return { events: record.map(({ event }) => event), removed: [...removed] };
  }

  #mark(id: string | null | undefined, isRecorded: boolean): void {
    const observation = id == null ? undefined : this.#observations.get(id);
    if (observation) observation.isRecorded = isRecorded;
  }

  #readSpan(observation: Observation): ReadSpan {
    const { id, traceId = id, parentId = null } = observation;
    return { traceId, spanId: id, parentSpanId: parentId, reading: this.#read(observation) };
  }

  /**
   * The steps that a call stands below: steps are not stored, and after a restart they still connect it with an agent
   * that restates it.
   */
  #above({ parentId }: Observation): { parentSpan?: string; ancestors?: string[] } {
    if (parentId === undefined) return {};
    const ancestors: string[] = [];
    let above = this.#observations.get(parentId)?.parentId;
    while (above !== undefined && ancestors.length < MAX_ANCESTORS) {
      ancestors.push(above);
      above = this.#observations.get(above)?.parentId;
    }
    return { parentSpan: parentId, ...(ancestors.length > 0 ? { ancestors } : {}) };
  }

  #read(observation: Observation): GenAiReading | null {
    const { id, traceId = id, kind, event, stored } = observation;
    const trace = this.#traceOf(traceId).event;
    const usage = (event.usage ?? {}) as EventUsage;
    const isMeasured = hasCounts(usage) || event.reportedCostUsd != null;
    if (!isMeasured && (kind !== "call" || event.model == null)) return null;
    const tags = { ...stored.tags, ...trace.tags, ...event.tags };
    const { startMs = observation.heardMs, endMs, firstTokenMs, promptCharacters, producedCharacters } = observation;
    const result: WireEvent = {
      ...stored,
      operation: "chat",
      ...trace,
      ...event,
      id: langfuseEventId(id),
      model: event.model ?? "unknown",
      provider: event.provider ?? "unknown",
      trace: traceId,
      span: id,
      ...(startMs === undefined ? {} : { occurredAt: startMs }),
      ...durations(startMs, endMs, firstTokenMs),
    };
    // 0 beside tokens is what those say who found no price.
    if (event.reportedCostUsd === 0 && hasCounts(usage)) delete result.reportedCostUsd;
    if (Object.keys(tags).length > 0) result.tags = Object.fromEntries(Object.entries(tags).slice(-MAX_TAGS));
    const metadata = {
      ...this.#above(observation),
      ...(kind === "call" ? {} : { rollup: true }),
      ...(isMeasured ? {} : { usageState: "absent" }),
      // Enough to estimate from, once there is nothing more to come.
      ...(isMeasured || endMs === undefined ? {} : said({ promptCharacters, producedCharacters })),
    };
    if (Object.keys(metadata).length > 0) result.metadata = metadata;
    return { kind: kind === "call" ? "call" : "rollup", event: result, responseId: null };
  }
}

function remember({ observations }: Trace, id: string): void {
  observations.add(id);
  if (observations.size <= MAX_OBSERVATIONS_OF_TRACE) return;
  for (const oldest of observations) {
    observations.delete(oldest);
    return;
  }
}

const NOT_HEARD = Infinity;
/** Deeper steps are not looked for. */
const MAX_ANCESTORS = 16;

const OF_TRACE = ["user", "session", "agent", "environment"] as const satisfies (keyof TraceFacts["event"])[];

function durations(start?: number, end?: number, firstToken?: number): Partial<WireEvent> {
  if (start === undefined) return {};
  return {
    ...(end === undefined ? {} : { durationMs: Math.max(0, end - start) }),
    ...(firstToken === undefined ? {} : { timeToFirstTokenMs: Math.max(0, firstToken - start), streaming: true }),
  };
}

function stepOf(id: string, traceId: string, parentId: string): Observation {
  return { id, traceId, parentId, kind: "other", heardMs: NOT_HEARD, event: {}, stored: {}, isRecorded: false };
}

/** A stored call as it was heard, so that an update can go on from it. */
function observationOf(id: string, stored: StoredEvent): Observation {
  const { provider, model, operation, usage, activity, environment, score, metadata = {} } = stored;
  const { success, errorType, errorMessage, user, session, agent, tags, credential, team, project, customer } = stored;
  const startMs = stored.occurredAtMs;
  const isMeasured = metadata["usageState"] !== "absent";
  const event: Partial<WireEvent> = { provider, model, operation, success, ...(isMeasured ? { usage } : {}) };
  const reported = stored.reportedNanoUsd;
  if (reported !== null) event.reportedCostUsd = reported / 1e9;
  Object.assign(event, said({ activity, errorType, errorMessage, score }));
  const parentId = metadata["parentSpan"];
  return {
    id,
    kind: metadata["rollup"] === true ? "other" : "call",
    startMs,
    heardMs: startMs,
    event,
    stored: said({ user, session, agent, environment, tags, credential, team, project, customer }),
    isRecorded: true,
    ...said({
      traceId: stored.trace,
      parentId: typeof parentId === "string" ? parentId : undefined,
      endMs: stored.durationMs === undefined ? undefined : startMs + stored.durationMs,
      promptCharacters: numberOrNone(metadata["promptCharacters"]),
      producedCharacters: numberOrNone(metadata["producedCharacters"]),
      firstTokenMs: stored.timeToFirstTokenMs === undefined ? undefined : startMs + stored.timeToFirstTokenMs,
    }),
  };
}

const numberOrNone = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function said<T extends object>(facts: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as never;
}
