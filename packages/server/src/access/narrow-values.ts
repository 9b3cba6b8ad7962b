import { BASES, type Dimension } from "@outlay/core";
import type { Filter, Storage } from "../storage/storage.ts";

const DAY_MS = 86_400_000;

/** Values of a dimension among the events that somebody may see: those of the latest UTC day first, of one day those with more calls. */
export async function narrowValues(
  storage: Storage,
  narrowed: Storage,
  dimension: Dimension,
  { contains, limit }: { contains?: string; limit: number },
): Promise<string[]> {
  if (dimension === "status" || dimension === "basis") {
    const names = dimension === "basis" ? BASES : ["success", "error"];
    return names.filter((name) => matches(name, contains)).slice(0, limit);
  }
  const range = await keptRange(storage);
  if (range === null) return [];
  const { rows } = await narrowed.sum({
    ...range,
    bucketStartsMs: daysOf(range),
    by: [dimension],
    filters: [withValue(dimension)],
  });
  const latest = new Map<string, { bucket: number; calls: bigint }>();
  for (const { bucket, key, sums } of rows) {
    const [value] = key;
    if (value === null || value === undefined || !matches(value, contains)) continue;
    const known = latest.get(value);
    if (known === undefined || bucket > known.bucket) latest.set(value, { bucket, calls: sums.calls });
  }
  return [...latest]
    .toSorted(([, a], [, b]) => b.bucket - a.bucket || Number(b.calls - a.calls))
    .slice(0, limit)
    .map(([value]) => value);
}

/** Tag keys that events which somebody may see have. */
export async function narrowTagKeys(storage: Storage, narrowed: Storage): Promise<string[]> {
  const [range, keys] = await Promise.all([keptRange(storage), storage.listTagKeys()]);
  if (range === null) return [];
  const isUsed = await Promise.all(
    keys.map(async (key) => {
      const { totals } = await narrowed.sum({ ...range, by: [], filters: [withValue(`tag:${key}`)] });
      return totals.calls > 0n;
    }),
  );
  return keys.filter((_, index) => isUsed[index]);
}

/** From the oldest event that is still there to the newest. */
async function keptRange(storage: Storage): Promise<{ startMs: number; endMs: number } | null> {
  const { firstEventMs, lastEventMs, horizonMs } = await storage.stats();
  if (firstEventMs === null || lastEventMs === null || lastEventMs < horizonMs) return null;
  return { startMs: Math.max(firstEventMs, horizonMs), endMs: lastEventMs + 1 };
}

function daysOf({ startMs, endMs }: { startMs: number; endMs: number }): number[] {
  const starts = [startMs];
  for (let at = (Math.floor(startMs / DAY_MS) + 1) * DAY_MS; at < endMs; at += DAY_MS) starts.push(at);
  return starts;
}

function withValue(dimension: Dimension): Filter {
  return { dimension, values: [null], patterns: [], exclude: true };
}

function matches(value: string, contains: string | undefined): boolean {
  return contains === undefined || value.toLowerCase().includes(contains.toLowerCase());
}
