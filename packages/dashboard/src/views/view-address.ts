import { parseSearch, stringifySearch } from "../filters/search.ts";

/** The address of a page as a view keeps it: without the call that happens to be open, and without the question mark. */
export function addressOf(searchText: string): string {
  const { call: _call, ...kept } = parseSearch(searchText);
  return stringifySearch(kept).slice(1);
}

/** Whether two addresses of a page show the same, whatever the order of their parts. */
export function isSameAddress(one: string, other: string): boolean {
  return sorted(one) === sorted(other);
}

function sorted(search: string): string {
  const params = new URLSearchParams(search);
  params.sort();
  return params.toString();
}
