import { readGenAiSpan, type GenAiReading } from "./read-gen-ai-span.ts";
import type { TelemetrySpan } from "./telemetry-span.ts";

/** What further spans change. */
export interface Counted {
  /** Readings that count. An id that was there before is the same call again. */
  record: GenAiReading[];
  /** Ids of events that counted before and turned out to restate calls that are counted themselves. */
  retract: string[];
}

/** A finished span with its reading; also a log record, which stands below the span that it was written in. */
export interface ReadSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  /** Null: it is no model call, and only connects others. */
  reading: GenAiReading | null;
}

/** What is known of one span; of a parent that has not come yet only what lies below it. */
interface Node {
  parent: string | null;
  reading: GenAiReading | null;
  isCounted: boolean;
  below: Sum;
  /** What its parent's `below` has of it. */
  handedUp: Sum;
  /** The last batch that touched it, and whether it counted before that. */
  batch: number;
  wasCounted: boolean;
}

interface Sum {
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

/** Deeper than any real trace: stops at spans that are their own ancestors. */
const MAX_DEPTH = 256;

/**
 * Counts every call once where spans restate others: an agent what its calls used, an instrumented framework what the
 * instrumented client below it used. Spans may come in any order and in any batches.
 *
 * A roll-up counts while no measured span is below it. A call counts unless what lies below it adds up to the same
 * numbers, or it has none of its own and something below it has.
 */
export class CallCounter {
  readonly #maxYoung: number;
  /** In two generations, of which the older goes as a whole: deleting the oldest of a large map one by one is slow. */
  #young = new Map<string, Node>();
  #old = new Map<string, Node>();
  /** Numbers the batches; what this one touches. */
  #batch = 0;
  #touched: Node[] = [];

  /** Remembers at most `maxSpans` spans, at least half as many; what is older is no longer compared. */
  constructor(options: { maxSpans: number }) {
    this.#maxYoung = Math.ceil(options.maxSpans / 2);
  }

  /** Takes finished spans, those that are no model calls as well: they connect the others. */
  take(spans: readonly TelemetrySpan[]): Counted {
    return this.takeRead(
      spans.map((span) => {
        const { traceId, spanId, parentSpanId } = span;
        return { traceId, spanId, parentSpanId, reading: readGenAiSpan(span) };
      }),
    );
  }

  /** The same for spans that have been read. */
  takeRead(spans: readonly ReadSpan[]): Counted {
    this.#batch += 1;
    this.#touched = [];
    for (const span of spans) this.#add(span);
    this.#forget();
    const record: GenAiReading[] = [];
    const retract = new Set<string>();
    for (const { reading, isCounted, wasCounted } of this.#touched) {
      if (reading === null) continue;
      if (isCounted && !wasCounted) record.push(reading);
      if (!isCounted && wasCounted) retract.add(reading.event.id!);
    }
    if (retract.size > 0) for (const { event } of record) retract.delete(event.id!);
    return { record, retract: [...retract] };
  }

  /** What a span that was taken says; undefined when it is not remembered. */
  readingOf(traceId: string, spanId: string): GenAiReading | null | undefined {
    const key = keyOf(traceId, spanId);
    return (this.#young.get(key) ?? this.#old.get(key))?.reading;
  }

  #add(span: ReadSpan): void {
    const node = this.#nodeOf(keyOf(span.traceId, span.spanId));
    this.#touch(node);
    // A span that is sent again is recorded again, under the same id.
    node.wasCounted = false;
    node.reading = span.reading;
    node.parent = span.parentSpanId === null ? null : keyOf(span.traceId, span.parentSpanId);
    let current: Node | null = node;
    for (let depth = 0; current !== null && depth < MAX_DEPTH; depth += 1) {
      this.#touch(current);
      current = this.#decide(current);
    }
  }

  #touch(node: Node): void {
    if (node.batch === this.#batch) return;
    node.batch = this.#batch;
    node.wasCounted = node.isCounted;
    this.#touched.push(node);
  }

  /** Decides about one span, and hands up what changed; null when nothing above it changes. */
  #decide(node: Node): Node | null {
    node.isCounted = counts(node);
    const now = sumOf(node);
    const then = node.handedUp;
    if (node.parent === null || isSame(now, then)) return null;
    const parent = this.#nodeOf(node.parent);
    parent.below = {
      calls: parent.below.calls + now.calls - then.calls,
      inputTokens: parent.below.inputTokens + now.inputTokens - then.inputTokens,
      outputTokens: parent.below.outputTokens + now.outputTokens - then.outputTokens,
    };
    node.handedUp = now;
    return parent;
  }

  #nodeOf(key: string): Node {
    let node = this.#young.get(key);
    if (node !== undefined) return node;
    node = this.#old.get(key) ?? newNode();
    this.#young.set(key, node);
    return node;
  }

  #forget(): void {
    if (this.#young.size < this.#maxYoung) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}

function keyOf(traceId: string, spanId: string): string {
  return `${traceId}:${spanId}`;
}

function newNode(): Node {
  return {
    parent: null,
    reading: null,
    isCounted: false,
    below: NOTHING,
    handedUp: NOTHING,
    batch: 0,
    wasCounted: false,
  };
}

const NOTHING: Sum = { calls: 0, inputTokens: 0, outputTokens: 0 };

function counts({ reading, below }: Node): boolean {
  if (reading === null) return false;
  if (below.calls === 0) return true;
  if (reading.kind === "rollup") return false;
  const { inputTokens, outputTokens } = tokensOf(reading);
  const isBlank = inputTokens + outputTokens === 0 && reading.event.reportedCostUsd == null;
  return !isBlank && (inputTokens !== below.inputTokens || outputTokens !== below.outputTokens);
}

/** What a span and everything below it used, each call once. */
function sumOf({ reading, isCounted, below }: Node): Sum {
  if (reading === null || !isCounted) return below;
  const { inputTokens, outputTokens } = tokensOf(reading);
  if (reading.event.metadata?.["usageState"] === "absent") return below;
  return {
    calls: below.calls + 1,
    inputTokens: below.inputTokens + inputTokens,
    outputTokens: below.outputTokens + outputTokens,
  };
}

function tokensOf({ event }: GenAiReading): { inputTokens: number; outputTokens: number } {
  return { inputTokens: event.usage?.inputTokens ?? 0, outputTokens: event.usage?.outputTokens ?? 0 };
}

function isSame(a: Sum, b: Sum): boolean {
  return a.calls === b.calls && a.inputTokens === b.inputTokens && a.outputTokens === b.outputTokens;
}
