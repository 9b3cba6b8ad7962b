import { CallCounter, type AttributeValue, type GenAiReading, type TelemetrySpan } from "@outlay/providers";
import { mergeContext, type CallContext } from "./context.ts";
import type { TrackedCall } from "./tracker.ts";
import { quietly, type WrapperOptions } from "./wrapped-call.ts";

/** What is read of a finished span of `@opentelemetry/sdk-trace-base`, of version 1 or 2. */
export interface FinishedSpan {
  readonly name: string;
  spanContext(): { traceId: string; spanId: string };
  /** Version 2. */
  readonly parentSpanContext?: { spanId: string; isRemote?: boolean } | undefined;
  /** Version 1. */
  readonly parentSpanId?: string | undefined;
  /** Seconds and nanoseconds. */
  readonly startTime: [number, number];
  readonly endTime: [number, number];
  readonly attributes: object;
  readonly events: readonly { name: string; attributes?: object | undefined }[];
  readonly status: { code: number; message?: string | undefined };
  readonly resource: { readonly attributes: object };
  /** Version 2. */
  readonly instrumentationScope?: { name: string; version?: string | undefined };
  /** Version 1. */
  readonly instrumentationLibrary?: { name: string; version?: string | undefined };
}

export interface SpanProcessorOptions extends WrapperOptions {
  /**
   * Which spans are looked at; default: all. For an application that also uses a wrapper of ours: leave out what that one
   * tracks already.
   */
  accept?: (span: FinishedSpan) => boolean;
}

/** Spans that are compared with each other, and traces whose roll-ups wait: some 20 MB at most. */
const MAX_SPANS = 20_000;
const MAX_TRACES = 2_000;
const ERROR_STATUS = 2;

/**
 * A span processor for OpenTelemetry that tracks the model calls among the spans: those of OpenTelemetry's conventions for generative AI,
 * OpenInference, OpenLLMetry, the AI SDK, LangSmith and Langfuse. Agents and wrappers that restate what their calls used are not counted beside
 * them. Prompts and answers in attributes are not read. Needs nothing of OpenTelemetry's packages.
 *
 * @example
 * new NodeTracerProvider({ spanProcessors: [new OutlaySpanProcessor({ outlay })] }).register();
 */
export class OutlaySpanProcessor {
  readonly #options: SpanProcessorOptions;
  readonly #context: CallContext;
  readonly #counter = new CallCounter({ maxSpans: MAX_SPANS });
  /** What `with()` said when a span began. */
  readonly #contexts = new WeakMap<object, CallContext>();
  /** By trace: agents and wrappers, which count only when no call of theirs comes until the trace's root has ended. */
  readonly #waiting = new Map<string, Map<string, { reading: GenAiReading; context: CallContext | undefined }>>();

  constructor(options: SpanProcessorOptions) {
    this.#options = options;
    const { outlay: _, accept: _accept, ...context } = options;
    this.#context = context;
  }

  onStart(span: object): void {
    quietly(() => {
      const context = this.#options.outlay.currentContext?.();
      if (context !== undefined) this.#contexts.set(span, context);
    });
  }

  onEnd(span: FinishedSpan): void {
    quietly(() => {
      if (this.#options.accept?.(span) === false) return;
      this.#take(span);
    });
  }

  /** Tracks the agents and wrappers that still waited for calls of theirs. */
  async forceFlush(): Promise<void> {
    for (const trace of this.#waiting.keys()) quietly(() => this.#release(trace));
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
  }

  #take(span: FinishedSpan): void {
    const read = telemetrySpan(span);
    const { record, retract } = this.#counter.take([read]);
    const { traceId } = span.spanContext();
    const waiting = this.#waiting.get(traceId);
    for (const id of retract) waiting?.delete(id);
    const context = this.#contexts.get(span);
    for (const reading of record) {
      addParent(reading, read);
      if (reading.kind === "call") this.#track(reading, context);
      else this.#wait(traceId, reading, context);
    }
    const parent = span.parentSpanContext;
    const isRoot = (parent === undefined && !span.parentSpanId) || parent?.isRemote === true;
    if (isRoot) this.#release(traceId);
  }

  #wait(traceId: string, reading: GenAiReading, context: CallContext | undefined): void {
    const waiting =
      this.#waiting.get(traceId) ?? new Map<string, { reading: GenAiReading; context: CallContext | undefined }>();
    waiting.set(reading.event.id!, { reading, context });
    this.#waiting.set(traceId, waiting);
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX_TRACES) return;
      this.#release(oldest);
    }
  }

  #release(traceId: string): void {
    const waiting = this.#waiting.get(traceId);
    this.#waiting.delete(traceId);
    for (const { reading, context } of waiting?.values() ?? []) this.#track(reading, context);
  }

  #track({ event }: GenAiReading, current: CallContext | undefined): void {
    const context = current === undefined ? this.#context : mergeContext(this.#context, current);
    quietly(() => this.#options.outlay.track(event as TrackedCall, context));
  }
}

/** As the OTLP receiver keeps it, for the tree of a trace. */
function addParent({ event }: GenAiReading, { spanId, parentSpanId }: TelemetrySpan): void {
  if (parentSpanId !== null && event.span === spanId) event.metadata = { ...event.metadata, parentSpan: parentSpanId };
}

function telemetrySpan(span: FinishedSpan): TelemetrySpan {
  const { traceId, spanId } = span.spanContext();
  const scope = span.instrumentationScope ?? span.instrumentationLibrary;
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? (span.parentSpanId || null),
    name: span.name,
    startMs: milliseconds(span.startTime),
    endMs: milliseconds(span.endTime),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes ?? {}) })),
    status: { isError: span.status.code === ERROR_STATUS, message: span.status.message ?? null },
    resource: attributesOf(span.resource.attributes),
    scope: { name: scope?.name ?? "", version: scope?.version ?? null },
  };
}

function attributesOf(attributes: object): Record<string, AttributeValue> {
  return attributes as Record<string, AttributeValue>;
}

function milliseconds([seconds, nanoseconds]: [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
