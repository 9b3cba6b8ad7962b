import type { TimeUnit } from "@outlay/core";
import { bucketDays } from "../charts/prepare/bucket-names.ts";
import { addDays } from "../filters/dates.ts";
import { withDays } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";

/** Shows only the days of one bucket of a chart; nothing for hours, which have no days of their own. */
export function useNarrow(unit: TimeUnit): (bucket: { label: string }) => void {
  const { change } = usePageSearch();
  return ({ label }) => {
    const days = bucketDays(label, unit);
    if (days !== null) change((search) => withDays(search, days.from, addDays(days.to, -1)));
  };
}
