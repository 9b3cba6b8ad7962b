import type { Limit } from "../api/limits.ts";
import type { Search } from "../filters/search.ts";

/** Which calls count: the page of calls with the same filters, in the same stretch of time. Null: a stretch without end. */
export function callsOfLimit(
  { filters, each, period, startsAt }: Pick<Limit, "filters" | "each" | "period" | "startsAt">,
  value: string | null,
  stretch: { start: string; end: string } | null,
): Search {
  const dimension = period.unit === "session" ? "session" : each;
  const own = value === null || dimension === null ? [] : [`${dimension}:${value.replaceAll("*", "\\*")}`];
  const filter = [...filters, ...own];
  return {
    ...rangeOf(stretch, startsAt),
    ...(filter.length > 0 ? { filter } : {}),
  };
}

function rangeOf(stretch: { start: string; end: string } | null, startsAt: string | null): Search {
  if (stretch === null) return { period: "all" };
  const from = startsAt !== null && startsAt > stretch.start && startsAt < stretch.end ? startsAt : stretch.start;
  return { from, to: stretch.end };
}
