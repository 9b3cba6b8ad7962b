import { useNarrow } from "./use-narrow.ts";
import type { TimeUnit } from "@outlay/core";
import { useMemo } from "react";
import { trendQuestion } from "../api/questions.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import type { BucketInput } from "../charts/prepare/stacked-bars.ts";
import { useChartUnit } from "./use-chart-unit.ts";
import type { View } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { dayRange } from "../format/time.ts";

/** One metric of all calls over the period, as it was answered. */
export interface OverTime {
  unit: TimeUnit;
  /** The period in words. */
  range: string;
  buckets: BucketInput[];
  values: (number | null)[];
  before: (number | null)[] | undefined;
}

/** The page's period as one row of numbers, with the way to narrow the page to one of its buckets. */
export function useOverTime(metric: "cost" | "calls"): {
  picture: OverTime | null;
  isWaiting: boolean;
  view: View;
  /** The one asked for now. */
  unit: TimeUnit;
  narrow: (bucket: { label: string }) => void;
} {
  const { view } = usePageSearch();
  const { unit, isKnown } = useChartUnit(view);
  const { data, isWaiting } = useKeptQuery({ ...trendQuestion(view, unit, metric), enabled: isKnown });
  const picture = useMemo((): OverTime | null => {
    if (data === undefined) return null;
    const { answer } = data;
    const { period } = answer.query;
    return {
      unit: data.unit,
      range: dayRange(Date.parse(period.start), Date.parse(period.end), period.timeZone),
      buckets: answer.buckets.map(({ label, start, end }) => ({
        label,
        startMs: Date.parse(start),
        endMs: Date.parse(end),
      })),
      values: answer.series[0]?.values[metric] ?? [],
      before: answer.comparison?.series[0]?.values[metric],
    };
  }, [data, metric]);
  const narrow = useNarrow(picture?.unit ?? unit);
  return { picture, isWaiting, view, unit, narrow };
}
