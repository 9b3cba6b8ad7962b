import { useNavigate, useSearch } from "@tanstack/react-router";
import { validateSearch, viewOf, withShared } from "./search.ts";
import type { Search, View } from "./search.ts";

/** What every page shows (period, filters, …) as the address holds it, with the way to change it. A change is a step that "back" undoes. */
export function usePageSearch(): { search: Search; view: View; change: (next: (search: Search) => Search) => void } {
  // The router hands on what it does not know, so that what it gives is checked here.
  const search = validateSearch(useSearch({ from: "__root__" }));
  const navigate = useNavigate();
  return {
    search,
    view: viewOf(search),
    change: (next) =>
      void navigate({
        to: ".",
        search: (before: Record<string, unknown>) => withShared(before, next(validateSearch(before))),
        resetScroll: false,
      }),
  };
}
