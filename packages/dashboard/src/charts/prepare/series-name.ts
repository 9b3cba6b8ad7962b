import { UNATTRIBUTED } from "../../filters/filter.ts";
import type { SeriesKey } from "./cap-series.ts";

/** What a group is called in legends and lists. */
export function seriesName({ kind, name }: SeriesKey): string {
  if (kind === "other") return "Other";
  return name ?? UNATTRIBUTED;
}

/** Tells groups apart also when one is named like another kind. */
export const seriesId = ({ kind, name }: SeriesKey) => `${kind}:${name}`;
