import { useNavigate, useSearch } from "@tanstack/react-router";
import { viewOf } from "./search.ts";
import type { Search, View } from "./search.ts";

/** The page's state as the address holds it, with the way to change it. A change is a step that "back" undoes. */
export function usePageSearch(): { search: Search; view: View; change: (next: (search: Search) => Search) => void } {
  const search = useSearch({ from: "__root__" });
  const navigate = useNavigate();
  return {
    search,
    view: viewOf(search),
    change: (next) => void navigate({ to: ".", search: (before) => next(before), resetScroll: false }),
  };
}
