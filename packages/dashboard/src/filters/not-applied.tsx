import { FilterWords } from "./filter-chips.tsx";

/** Filters of the page that this part of it cannot follow, so that nobody takes its numbers for narrowed ones. */
export function NotApplied({ filters, why }: { filters: readonly string[]; why: string }) {
  if (filters.length === 0) return null;
  return (
    <p role="note" className="rounded-lg bg-raised px-3 py-2 text-[0.8125rem] text-muted">
      Not applied here:{" "}
      {filters.map((text, index) => (
        <span key={text} className="wrap-anywhere text-ink">
          {index === 0 ? "" : ", "}
          <FilterWords text={text} />
        </span>
      ))}
      . {why}
    </p>
  );
}
