import type { ReactNode } from "react";
import { UNATTRIBUTED, filterText, toggleFilter } from "./filter.ts";
import { withFilters } from "./search.ts";
import { usePageSearch } from "./use-search.ts";

/** The name of one value of a dimension in a table: keeps only its calls, or shows all again. */
export function FilterButton({
  dimension,
  value,
  children,
}: {
  dimension: string;
  /** Null: calls without a value. */
  value: string | null;
  /** What stands below the name, on a phone for instance. */
  children?: ReactNode;
}) {
  const { view, change } = usePageSearch();
  const text = filterText({ dimension, value: value ?? "", exclude: false });
  const name = value ?? UNATTRIBUTED;
  const isSelected = view.filters.includes(text);
  return (
    <button
      type="button"
      title={isSelected ? `Remove the filter ${name}` : `Show only ${name}`}
      aria-pressed={isSelected}
      onClick={() => change((search) => withFilters(search, toggleFilter(view.filters, text)))}
      className={`block min-h-6 w-full truncate text-left leading-6 decoration-control underline-offset-4 group-hover:underline ${value === null ? "text-muted" : "font-medium"}`}
    >
      {name}
      {children}
    </button>
  );
}
