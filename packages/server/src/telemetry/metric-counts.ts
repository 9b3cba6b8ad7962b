import { createHash } from "node:crypto";
import type { WireEvent } from "@outlay/core";
import { readAttributes } from "@outlay/providers";
import type { Ledger } from "../ledger/ledger.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { addAttribution, type Sender } from "./add-attribution.ts";
import type { MetricPoint } from "./otlp-records.ts";
import { sharedAttributes, tokenKindOf, usageOfSums, type TokenKind } from "./token-metrics.ts";

/** Under which the state is kept. */
const DOCUMENT = "otlp-metrics";
/** Series that are followed; of those beyond, the ones not heard of the longest are forgotten. */
const MAX_SERIES = 10_000;

/** The last value of a cumulative series. */
interface SeriesState {
  startMs: number;
  timeMs: number;
  value: number;
  count: number;
}

interface Document {
  series: [key: string, state: SeriesState][];
  /** Recorded when the server last stopped, or about to be: recording them again changes nothing. */
  pending: WireEvent[];
}

/** What one sender used of one model between two points. */
interface Group {
  first: MetricPoint;
  preference: number;
  sums: Partial<Record<TokenKind, number>>;
  calls: number;
  timeMs: number;
}

/**
 * Makes usage events of token metrics, for senders that have nothing better. A cumulative series counts by what it has
 * grown since its last point; with another start, or smaller, it began again and counts whole. What a series had
 * reached is kept in the store before its events are, so that neither a failure nor a restart loses or doubles any.
 */
export class MetricCounts {
  readonly #ledger: Ledger;
  #series: Map<string, SeriesState> | null = null;
  #pending: WireEvent[] = [];
  /** By service: the best of the families that it sends. */
  readonly #preferences = new Map<string, number>();
  /** One request after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Rejects when the store fails; then the same points may be sent again. */
  count(points: MetricPoint[], sender: Sender = {}): Promise<void> {
    const work = this.#last.then(() => this.#count(points, sender));
    this.#last = work.catch(() => {});
    return work;
  }

  async #count(points: MetricPoint[], sender: Sender): Promise<void> {
    const before = this.#series ?? (await this.#load());
    const series = new Map(before);
    const events = this.#eventsOf(points, series, sender);
    const pending = [...this.#pending, ...events];
    if (events.length > 0) {
      for (const key of series.keys()) {
        if (series.size <= MAX_SERIES) break;
        series.delete(key);
      }
      const document: Document = { series: [...series], pending };
      await this.#ledger.storage.putDocument(DOCUMENT, document);
    }
    this.#series = series;
    this.#pending = pending;
    if (pending.length === 0) return;
    await recordUsage(this.#ledger, pending, { source: "otlp" });
    this.#pending = [];
  }

  async #load(): Promise<Map<string, SeriesState>> {
    const document = (await this.#ledger.storage.getDocument(DOCUMENT)) as Document | null | undefined;
    this.#pending = document?.pending ?? [];
    return new Map(document?.series);
  }

  #eventsOf(points: MetricPoint[], series: Map<string, SeriesState>, sender: Sender): WireEvent[] {
    const groups = new Map<string, Group>();
    for (const point of this.#preferred(points)) {
      const { kind, preference } = tokenKindOf(point)!;
      const grown = point.temporality === "delta" ? point : growth(point, series);
      if (grown.value <= 0) continue;
      const key = identity(point.name.startsWith("gen_ai.client.inference.usage.") ? "" : point.name, {
        resource: point.resource,
        attributes: sharedAttributes(point),
      });
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { first: point, preference, sums: {}, calls: 0, timeMs: 0 }));
      group.sums[kind] = (group.sums[kind] ?? 0) + grown.value;
      group.calls = Math.max(group.calls, grown.count ?? 0);
      group.timeMs = Math.max(group.timeMs, point.timeMs);
    }
    return [...groups].map(([key, group]) => eventOf(key, group, sender));
  }

  /** Of each service only the points of the best family that it sends. */
  #preferred(points: MetricPoint[]): MetricPoint[] {
    const known = points.flatMap((point) => {
      const found = tokenKindOf(point);
      if (found === null) return [];
      const service = String(point.resource["service.name"]);
      this.#preferences.set(service, Math.min(found.preference, this.#preferences.get(service) ?? Infinity));
      return [{ point, service, preference: found.preference }];
    });
    return known
      .filter(({ service, preference }) => preference === this.#preferences.get(service))
      .map(({ point }) => point);
  }
}

/** What a cumulative series has grown since its last point, which this one replaces. */
function growth(point: MetricPoint, series: Map<string, SeriesState>): { value: number; count: number | null } {
  const { startMs, timeMs, value, resource, scope, attributes } = point;
  const key = identity(point.name, { resource, scope: scope.name, attributes });
  const last = series.get(key);
  const count = point.count ?? 0;
  // sent again, or overtaken by a later one
  if (last !== undefined && last.startMs === startMs && timeMs <= last.timeMs) return { value: 0, count: 0 };
  const isReset = last === undefined || last.startMs !== startMs || value < last.value;
  const grown = isReset ? { value, count } : { value: value - last.value, count: count - last.count };
  series.delete(key);
  series.set(key, { startMs, timeMs, value, count });
  return grown;
}

function eventOf(key: string, { first, preference, sums, calls, timeMs }: Group, sender: Sender): WireEvent {
  const shared = sharedAttributes(first);
  const { event } = readAttributes(shared, first.resource);
  delete event.reportedCostUsd;
  const usage = { ...usageOfSums(sums, preference), ...(calls > 0 ? { requests: calls } : {}) };
  const made: WireEvent = {
    ...event,
    id: `otel-metric:${digest(`${key} ${timeMs}`)}`,
    occurredAt: timeMs,
    model: event.model ?? "unknown",
    operation: "chat",
    usage,
    metadata: { instrumentation: first.name, fromMetrics: true },
  };
  if (timeMs === 0) delete made.occurredAt;
  addAttribution(made, shared, first.resource, sender);
  return made;
}

/** The same for the same series, whatever the order of its attributes. */
function identity(name: string, parts: Record<string, unknown>): string {
  return digest(JSON.stringify([name, sorted(parts)]));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, sorted(inner)]);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 32);
}
