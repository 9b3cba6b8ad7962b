import { filterText, parseFilter } from "../filters/filter.ts";
import type { View } from "../filters/search.ts";

/** The filter that keeps exactly one value, whatever characters it has. */
export function exactly(dimension: string, value: string): string {
  return filterText({ dimension, value: value.replaceAll("*", "\\*"), exclude: false });
}

/**
 * The page's view narrowed to values of one dimension. Filters of the page on that dimension would be alternatives to it, not
 * further conditions: they are left out, and named.
 */
export function narrowedTo(
  view: View,
  dimension: string,
  values: readonly string[],
): { view: View; ignored: string[] } {
  const isOwn = (text: string) => parseFilter(text)?.dimension === dimension;
  const others = view.filters.filter((text) => !isOwn(text));
  return {
    view: { ...view, filters: [...others, ...values.map((value) => exactly(dimension, value))] },
    ignored: view.filters.filter(isOwn),
  };
}
