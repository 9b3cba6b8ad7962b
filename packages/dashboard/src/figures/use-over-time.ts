import type { TimeUnit } from "@outlay/core";
import { localDate } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { metaQuestion, trendQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { bucketDays } from "../../charts/prepare/bucket-names.ts";
import type { BucketInput } from "../../charts/prepare/stacked-bars.ts";
import { addDays } from "../../filters/dates.ts";
import { chartUnit, withDays } from "../../filters/search.ts";
import type { View } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { dayRange } from "../../format/time.ts";
import { useNow } from "../../ui/use-now.ts";

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
  const { view, change } = usePageSearch();
  const meta = useQuery(metaQuestion).data;
  const nowMs = useNow();
  const timeZone = view.timeZone ?? meta?.timeZone ?? "UTC";
  const firstDate = meta?.firstEventAt ? localDate(Date.parse(meta.firstEventAt), timeZone) : null;
  const unit = chartUnit(view, firstDate, localDate(nowMs, timeZone));
  const { data, isWaiting } = useKeptQuery({ ...trendQuestion(view, unit, metric), enabled: meta !== undefined });
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
  const narrow = ({ label }: { label: string }) => {
    const days = bucketDays(label, picture?.unit ?? unit);
    if (days !== null) change((search) => withDays(search, days.from, addDays(days.to, -1)));
  };
  return { picture, isWaiting, view, unit, narrow };
}
