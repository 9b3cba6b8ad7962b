import { createHash } from "node:crypto";
import { roundUsd } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import type { Rejection } from "./answers.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Some sources tell only how much a session has used so far, again and again: events with `metadata.cumulative: true`,
 * whose id names the session. Recorded is what each adds to what was told before, at the instant that it was told:
 *
 *   100 on Monday, 250 on Tuesday, 250 again, 100 from a machine that is behind → Monday 100, Tuesday 150
 *
 * What a session has reached is kept beside the events, for all machines. A smaller count is an older copy and adds
 * nothing: who begins anew has to use another id. `record` gets the differences, in the places of what was told.
 */
export async function bookTotals<T extends { rejected: Rejection[] }>(
  ledger: Pick<Ledger, "storage">,
  events: unknown[],
  record: (events: unknown[]) => Promise<T>,
): Promise<T> {
  if (!events.some(isCumulative)) return record(events);
  return inTurn(ledger.storage, async () => {
    const series = await loadSeries(ledger.storage, events.filter(isCumulative));
    const told = events.map((event) => (isCumulative(event) ? series.get(keyOf(event))!.advance(event) : event));
    const answer = await record(told);
    // what was refused is not reached: all of its series is told again with the next import
    const refused = new Set(
      answer.rejected
        .map(({ index }) => events[index])
        .filter(isCumulative)
        .map(keyOf),
    );
    const grown = [...series].filter(([key, { hasGrown }]) => hasGrown && !refused.has(key));
    if (grown.length > 0) {
      await ledger.storage.putRecords(
        COLLECTION,
        grown.map(([id, { reached }]) => ({ id, atMs: reached.toldAtMs, body: reached })),
      );
    }
    return answer;
  });
}

const COLLECTION = "totals that were told";

interface CumulativeEvent {
  id: string;
  source?: string | null;
  occurredAt?: string | number | null;
  usage?: Record<string, unknown> | null;
  reportedCostUsd?: number | null;
  metadata: Record<string, unknown>;
}

function isCumulative(event: unknown): event is CumulativeEvent {
  if (typeof event !== "object" || event === null) return false;
  const { id, metadata } = event as Partial<CumulativeEvent>;
  return typeof id === "string" && typeof metadata === "object" && metadata?.["cumulative"] === true;
}

/** Of the same source only: no other can say of its sessions that they have been counted. */
function keyOf({ id, source }: CumulativeEvent): string {
  return createHash("sha256")
    .update(JSON.stringify([source ?? "", id]))
    .digest("base64url")
    .slice(0, 32);
}

/** What was recorded of a series. */
interface Reached {
  /** Of each counter, the largest that was told. Money in dollars. */
  counters: Record<string, number>;
  /** Of the event that was recorded last. */
  lastId: string | null;
  toldAtMs: number;
}

async function loadSeries(storage: Storage, events: CumulativeEvent[]): Promise<Map<string, Series>> {
  const ids = [...new Set(events.map(keyOf))];
  const known = await storage.listRecords(COLLECTION, { ids });
  const bodies = new Map(known.map(({ id, body }) => [id, body as Reached]));
  return new Map(ids.map((id) => [id, new Series(bodies.get(id))]));
}

class Series {
  reached: Reached;
  hasGrown = false;

  constructor(known: Reached = { counters: {}, lastId: null, toldAtMs: 0 }) {
    this.reached = known;
  }

  /** What the event adds, as an event; one that adds nothing repeats the last one without counts. */
  advance(event: CumulativeEvent): unknown {
    const { counters, lastId, toldAtMs } = this.reached;
    const told = countersOf(event);
    const added = Object.entries(told).filter(([name, count]) => count > (counters[name] ?? 0));
    if (added.length === 0 && lastId !== null) return withCounters(event, lastId, {});
    // Named after what was reached before: told again after a crash it replaces itself, with what has come since.
    const before = JSON.stringify(Object.entries(counters).toSorted());
    const id = lastId === null ? event.id : `${event.id.slice(0, 110)}:${shortHash(`${event.id} ${before}`)}`;
    this.reached = {
      counters: { ...counters, ...Object.fromEntries(added) },
      lastId: id,
      toldAtMs: instantOf(event) ?? toldAtMs,
    };
    this.hasGrown = true;
    const difference = Object.fromEntries(
      Object.keys(told).map((name) => [name, differenceOf(told[name]!, counters[name] ?? 0)]),
    );
    return withCounters(event, id, difference, lastId === null ? null : toldAtMs);
  }
}

const MONEY = ["reportedCostUsd", "metadata.toolCostUsd"];

function countersOf({ usage, reportedCostUsd, metadata }: CumulativeEvent): Record<string, number> {
  const counters: Record<string, number> = {};
  for (const [name, count] of Object.entries(usage ?? {})) if (isCount(count)) counters[name] = count;
  if (isCount(reportedCostUsd)) counters["reportedCostUsd"] = reportedCostUsd;
  if (isCount(metadata["toolCostUsd"])) counters["metadata.toolCostUsd"] = metadata["toolCostUsd"];
  return counters;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** Counts are whole and dollars exact to nine decimals: the one rounding serves both. */
function differenceOf(now: number, before: number): number {
  return Math.max(0, roundUsd(now - before));
}

function withCounters(
  event: CumulativeEvent,
  id: string,
  counters: Record<string, number>,
  sinceMs: number | null = null,
): unknown {
  const { usage: _usage, reportedCostUsd: _reported, metadata, ...rest } = event;
  const { toolCostUsd: _tool, ...others } = metadata;
  const usage = Object.fromEntries(Object.entries(counters).filter(([name]) => !MONEY.includes(name)));
  const toolCostUsd = counters["metadata.toolCostUsd"];
  return {
    ...rest,
    id,
    usage,
    ...(counters["reportedCostUsd"] === undefined ? {} : { reportedCostUsd: counters["reportedCostUsd"] }),
    metadata: {
      ...others,
      ...(toolCostUsd === undefined ? {} : { toolCostUsd }),
      ...(sinceMs === null ? {} : { since: new Date(sinceMs).toISOString() }),
    },
  };
}

function instantOf({ occurredAt }: CumulativeEvent): number | null {
  const atMs = typeof occurredAt === "number" ? occurredAt : Date.parse(occurredAt ?? "");
  return Number.isFinite(atMs) ? Math.floor(atMs) : null;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}

/** The end of what is being booked in a store: two that told of one session at once would both add it. */
const lastTurns = new WeakMap<Storage, Promise<unknown>>();

async function inTurn<T>(storage: Storage, work: () => Promise<T>): Promise<T> {
  const turn = (lastTurns.get(storage) ?? Promise.resolve()).then(work, work);
  lastTurns.set(storage, turn);
  return turn;
}
