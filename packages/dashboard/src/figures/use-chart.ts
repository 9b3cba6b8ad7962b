import type { TimeUnit } from "@outlay/core";
import { useMemo } from "react";
import type { AskedPeriod, Series, TimeSeriesAnswer } from "../api/answers.ts";
import { chartQuestion } from "../api/questions.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import { colourOf } from "../charts/draw/colour.ts";
import { SERIES_COLOURS } from "../charts/prepare/colours.ts";
import { prepareStackedBars } from "../charts/prepare/stacked-bars.ts";
import type { PreparedBars, PreparedSeries } from "../charts/prepare/stacked-bars.ts";
import type { ChartMetric, Group, View } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { useNow } from "../ui/use-now.ts";
import { useChartUnit } from "./use-chart-unit.ts";

/** The chart as it is on screen; while another is fetched, still the one before. */
export interface Picture {
  group: Group;
  metric: ChartMetric;
  unit: TimeUnit;
  period: AskedPeriod;
  prepared: PreparedBars;
  /** Also for the rows of a list about the same dimension. */
  colour: (series: Pick<PreparedSeries, "kind" | "name">) => string;
  /** Groups that there are, shown or not. */
  groups: number;
}

/** The chart's data, asked once however many parts of the page use it; of the page's view, or `within` a narrower one. */
export function useChart(within?: View): { picture: Picture | null; isWaiting: boolean } {
  const shared = usePageSearch().view;
  const view = within ?? shared;
  const nowMs = useNow();
  const { unit, isKnown } = useChartUnit(view);
  const { data, isWaiting } = useKeptQuery({
    ...chartQuestion(view, unit, SERIES_COLOURS),
    enabled: isKnown,
  });
  const picture = useMemo((): Picture | null => {
    if (data === undefined) return null;
    const { answer, group, metric } = data;
    const prepared = prepare(answer, group, metric, nowMs);
    const names = prepared.series.flatMap(({ name }) => name ?? []);
    return {
      group,
      metric,
      unit: data.unit,
      period: answer.query.period,
      prepared,
      colour: colourOf(group, names),
      groups: answer.meta.groups ?? names.length,
    };
  }, [data, nowMs]);
  return { picture, isWaiting };
}

function prepare(answer: TimeSeriesAnswer, group: Group, metric: ChartMetric, nowMs: number): PreparedBars {
  return prepareStackedBars({
    buckets: answer.buckets.map(({ label, start, end }) => ({
      label,
      startMs: Date.parse(start),
      endMs: Date.parse(end),
    })),
    series: answer.series.map((series) => ({
      name: series.other ? null : (series.key[group] ?? null),
      other: series.other,
      values: series.values[metric] ?? [],
    })),
    before: answer.comparison && sums(answer.comparison.series, metric),
    maxSeries: SERIES_COLOURS,
    nowMs,
  });
}

/** The whole of each bucket; null where no series knows a value. */
function sums(series: readonly Series[], metric: ChartMetric): (number | null)[] {
  const lists = series.map(({ values }) => values[metric] ?? []);
  return (lists[0] ?? []).map((_, index) => {
    const known = lists.flatMap((list) => list[index] ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
}
