import { InvalidInput, parseEvent, parseUsd, shown, type Basis, type PriceVersion } from "@outlay/core";
import type { RecordedEvent, StoredEvent } from "../storage/storage.ts";
import type { EventAnswer, ExportFile, QueryParams } from "./answers.ts";
import { findPeriod, parsePeriod } from "./asked-period.ts";
import type { Ledger } from "./ledger.ts";
import { PERIOD_PARAMETERS, readParameters } from "./parameters.ts";
import { rejection } from "./rate-wire-events.ts";
import type { RecordAnswer, Rejection } from "./answers.ts";
import { wireEvent } from "./wire-event.ts";

/** One line of an archive of events: a price version goes before the first event that was rated with it. */
export type ArchiveLine = { price: PriceVersion } | { event: ArchivedEvent };

/** An event with its rating, without its place in one store. */
export type ArchivedEvent = Omit<EventAnswer, "seq">;

const PAGE_SIZE = 500;
/** As large as a batch of `POST /api/v1/events`. */
const MAX_EVENTS = 5_000;

/** The events of a period with all that is needed to have them again exactly as they are, as JSON lines. */
export async function archiveEvents(ledger: Ledger, params: QueryParams): Promise<ExportFile> {
  const parameters = readParameters(params, [...PERIOD_PARAMETERS]);
  const period = await findPeriod(
    ledger,
    parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone }, "all"),
  );
  const { startMs, endMs } = period;
  return {
    contentType: "application/x-ndjson",
    filename: "outlay-events.jsonl",
    body: linesOf(ledger, startMs, endMs),
  };
}

async function* linesOf(ledger: Ledger, startMs: number, endMs: number): AsyncIterable<string> {
  const told = new Set<string>();
  for await (const page of ledger.storage.scanEvents({ startMs, endMs, filters: [], pageSize: PAGE_SIZE })) {
    let text = "";
    for (const stored of page) {
      if (stored.priceId !== null && !told.has(stored.priceId)) {
        told.add(stored.priceId);
        const price = await ledger.storage.getPriceVersion(stored.priceId);
        if (price !== null) text += `${JSON.stringify({ price } satisfies ArchiveLine)}\n`;
      }
      text += `${JSON.stringify({ event: archived(stored) } satisfies ArchiveLine)}\n`;
    }
    yield text;
  }
}

function archived(stored: StoredEvent): ArchivedEvent {
  const { seq: _, ...event } = wireEvent(stored);
  return event;
}

/**
 * Stores archived events again with the costs that they had. Ids that are there change nothing; events before the horizon of
 * expiry are refused, because their sums are still there. InvalidInput `batch_too_large`.
 */
export async function restoreEvents(
  ledger: Ledger,
  { prices, events }: { prices: PriceVersion[]; events: unknown[] },
): Promise<RecordAnswer> {
  if (events.length > MAX_EVENTS) {
    throw new InvalidInput("batch_too_large", `events has ${events.length} entries; expected at most ${MAX_EVENTS}`, {
      field: "events",
    });
  }
  const recorded: RecordedEvent[] = [];
  const places: number[] = [];
  const rejected: Rejection[] = [];
  for (const [index, raw] of events.entries()) {
    try {
      recorded.push(readArchived(raw, ledger.now()));
      places.push(index);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const problem = { field: error.field ?? "event", code: error.code, reason: error.message };
      rejected.push(rejection(index, raw, [problem]));
    }
  }
  if (prices.length > 0) await ledger.storage.putPriceVersions(prices);
  const { accepted, duplicates, expired } = await ledger.storage.appendEvents(recorded);
  for (const index of expired) {
    const reason = "Raw events of that time have expired; their sums are kept";
    const problem = { field: "occurredAt", code: "event_expired", reason };
    rejected.push(rejection(places[index]!, events[places[index]!], [problem]));
  }
  return { accepted, duplicates: duplicates.length, rejected, ids: [] };
}

const BASES: readonly Basis[] = ["rated", "reported", "estimated", "unpriced"];

function readArchived(raw: unknown, nowMs: number): RecordedEvent {
  if (typeof raw !== "object" || raw === null) {
    throw new InvalidInput("wrong_type", `event is ${shown(raw)}; expected an object`, { field: "event" });
  }
  const { costUsd, computedCostUsd, cacheSavingsUsd, avoidedUsd, basis, priceId, approximate, ...sent } = raw as Record<
    string,
    unknown
  >;
  const { event, problems } = parseEvent(sent, nowMs);
  if (problems !== null) throw new InvalidInput(problems[0]!.code, problems[0]!.reason, { field: problems[0]!.field });
  if (event.id === undefined) throw new InvalidInput("missing_field", "id is missing", { field: "id" });
  if (!BASES.includes(basis as Basis)) {
    throw new InvalidInput("wrong_type", `basis is ${shown(basis)}; expected ${BASES.join(", ")}`, { field: "basis" });
  }
  const { reportedCostUsd, ...rest } = event;
  return {
    ...rest,
    id: event.id,
    source: event.source ?? "archive",
    basis: basis as Basis,
    costNanoUsd: nanoOrNull(costUsd, "costUsd"),
    computedNanoUsd: nanoOrNull(computedCostUsd, "computedCostUsd"),
    reportedNanoUsd: nanoOrNull(reportedCostUsd, "reportedCostUsd"),
    cacheSavingsNanoUsd: nanoOrNull(cacheSavingsUsd, "cacheSavingsUsd") ?? 0,
    avoidedNanoUsd: nanoOrNull(avoidedUsd, "avoidedUsd") ?? 0,
    priceId: typeof priceId === "string" ? priceId : null,
    approximate: approximate === true,
  };
}

function nanoOrNull(value: unknown, field: string): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return Number(parseUsd(value, field));
  throw new InvalidInput("wrong_type", `${field} is ${shown(value)}; expected dollars or null`, { field });
}
