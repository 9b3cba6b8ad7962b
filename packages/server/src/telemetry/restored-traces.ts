import type { WireEvent } from "@outlay/core";
import type { ReadSpan } from "@outlay/providers";
import type { Ledger } from "../ledger/ledger.ts";
import type { StoredEvent } from "../storage/storage.ts";

/** How far back, and how many events: a trace that was open when the server stopped is hours old at most. */
const MAX_AGE_MS = 24 * 3_600_000;
const MAX_EVENTS = 10_000;
const PAGE = 1_000;

/** A stored call, as far as a further telling of it has to be recognised. */
interface StoredCall {
  traceId: string;
  spanId: string;
  responseId: string | null;
  event: Pick<WireEvent, "id" | "usage">;
  by: "span" | "log";
}

/** A stored call of a trace, with the time that it took. */
interface Placed {
  spanId: string;
  parentSpanId: string;
  startMs: number;
  endMs: number;
}

/**
 * What the ledger knows of traces from before the server started: which calls were counted, and below which spans.
 *
 * Spans that are no model calls are not stored. So between a stored call and the agent that comes after the restart
 * links may be missing; then the call belongs to the agent in whose time it lies.
 */
export class RestoredTraces {
  /** To be handed to the counter of calls. */
  readonly spans: ReadSpan[] = [];
  readonly calls: StoredCall[] = [];
  /** Names of services that sent calls. */
  readonly services = new Set<string>();
  readonly #byTrace = new Map<string, Placed[]>();
  /** Spans that have come since: they know their parents themselves. */
  readonly #seen = new Set<string>();

  /** Reads the events of the last day, the newest first, ten thousand at most. */
  static async read(ledger: Ledger): Promise<RestoredTraces> {
    const restored = new RestoredTraces();
    const endMs = ledger.now() + 3_600_000;
    const startMs = ledger.now() - MAX_AGE_MS;
    let cursor: string | undefined;
    for (let read = 0; read < MAX_EVENTS; read += PAGE) {
      const page = await ledger.storage.listEvents({
        startMs,
        endMs,
        filters: [],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const event of page.events) if (event.source === "otlp") restored.#add(event);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    return restored;
  }

  #add(event: StoredEvent): void {
    if (event.metadata?.["fromMetrics"] === true) return;
    if (event.tags?.["service"] !== undefined) this.services.add(event.tags["service"]);
    const { trace: traceId = "", span: spanId = "", metadata = {}, id } = event;
    const isLog = id.startsWith("otel:");
    if (isLog) this.calls.push({ traceId, spanId, responseId: id.slice(5), event, by: "log" });
    if (traceId === "" || spanId === "") return;
    const rest = id.startsWith(`${traceId}:`) ? id.slice(traceId.length + 1) : null;
    const responseId = rest === spanId ? null : rest;
    const kind = metadata["rollup"] === true ? "rollup" : "call";
    if (!isLog && kind === "call") this.calls.push({ traceId, spanId, responseId, event, by: "span" });
    const parentSpanId = typeof metadata["parentSpan"] === "string" ? metadata["parentSpan"] : null;
    const ownId = isLog ? `log:${id}` : spanId;
    const below = isLog ? spanId : parentSpanId;
    this.spans.push({
      traceId,
      spanId: ownId,
      parentSpanId: below,
      reading: { kind, event: wireOf(event), responseId },
    });
    if (below === null) return;
    const startMs = event.occurredAtMs;
    const placed = { spanId: ownId, parentSpanId: below, startMs, endMs: startMs + (event.durationMs ?? 0) };
    const others = this.#byTrace.get(traceId);
    if (others === undefined) this.#byTrace.set(traceId, [placed]);
    else others.push(placed);
  }

  /**
   * Links that lead from stored calls to the roll-ups among new spans where nothing else does. Handing them to the
   * counter says that the call's parent is a child of the roll-up.
   */
  linksOf(spans: ReadSpan[]): ReadSpan[] {
    if (this.#byTrace.size === 0) return [];
    for (const { traceId, spanId } of spans) {
      if (this.#byTrace.has(traceId)) this.#seen.add(`${traceId}:${spanId}`);
    }
    return spans.flatMap((span) => (span.reading?.kind === "rollup" ? this.#linksTo(span) : []));
  }

  #linksTo({ traceId, spanId, reading }: ReadSpan): ReadSpan[] {
    const { occurredAt, durationMs } = reading!.event;
    const startMs = Number(occurredAt);
    const endMs = startMs + (durationMs ?? 0);
    const inside = (this.#byTrace.get(traceId) ?? []).filter(
      (call) =>
        call.parentSpanId !== spanId &&
        !this.#seen.has(`${traceId}:${call.parentSpanId}`) &&
        call.startMs >= Math.floor(startMs) &&
        call.endMs <= endMs + 1,
    );
    return inside.map((call) => {
      this.#seen.add(`${traceId}:${call.parentSpanId}`);
      return { traceId, spanId: call.parentSpanId, parentSpanId: spanId, reading: null };
    });
  }
}

/** As far as the counter of calls looks at it. */
function wireOf({ id, provider, model, usage, reportedNanoUsd, metadata }: StoredEvent): WireEvent {
  const reportedCostUsd = reportedNanoUsd === null ? null : reportedNanoUsd / 1e9;
  return { id, provider, model, usage, reportedCostUsd, ...(metadata === undefined ? {} : { metadata }) };
}
