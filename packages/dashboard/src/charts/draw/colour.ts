import { remember, remembered } from "../../ui/remembered.ts";
import { bindColours } from "../prepare/colours.ts";
import type { PreparedSeries } from "../prepare/stacked-bars.ts";

/** Colours of a dimension's values by name, the same everywhere on the page and on the next visit. Greys for those without a name. */
export function colourOf(
  dimension: string,
  names: readonly string[],
): (series: Pick<PreparedSeries, "kind" | "name">) => string {
  const key = `colours.${dimension}`;
  const before = known.get(key) ?? rememberedColours(key);
  const bound = bindColours(before, names);
  if (names.some((name) => before[name] !== bound[name])) rememberColours(key, bound);
  known.set(key, bound);
  return ({ kind, name }) => {
    if (kind === "other" || name === null)
      return kind === "unattributed" ? "var(--series-unattributed)" : "var(--series-other)";
    const slot = bound[name];
    return slot === undefined ? "var(--series-other)" : `var(--series-${slot})`;
  };
}

const known = new Map<string, Record<string, number>>();

/** More names than this are not worth keeping: the map starts anew. */
const MAX_REMEMBERED = 200;

function rememberedColours(key: string): Record<string, number> {
  try {
    const parsed: unknown = JSON.parse(remembered(key) ?? "{}");
    const entries = Object.entries(parsed as Record<string, unknown>);
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
  } catch {
    return {};
  }
}

function rememberColours(key: string, bound: Record<string, number>): void {
  remember(key, Object.keys(bound).length > MAX_REMEMBERED ? null : JSON.stringify(bound));
}
