import { Icon } from "../ui/icon.tsx";
import { filterInWords, parseFilter, toggleFilter } from "./filter.ts";
import { withFilters } from "./search.ts";
import { usePageSearch } from "./use-search.ts";

/** The filters in force; a click takes one away. */
export function FilterChips() {
  const { view, change } = usePageSearch();
  if (view.filters.length === 0) return null;
  return (
    <ul aria-label="Filters" className="flex min-w-0 flex-wrap items-center gap-1.5">
      {view.filters.map((text) => (
        <li key={text} className="min-w-0">
          <button
            type="button"
            onClick={() => change((search) => withFilters(search, toggleFilter(view.filters, text)))}
            className="flex h-8 max-w-full min-w-0 items-center gap-1.5 rounded-full border border-line bg-surface pr-2 pl-3 text-[0.8125rem] hover:border-control"
          >
            <span className="sr-only">Remove the filter </span>
            <FilterWords text={text} />
            <Icon name="close" className="size-3.5 text-muted" />
          </button>
        </li>
      ))}
      {view.filters.length > 1 ? (
        <li>
          <button
            type="button"
            onClick={() => change((search) => withFilters(search, []))}
            className="h-8 rounded-full px-2 text-[0.8125rem] text-muted underline-offset-4 hover:underline"
          >
            Clear all
          </button>
        </li>
      ) : null}
    </ul>
  );
}

/** A filter as a person reads it. */
export function FilterWords({ text }: { text: string }) {
  const filter = parseFilter(text);
  if (filter === null) return <span className="truncate">{text}</span>;
  const words = filterInWords(filter);
  return (
    <span className="truncate">
      <span className="text-muted">
        {words.dimension} {words.verb}{" "}
      </span>
      <span className="font-medium">{words.value}</span>
    </span>
  );
}
