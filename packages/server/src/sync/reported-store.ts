import type { Storage } from "../storage/storage.ts";
import { CONNECTIONS } from "./connection-book.ts";
import { seriesOf } from "./provider-kinds.ts";
import { BILLED_AS, type SyncProvider } from "./provider-names.ts";
import { readStates } from "./sync-state.ts";
import type { Series } from "./provider-kind.ts";
import type { ReportedRow } from "./reported-row.ts";
import { DAY_MS, dayName } from "./utc-day.ts";

/** What a series of one connection said of one UTC day. */
export interface ReportedDay {
  connectionId: string;
  connectionName: string;
  series: Pick<Series, "name" | "gives" | "overlaps">;
  dayMs: number;
  rows: ReportedRow[];
}

/** Days that are read together: bounded memory, whatever was asked. */
const READ_DAYS = 16;

/** Replaces these days of a series, all at once; days without rows are taken away. */
export async function replaceDays(
  storage: Storage,
  { connectionId, series }: { connectionId: string; series: string },
  days: { dayMs: number; rows: ReportedRow[] }[],
): Promise<void> {
  const collection = collectionOf(connectionId);
  const idOf = (dayMs: number) => `${series} ${dayName(dayMs)}`;
  const filled = days.filter(({ rows }) => rows.length > 0);
  const empty = days.filter(({ rows }) => rows.length === 0);
  if (filled.length > 0) {
    await storage.putRecords(
      collection,
      filled.map(({ dayMs, rows }) => ({ id: idOf(dayMs), atMs: dayMs, body: { series, rows } })),
    );
  }
  if (empty.length > 0) {
    await storage.deleteRecords(
      collection,
      empty.map(({ dayMs }) => idOf(dayMs)),
    );
  }
}

/** Forgets all that a connection has reported. */
export async function forgetReported(storage: Storage, connectionId: string): Promise<void> {
  const collection = collectionOf(connectionId);
  for (;;) {
    const records = await storage.listRecords(collection, { limit: 100 });
    if (records.length === 0) return;
    await storage.deleteRecords(
      collection,
      records.map(({ id }) => id),
    );
  }
}

/** Everything that was reported of these days, a few days at a time, the oldest first. `endMs` is excluded. */
export async function* readReported(
  storage: Storage,
  { startMs, endMs }: { startMs: number; endMs: number },
): AsyncIterable<ReportedDay> {
  const connections = (await storage.listRecords(CONNECTIONS)).map(
    ({ body }) => body as { id: string; name: string; provider: string },
  );
  if (connections.length === 0) return;
  for (let fromMs = startMs; fromMs < endMs; fromMs += READ_DAYS * DAY_MS) {
    const range = { fromMs, toMs: Math.min(endMs, fromMs + READ_DAYS * DAY_MS) };
    for (const { id, name, provider } of connections) {
      const records = await storage.listRecords(collectionOf(id), range);
      for (const { atMs, body } of records.toReversed()) {
        const { series: seriesName, rows } = body as { series: string; rows: ReportedRow[] };
        const series = seriesOf(provider, seriesName);
        if (series === undefined) continue;
        yield { connectionId: id, connectionName: name, series, dayMs: atMs, rows };
      }
    }
  }
}

/** Of which days a series of a connection has told, whether it had anything to say or not. */
export interface Coverage {
  provider: string;
  gives: Series["gives"];
  /** Keys and projects whose calls are recorded here; empty: not said. */
  recorded: string[];
  fromMs: number;
  toMs: number;
}

/** Of every series that has fetched anything; those that tell of the same once more are left out. */
export async function readCoverage(storage: Storage): Promise<Coverage[]> {
  const [connections, states] = await Promise.all([storage.listRecords(CONNECTIONS), readStates(storage)]);
  return connections.flatMap(({ id, body }) => {
    const { provider, recorded } = body as { provider: SyncProvider; recorded: string[] };
    return Object.entries(states.get(id)?.series ?? {}).flatMap(([name, { firstMs, coveredToMs }]) => {
      const series = seriesOf(provider, name);
      if (series === undefined || series.overlaps === true || firstMs === null || coveredToMs === null) return [];
      return [{ provider: BILLED_AS[provider], gives: series.gives, recorded, fromMs: firstMs, toMs: coveredToMs }];
    });
  });
}

/** When the first and the last day begin of which anything was reported; null: nothing was. */
export async function reportedRange(storage: Storage): Promise<{ firstMs: number; lastMs: number } | null> {
  const connections = await storage.listRecords(CONNECTIONS);
  let [firstMs, lastMs] = [Infinity, -Infinity];
  for (const { id } of connections) {
    const [last] = await storage.listRecords(collectionOf(id), { limit: 1 });
    if (last === undefined) continue;
    lastMs = Math.max(lastMs, last.atMs);
    firstMs = Math.min(firstMs, await firstDay(storage, collectionOf(id), last.atMs));
  }
  return firstMs === Infinity ? null : { firstMs, lastMs };
}

/** By halving: the list is only read from its end. */
async function firstDay(storage: Storage, collection: string, lastMs: number): Promise<number> {
  let [low, high] = [0, lastMs];
  while (high - low > DAY_MS) {
    const middle = Math.floor((low + high) / 2 / DAY_MS) * DAY_MS;
    const [found] = await storage.listRecords(collection, { toMs: middle + DAY_MS, limit: 1 });
    if (found === undefined) low = middle;
    else high = Math.min(found.atMs, middle);
  }
  return high;
}

function collectionOf(connectionId: string): string {
  return JSON.stringify(["reported", connectionId]);
}
