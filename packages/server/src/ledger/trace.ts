import { InvalidInput, shown, sumNanoUsd, usdNumber } from "@outlay/core";
import type { Filter, StoredEvent } from "../storage/storage.ts";
import type { QueryParams, TraceAnswer, TraceSpan, TraceStep } from "./answers.ts";
import type { Ledger } from "./ledger.ts";
import { readParameters } from "./parameters.ts";
import { arrangeSpans, type PlacedSpan } from "./span-tree.ts";

/** Spans in one answer. */
const MAX_SPANS = 5_000;
const PAGE = 1_000;
const DAY_MS = 86_400_000;
/** How far before and after a known call the others of its trace are looked for. */
const AROUND_MS = DAY_MS;
/** How far back a trace is looked for when no call of it is known: traces are in no index. */
const LOOK_BACK_MS = 31 * DAY_MS;

/**
 * The calls of one trace as a tree. `at` is the instant of any of its calls: without it the trace is looked for in the last
 * 31 days, which reads all of their calls when it is not there. InvalidInput `trace_not_found` (404), `invalid_parameter`.
 */
export async function trace(ledger: Ledger, id: string, params: QueryParams): Promise<TraceAnswer> {
  const aboutMs = readInstant(readParameters(params, ["at"]).one("at")) ?? (await newestCallMs(ledger, id));
  const { events, truncated } = aboutMs === null ? NONE : await eventsAround(ledger, id, aboutMs);
  const first = events[0];
  if (first === undefined) throw notFound(id, aboutMs);
  const placed = arrangeSpans(events);
  const startMs = first.occurredAtMs;
  const tokens = events.map(tokensOf).filter((count) => count !== null);
  return {
    trace: id,
    startedAt: new Date(startMs).toISOString(),
    durationMs: endOf(events) - startMs,
    cost: costOf(events),
    calls: events.length,
    errors: events.filter(({ success }) => !success).length,
    tokens: tokens.length === 0 ? null : sumOf(tokens),
    unpricedCalls: events.filter(({ costNanoUsd }) => costNanoUsd === null).length,
    truncated,
    spans: placed.map((span) => traceSpan(span, startMs)),
    steps: stepsOf(placed, startMs),
  };
}

const NONE = { events: [] as StoredEvent[], truncated: false };

async function newestCallMs(ledger: Ledger, id: string): Promise<number | null> {
  const endMs = ledger.now() + DAY_MS;
  const page = await ledger.storage.listEvents({
    startMs: endMs - LOOK_BACK_MS - DAY_MS,
    endMs,
    filters: [ofTrace(id)],
    limit: 1,
  });
  return page.events[0]?.occurredAtMs ?? null;
}

/** Oldest first; when they are too many, the newest of them. */
async function eventsAround(ledger: Ledger, id: string, aboutMs: number): Promise<typeof NONE> {
  const events: StoredEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.storage.listEvents({
      startMs: aboutMs - AROUND_MS,
      endMs: aboutMs + AROUND_MS,
      filters: [ofTrace(id)],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    events.push(...page.events);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && events.length < MAX_SPANS);
  return { events: events.toReversed(), truncated: cursor !== undefined };
}

function ofTrace(id: string): Filter {
  return { dimension: "trace", values: [id], patterns: [], exclude: false };
}

function readInstant(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidInput("invalid_parameter", `at is ${shown(text)}, but must be an ISO instant`, { field: "at" });
}

function notFound(id: string, aboutMs: number | null): InvalidInput {
  const where =
    aboutMs === null
      ? "in the last 31 days; name the instant of one of its calls as at to look elsewhere"
      : `within a day of ${new Date(aboutMs).toISOString()}; its raw data may have expired`;
  return new InvalidInput("trace_not_found", `there is no call of the trace ${shown(id)} ${where}`, {
    field: "id",
    status: 404,
  });
}

function traceSpan({ event, parent, depth, subtreeNanoUsd }: PlacedSpan, startMs: number): TraceSpan {
  return {
    id: event.id,
    span: event.span ?? null,
    parent: parent?.id ?? null,
    parentSpan: parentSpanOf(event),
    linked: parent !== null,
    depth,
    name: event.activity ?? `${event.operation} ${event.model}`,
    operation: event.operation,
    provider: event.provider,
    model: event.model,
    agent: event.agent ?? null,
    startMs: event.occurredAtMs - startMs,
    durationMs: event.durationMs ?? null,
    costUsd: event.costNanoUsd === null ? null : usdNumber(event.costNanoUsd),
    subtreeCostUsd: subtreeNanoUsd === null ? null : usdNumber(subtreeNanoUsd),
    basis: event.basis,
    tokens: tokensOf(event),
    success: event.success,
    errorType: event.errorType ?? null,
  };
}

function stepsOf(placed: readonly PlacedSpan[], startMs: number): TraceStep[] {
  const known = new Set(placed.map(({ event }) => event.span));
  const below = Map.groupBy(placed, ({ event }) => parentSpanOf(event));
  return [...below]
    .flatMap(([span, calls]) => {
      if (span === null || known.has(span)) return [];
      const events = calls.map(({ event }) => event).toSorted((one, other) => one.occurredAtMs - other.occurredAtMs);
      const firstMs = events[0]!.occurredAtMs;
      const costs = calls.map(({ subtreeNanoUsd }) => subtreeNanoUsd).filter((cost) => cost !== null);
      return {
        span,
        startMs: firstMs - startMs,
        durationMs: endOf(events) - firstMs,
        calls: calls.length,
        costUsd: costs.length === 0 ? null : usdNumber(sumNanoUsd(costs)),
      };
    })
    .toSorted((one, other) => one.startMs - other.startMs);
}

function parentSpanOf({ metadata }: StoredEvent): string | null {
  const span = metadata?.["parentSpan"];
  return typeof span === "string" ? span : null;
}

function endOf(events: readonly StoredEvent[]): number {
  return Math.max(...events.map((event) => event.occurredAtMs + (event.durationMs ?? 0)));
}

/** In dollars, of the calls whose price is known; null when none is. */
function costOf(events: readonly StoredEvent[]): number | null {
  const known = events.map(({ costNanoUsd }) => costNanoUsd).filter((cost) => cost !== null);
  return known.length === 0 ? null : usdNumber(sumNanoUsd(known));
}

/** null: the source said nothing of tokens. */
function tokensOf({ usage: { inputTokens, outputTokens } }: StoredEvent): number | null {
  return inputTokens === undefined && outputTokens === undefined ? null : (inputTokens ?? 0) + (outputTokens ?? 0);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
