import { withFilters } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { toggleFilters } from "./toggle-filters.ts";

/** What a row of a table is about; a click keeps only its calls. */
export function RowName({
  name,
  kind,
  filters,
  depth = 0,
}: {
  name: string;
  kind: "named" | "unattributed" | "other" | "all";
  /** Null: it is no single group. */
  filters: string[] | null;
  depth?: 0 | 1;
}) {
  const { view, change } = usePageSearch();
  const tone = `${depth === 1 ? "pl-4" : "font-medium"} ${kind === "unattributed" || kind === "other" ? "text-muted" : ""}`;
  if (filters === null) return <span className={`block min-h-6 truncate py-px ${tone}`}>{name}</span>;
  const isSelected = filters.every((text) => view.filters.includes(text));
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      title={isSelected ? `Remove the filter ${name}` : `Show only ${name}`}
      onClick={() => change((search) => withFilters(search, toggleFilters(view.filters, filters)))}
      className={`block min-h-6 max-w-full truncate text-left underline-offset-4 group-hover:underline decoration-control ${tone}`}
    >
      {name}
    </button>
  );
}
