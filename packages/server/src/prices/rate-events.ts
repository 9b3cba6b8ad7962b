import {
  formatUsd,
  InvalidInput,
  parseEvent,
  type Basis,
  type CostLine,
  type PriceMatch,
  type PriceVersion,
  type Problem,
} from "@outlay/core";
import type { PriceBook } from "./price-book.ts";
import { toRateableCall } from "./rateable-call.ts";

/** What one event costs, without recording it. Money as decimal strings, exact to nine decimals. */
export interface RatedEvent {
  /** The event's own; null when it has none. */
  id: string | null;
  /** The cost that counts; null: unpriced. */
  costUsd: string | null;
  basis: Basis;
  /** What our prices say, beside a reported cost. */
  computedUsd: string | null;
  /** What the cached tokens would have cost more as plain input. */
  cacheSavingsUsd: string;
  /** What an answer from the application's own cache would have cost. */
  avoidedUsd: string;
  price: RatedPrice | null;
  approximate: boolean;
  /** Why it is unpriced or approximate. */
  note?: string;
  /** Their exact sum, rounded half-even once to nine decimals, is the computed cost. */
  lines: CostLine[];
}

/** The price that was found and how. */
interface RatedPrice {
  id: string;
  layer: PriceVersion["layer"];
  provider: string;
  model: string;
  /** Start of the price's time; null: since ever. */
  from: string | null;
  /** End of the price's time, excluded; null: until replaced. */
  to: string | null;
  how: "exact" | "alias" | "approximate";
  source: string | null;
}

/** An event that cannot be rated, in its place. */
export interface RefusedEvent {
  id?: string;
  error: { code: string; field: string; message: string };
}

/** Rates one event in the form of `POST /api/v1/events`. Never throws: what is wrong is said in the answer. */
export function rateWireEvent(prices: PriceBook, raw: unknown, nowMs: number): RatedEvent | RefusedEvent {
  const { event, problems } = parseEvent(raw, nowMs);
  if (problems !== null) return refuse(raw, problems[0]!);
  try {
    const { rating, match, lines } = prices.explain(toRateableCall(event));
    const { costNanoUsd, computedNanoUsd, note } = rating;
    return {
      id: event.id ?? null,
      costUsd: costNanoUsd === null ? null : formatUsd(costNanoUsd),
      basis: rating.basis,
      computedUsd: computedNanoUsd === null ? null : formatUsd(computedNanoUsd),
      cacheSavingsUsd: formatUsd(rating.cacheSavingsNanoUsd),
      avoidedUsd: formatUsd(rating.avoidedNanoUsd),
      price: rating.basis === "unpriced" ? null : toRatedPrice(match),
      approximate: rating.approximate,
      ...(note === undefined ? {} : { note }),
      lines,
    };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return refuse(raw, { code: error.code, field: error.field ?? "event", reason: error.message });
  }
}

/** Rates events in order; one answer for each. */
export function rateWireEvents(prices: PriceBook, events: unknown[], nowMs: number): (RatedEvent | RefusedEvent)[] {
  return events.map((raw) => rateWireEvent(prices, raw, nowMs));
}

function toRatedPrice(match: PriceMatch): RatedPrice | null {
  if (!match.found) return null;
  const { id, layer, provider, model, startMs, endMs, source } = match.version;
  return { id, layer, provider, model, from: isoOf(startMs), to: isoOf(endMs), how: match.how, source: source ?? null };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function refuse(raw: unknown, { code, field, reason }: Problem): RefusedEvent {
  const id = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : undefined;
  const error = { code, field, message: reason };
  return typeof id === "string" ? { id, error } : { error };
}
