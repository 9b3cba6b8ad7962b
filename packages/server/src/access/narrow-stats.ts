import type { Storage, StorageStats } from "../storage/storage.ts";

const DAY_MS = 86_400_000;
const QUARTER_HOUR_MS = 900_000;
/** Events read at once while looking for the first one. */
const PAGE = 1_000;

/** How much there is of what somebody may see. The size and the horizon are the store's. */
export async function narrowStats(storage: Storage, narrowed: Storage): Promise<StorageStats> {
  const whole = await storage.stats();
  const nothing = { ...whole, events: 0, charges: 0, sessions: 0, firstEventMs: null, lastEventMs: null };
  const everCharged = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };
  const charges = (await narrowed.listCharges(everCharged)).length;
  if (whole.firstEventMs === null || whole.lastEventMs === null) return { ...nothing, charges };
  const { firstEventMs, lastEventMs, horizonMs } = whole;
  const range = { startMs: firstEventMs, endMs: lastEventMs + 1 };
  const kept = { startMs: Math.max(firstEventMs, horizonMs), endMs: range.endMs };
  const [events, sessions, first, last] = await Promise.all([
    countCalls(narrowed, kept),
    narrowed.countDistinct({ of: "session", ...kept, by: [], filters: [] }),
    findFirst(narrowed, range),
    narrowed.listEvents({ ...range, filters: [], limit: 1 }),
  ]);
  return {
    ...whole,
    charges,
    events,
    sessions: sessions[0]?.count ?? 0,
    firstEventMs: first,
    lastEventMs: last.events[0]?.occurredAtMs ?? null,
  };
}

interface Range {
  startMs: number;
  endMs: number;
}

async function countCalls(storage: Storage, range: Range): Promise<number> {
  if (range.endMs <= range.startMs) return 0;
  const { totals } = await storage.sum({ ...range, by: [], filters: [] });
  return Number(totals.calls);
}

/** The first event in the range: its day by sums, its quarter-hour by sums, then itself. Of expired events, the quarter-hour. */
async function findFirst(storage: Storage, range: Range): Promise<number | null> {
  const day = await firstBucket(storage, range, DAY_MS);
  if (day === null) return null;
  const quarter = await firstBucket(storage, day, QUARTER_HOUR_MS);
  if (quarter === null) return null;
  let firstMs = quarter.startMs;
  let cursor: string | undefined;
  do {
    const page = await storage.listEvents({
      ...quarter,
      filters: [],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    firstMs = page.events.at(-1)?.occurredAtMs ?? firstMs;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return firstMs;
}

/** The first part of the range, cut at multiples of `lengthMs`, in which anything happened. */
async function firstBucket(storage: Storage, { startMs, endMs }: Range, lengthMs: number): Promise<Range | null> {
  const bucketStartsMs = [startMs];
  for (let at = (Math.floor(startMs / lengthMs) + 1) * lengthMs; at < endMs; at += lengthMs) bucketStartsMs.push(at);
  const { rows } = await storage.sum({ startMs, endMs, bucketStartsMs, by: [], filters: [] });
  const first = Math.min(...rows.filter(({ sums }) => sums.calls > 0n).map(({ bucket }) => bucket));
  if (first === Infinity) return null;
  return { startMs: bucketStartsMs[first]!, endMs: bucketStartsMs[first + 1] ?? endMs };
}
