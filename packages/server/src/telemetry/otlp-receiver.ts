import { MAX_EVENTS_PER_BATCH, type WireEvent } from "@outlay/core";
import { CallCounter, readAttributes, readGenAiSpan, type GenAiReading, type ReadSpan } from "@outlay/providers";
import type { Attributes, TelemetrySpan } from "@outlay/providers";
import type { RecordAnswer } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { toldElsewhere } from "../ledger/told-elsewhere.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { removeUsage, reviseUsage } from "../ledger/revise-usage.ts";
import { addAttribution, type Sender } from "./add-attribution.ts";
import { MetricCounts } from "./metric-counts.ts";
import { decodeSpans, type OtlpBody } from "./decode.ts";
import type { Decoded, MetricPoint, TelemetryLog } from "./otlp-records.ts";
import { readLog } from "./read-log.ts";
import { Recent } from "./recent.ts";
import { RestoredTraces } from "./restored-traces.ts";
import { tokenKindOf } from "./token-metrics.ts";

/** What became of one request's items. */
export interface Received {
  rejected: number;
  /** Why the first of them was rejected, or a warning; null: all is well. */
  message: string | null;
}

/** Spans that are remembered to find what restates what: some 400 bytes each. */
const MAX_SPANS = 100_000;
/** Calls that are remembered to find the same one in spans and logs. */
const MAX_CALLS = 50_000;
const MAX_SERVICES = 1_000;

/** The door that events of OTLP come through. */
const SOURCE = "otlp";
/** Source of what is imported from the logs of the one tool whose telemetry and logs have ids in common. */
const CLAUDE_CODE = "claude-code";

/** A call that was counted, as far as another telling of it is compared. */
type ToldCall = Pick<WireEvent, "id" | "usage">;

/** What is kept of a span. */
interface SpanReading extends ReadSpan {
  name: string;
  resource: Attributes;
}

/**
 * Turns spans and log records into usage events, each call once: whoever tells it (its span, its log record), in
 * whatever order, however often it is sent, and not again in the roll-up of the agent that made it. After a restart it
 * goes on from what is stored.
 */
export class OtlpReceiver {
  readonly #ledger: Ledger;
  readonly #counter = new CallCounter({ maxSpans: MAX_SPANS });
  /** Calls that spans told, by the provider's id; by their spans the counter knows them. */
  readonly #spansByResponse = new Recent<ToldCall>(MAX_CALLS);
  /** Calls that log records told, by the `trace:span` that they were written in, and by the provider's id. */
  readonly #logsBySpan = new Recent<ToldCall>(MAX_CALLS);
  readonly #logsByResponse = new Recent<ToldCall>(MAX_CALLS);
  /** Events that turned out to restate others. They stay here until the store has removed them. */
  readonly #toRemove = new Set<string>();
  /** What is being recorded: an event must be stored before it can be removed. */
  readonly #running = new Set<Promise<unknown>>();
  #restored: Promise<RestoredTraces> | null = null;
  readonly #metricCounts: MetricCounts;
  /** Services of which spans or log records told of calls. */
  readonly #services = new Recent<true>(MAX_SERVICES);
  /** Services whose senders have been told that their metrics are not counted. */
  readonly #warned = new Recent<true>(MAX_SERVICES);

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#metricCounts = new MetricCounts(ledger);
  }

  /** Records the model calls among the spans of a request. Rejects when the store fails: then all of it may be sent again. */
  async spansOf(body: OtlpBody, sender: Sender = {}): Promise<Received> {
    return this.#takeSpans(decodeSpans(body, (span) => readCall(span, sender)));
  }

  /** The same for spans that have been decoded. */
  async spans({ items, rejected }: Decoded<TelemetrySpan>, sender: Sender = {}): Promise<Received> {
    return this.#takeSpans({ items: items.map((span) => readCall(span, sender)), rejected });
  }

  async #takeSpans({ items, rejected }: Decoded<SpanReading>): Promise<Received> {
    const restored = await this.#restore();
    const received: Received = { rejected, message: rejected > 0 ? NOT_READABLE : null };
    const larger: WireEvent[] = [];
    const read = items.filter((span) => isIdentified(span, received));
    for (const span of read) if (span.reading !== null) this.#takeSpan(span, span.reading, larger);
    const counted = this.#counter.takeRead(read);
    const links = restored.linksOf(read);
    const removed = new Set(links.length > 0 ? this.#counter.takeRead(links).retract : []);
    for (const id of counted.retract) this.#toRemove.add(id);
    for (const id of removed) this.#toRemove.add(id);
    const events = counted.record.map(({ event }) => event);
    await this.#record(removed.size === 0 ? events : events.filter(({ id }) => !removed.has(id!)), larger, received);
    return received;
  }

  /** Records the model calls among log records. Rejects when the store fails: then all of it may be sent again. */
  async logs({ items, rejected }: Decoded<TelemetryLog>, sender: Sender = {}): Promise<Received> {
    await this.#restore();
    const received: Received = { rejected, message: rejected > 0 ? NOT_READABLE : null };
    const read: ReadSpan[] = [];
    const events: WireEvent[] = [];
    const larger: WireEvent[] = [];
    for (const log of items) {
      const reading = readLog(log, sender);
      if (reading === null) continue;
      this.#services.set(serviceOf(log.resource), true);
      const { event, responseId } = reading;
      const told = this.#toldBySpan(log.traceId, log.spanId, responseId);
      if (told !== undefined) {
        const again = { ...event, id: told.id };
        if (tokensOf(event) > tokensOf(told)) larger.push(again);
        else events.push(again);
        continue;
      }
      this.#rememberLog(log.traceId, log.spanId, responseId, event);
      if (log.spanId === "") events.push(event);
      else read.push(belowItsSpan(log, { kind: "call", event, responseId }));
    }
    const counted = this.#counter.takeRead(read);
    for (const id of counted.retract) this.#toRemove.add(id);
    await this.#record([...events, ...counted.record.map((reading) => reading.event)], larger, received);
    return received;
  }

  /**
   * Takes the points of metrics. Spans and log records say the same of each call, so tokens of metrics are counted only
   * when the sender says that it has nothing else (`countTokens`), and not when it turns out otherwise.
   */
  async metrics(
    { items, rejected }: Decoded<MetricPoint>,
    options: { countTokens: boolean; sender?: Sender },
  ): Promise<Received> {
    await this.#restore();
    const received: Received = { rejected, message: rejected > 0 ? NOT_READABLE : null };
    const tokens = items.filter((point) => tokenKindOf(point) !== null && !this.#hasCalls(point.resource));
    if (options.countTokens) await this.#metricCounts.count(tokens, options.sender);
    else received.message ??= this.#warningFor(tokens);
    return received;
  }

  /** Once for each service that sends tokens as metrics and has sent no calls so far. */
  #warningFor(points: MetricPoint[]): string | null {
    const silent = points.map(({ resource }) => serviceOf(resource)).find((name) => this.#warned.get(name) !== true);
    if (silent === undefined) return null;
    this.#warned.set(silent, true);
    return `Outlay counts calls from spans and log records, of which ${silent || "this sender"} has sent none so far; its metrics are counted when it sends the header x-outlay-metrics: count`;
  }

  #hasCalls(resource: Attributes): boolean {
    return this.#services.get(serviceOf(resource)) === true;
  }

  /** The service of a span that is a call or a roll-up, and whether a log record has told the call before. */
  #takeSpan({ traceId, spanId, resource }: SpanReading, reading: GenAiReading, larger: WireEvent[]): void {
    this.#services.set(serviceOf(resource), true);
    if (reading.kind === "rollup") return;
    const { event, responseId } = reading;
    const told = this.#toldByLog(traceId, spanId, responseId);
    if (told !== undefined) event.id = told.id;
    if (told !== undefined && tokensOf(event) > tokensOf(told)) larger.push(event);
    else if (responseId !== null) this.#spansByResponse.set(responseId, event);
  }

  /** The same call in the words of a span: the one that its log record was written in, or one with the same id. */
  #toldBySpan(traceId: string, spanId: string, responseId: string | null): ToldCall | undefined {
    const reading = spanId === "" ? undefined : this.#counter.readingOf(traceId, spanId);
    if (reading?.kind === "call") return reading.event;
    return responseId === null ? undefined : this.#spansByResponse.get(responseId);
  }

  /** The same call in the words of a log record: written in its span, or with the same id. */
  #toldByLog(traceId: string, spanId: string, responseId: string | null): ToldCall | undefined {
    if (this.#logsBySpan.isEmpty && this.#logsByResponse.isEmpty) return undefined;
    const told = this.#logsBySpan.get(`${traceId}:${spanId}`);
    return told ?? (responseId === null ? undefined : this.#logsByResponse.get(responseId));
  }

  #rememberLog(traceId: string, spanId: string, responseId: string | null, call: ToldCall): void {
    if (spanId !== "") this.#logsBySpan.set(`${traceId}:${spanId}`, call);
    if (responseId !== null) this.#logsByResponse.set(responseId, call);
  }

  async #record(events: WireEvent[], larger: WireEvent[], received: Received): Promise<void> {
    // an id can come back: the same answer told by another span
    if (this.#toRemove.size > 0) for (const { id } of events) this.#toRemove.delete(id!);
    const told = await toldElsewhere(this.#ledger, events, CLAUDE_CODE);
    const untold = told.size === 0 ? events : events.filter((_, place) => !told.has(place));
    const work: Promise<RecordAnswer>[] = [];
    for (const batch of batches(untold)) work.push(recordUsage(this.#ledger, batch, { source: SOURCE }));
    for (const batch of batches(larger)) {
      work.push(reviseUsage(this.#ledger, batch, { source: SOURCE, keep: "largest" }));
    }
    for (const promise of work) this.#track(promise);
    for (const answer of await Promise.all(work)) {
      received.rejected += answer.rejected.length;
      received.message ??= answer.rejected[0]?.reason ?? null;
    }
    await this.#remove();
  }

  #track(promise: Promise<unknown>): void {
    const settled = promise.catch(() => {}).finally(() => this.#running.delete(settled));
    this.#running.add(settled);
  }

  async #remove(): Promise<void> {
    if (this.#toRemove.size === 0) return;
    await Promise.all(this.#running);
    for (const ids of batches([...this.#toRemove])) {
      await removeUsage(this.#ledger, ids);
      for (const id of ids) this.#toRemove.delete(id);
    }
  }

  /** Reads what was stored before the start, once; after a failure the next request tries again. */
  #restore(): Promise<RestoredTraces> {
    this.#restored ??= RestoredTraces.read(this.#ledger).then(
      (restored) => {
        const counted = new Set(this.#counter.takeRead(restored.spans).record.map(({ event }) => event.id));
        // stopped between recording a call and removing the roll-up above it
        for (const { reading } of restored.spans)
          if (!counted.has(reading!.event.id)) this.#toRemove.add(reading!.event.id!);
        for (const { traceId, spanId, responseId, event, by } of restored.calls) {
          if (by === "log") this.#rememberLog(traceId, spanId, responseId, event);
          else if (responseId !== null) this.#spansByResponse.set(responseId, event);
        }
        for (const service of restored.services) this.#services.set(service, true);
        return restored;
      },
      (error: unknown) => {
        this.#restored = null;
        throw error;
      },
    );
    return this.#restored;
  }
}

const NOT_READABLE = "some items are no objects";

/** A span that is a call must have ids. */
function isIdentified({ traceId, spanId, name, reading }: SpanReading, received: Received): boolean {
  if (traceId !== "" && spanId !== "") return true;
  if (reading === null) return false;
  received.rejected += 1;
  received.message ??= `the span "${name.slice(0, 100)}" has no trace id or no span id`;
  return false;
}

/** A span as far as it is needed, with the event that it stands for. */
function readCall(span: TelemetrySpan, sender: Sender): SpanReading {
  const { traceId, spanId, parentSpanId, name, resource } = span;
  const reading = readSpan(span);
  if (reading !== null) {
    const { event } = reading;
    addAttribution(event, span.attributes, resource, sender);
    if (span.startMs === 0) delete event.occurredAt;
    const metadata = (event.metadata ??= {});
    if (parentSpanId !== null) metadata["parentSpan"] = parentSpanId;
    if (reading.kind === "rollup") metadata["rollup"] = true;
  }
  return { traceId, spanId, parentSpanId, reading, name, resource };
}

/** Claude Code's own spans count as its log records do, and their cost is its own reckoning. */
function readSpan(span: TelemetrySpan): GenAiReading | null {
  const reading = readGenAiSpan(span);
  if (reading === null || span.name !== "claude_code.llm_request") return reading;
  const { usage } = readAttributes(span.attributes, span.resource, { cache: "outside" });
  const { reportedCostUsd: _, ...event } = { ...reading.event, usage };
  const requestId = span.attributes["request_id"];
  if (typeof requestId !== "string") return { ...reading, event };
  return { ...reading, event: { ...event, metadata: { ...event.metadata, requestId } }, responseId: requestId };
}

/** A log record stands below the span that it was written in, under a name of its own. */
function belowItsSpan(log: TelemetryLog, reading: GenAiReading): ReadSpan {
  return { traceId: log.traceId, spanId: `log:${reading.event.id}`, parentSpanId: log.spanId, reading };
}

function serviceOf(resource: Attributes): string {
  const name = resource["service.name"];
  return typeof name === "string" ? name : "";
}

function tokensOf({ usage }: ToldCall): number {
  return (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
}

function batches<T>(items: T[]): T[][] {
  const result: T[][] = [];
  for (let at = 0; at < items.length; at += MAX_EVENTS_PER_BATCH)
    result.push(items.slice(at, at + MAX_EVENTS_PER_BATCH));
  return result;
}
