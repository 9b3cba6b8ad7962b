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
    const before = new Map<Node, boolean>();
    for (const span of spans) this.#add(span, before);
    this.#forget();
    const record: GenAiReading[] = [];
    const retract = new Set<string>();
    for (const [node, wasCounted] of before) {
      if (node.reading === null) continue;
      if (node.isCounted && !wasCounted) record.push(node.reading);
      if (!node.isCounted && wasCounted) retract.add(node.reading.event.id!);
    }
    for (const { event } of record) retract.delete(event.id!);
    return { record, retract: [...retract] };
  }

  #add(span: ReadSpan, before: Map<Node, boolean>): void {
    const node = this.#nodeOf(`${span.traceId}:${span.spanId}`);
    // A span that is sent again is recorded again, under the same id.
    before.set(node, false);
    node.reading = span.reading;
    node.parent = span.parentSpanId === null ? null : `${span.traceId}:${span.parentSpanId}`;
    let current: Node | null = node;
    for (let depth = 0; current !== null && depth < MAX_DEPTH; depth += 1) {
      if (!before.has(current)) before.set(current, current.isCounted);
      current = this.#decide(current);
    }
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
    node = this.#old.get(key) ?? { parent: null, reading: null, isCounted: false, below: NOTHING, handedUp: NOTHING };
    this.#young.set(key, node);
    return node;
  }

  #forget(): void {
    if (this.#young.size < this.#maxYoung) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
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
