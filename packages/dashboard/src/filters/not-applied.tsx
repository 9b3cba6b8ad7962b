import { filterInWords, parseFilter } from "./filter.ts";

/** Filters of the page that this part of it cannot follow, so that nobody takes its numbers for narrowed ones. */
export function NotApplied({ filters, why }: { filters: readonly string[]; why: string }) {
  if (filters.length === 0) return null;
  return (
    <p role="note" className="rounded-lg bg-raised px-3 py-2 text-[0.8125rem] text-muted">
      Not applied here: <span className="wrap-anywhere text-ink">{filters.map(inWords).join(", ")}</span>. {why}
    </p>
  );
}

function inWords(text: string): string {
  const filter = parseFilter(text);
  if (filter === null) return text;
  const { dimension, verb, value } = filterInWords(filter);
  return `${dimension} ${verb} ${value}`;
}
