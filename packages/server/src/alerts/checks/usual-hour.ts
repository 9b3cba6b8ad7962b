/** What one hour of the clock has cost. */
export interface KnownHour {
  startMs: number;
  /** Of its zone from UTC. */
  offsetMs: number;
  costUsd: number;
  calls: number;
}

/** What such an hour costs as a rule. */
export interface UsualHour {
  medianUsd: number;
  /** Median distance from the median, as a standard deviation of evenly spread hours. */
  spreadUsd: number;
  /** In words. */
  comparedWith: string;
}

const HOUR_MS = 3_600_000;
/** Three whole days: fewer say nothing about what is usual. */
const MIN_HOURS = 72;
/** Three of each weekday. */
const MIN_WEEKS_HOURS = 21 * 24;
/** A median distance times this is a standard deviation where values are normally distributed. */
const MAD_TO_DEVIATION = 1.4826;

/**
 * The usual of the hour's place in the week, with the hours beside it, where three weeks are known; else of its place in
 * the day. Medians: what was a spike itself does not make the next one usual. Hours before the first call are left out.
 * null: fewer than three days are known.
 */
export function usualHour(past: KnownHour[], hour: KnownHour): UsualHour | null {
  const first = past.findIndex((it) => it.calls > 0);
  const known = first === -1 ? [] : past.slice(first);
  if (known.length < MIN_HOURS) return null;
  const byWeek = known.length >= MIN_WEEKS_HOURS;
  const length = byWeek ? 168 : 24;
  const place = placeOf(hour, length);
  const alike = known.filter((it) => {
    const distance = Math.abs(placeOf(it, length) - place);
    return Math.min(distance, length - distance) <= 1;
  });
  const costs = alike.map((it) => it.costUsd);
  const medianUsd = median(costs);
  const spreadUsd = MAD_TO_DEVIATION * median(costs.map((cost) => Math.abs(cost - medianUsd)));
  const days = Math.floor(known.length / 24);
  const comparedWith = `${costs.length} hours around this one of the ${byWeek ? "week" : "day"}, over ${days} days`;
  return { medianUsd, spreadUsd, comparedWith };
}

function placeOf({ startMs, offsetMs }: KnownHour, length: number): number {
  return Math.floor((startMs + offsetMs) / HOUR_MS) % length;
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
