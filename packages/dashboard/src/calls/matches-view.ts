import type { Call } from "../api/answers.ts";
import { matchesFilters, parseFilter } from "../filters/filter.ts";
import type { View } from "../filters/search.ts";

/** Would the server list this call under the view? For calls that arrive, before it is asked again. */
export function matchesView(call: Call, view: View): boolean {
  const filters = view.filters.flatMap((text) => parseFilter(text) ?? []);
  return isInRange(call, view) && matchesFilters({ ...call }, filters);
}

/** Named periods reach up to now, except yesterday; a range of days has its ends. */
function isInRange(call: Call, view: View): boolean {
  if ("name" in view.range) return view.range.name !== "yesterday";
  const date = call.occurredAt.slice(0, 10);
  return date >= view.range.from.slice(0, 10) && date < view.range.to.slice(0, 10);
}
