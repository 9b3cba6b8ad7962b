import { useNarrow } from "../../figures/use-narrow.ts";
import { METRICS } from "@outlay/core";
import type { Metric } from "@outlay/core";
import { useMemo } from "react";
import type { Series } from "../../api/answers.ts";
import type { Asked } from "../../api/explore.ts";
import { colourOf } from "../../charts/draw/colour.ts";
import { LineChart } from "../../charts/draw/line-chart.tsx";
import { TimeBars } from "../../charts/draw/time-bars.tsx";
import { addUp } from "../../charts/prepare/cap-series.ts";
import type { SeriesKey } from "../../charts/prepare/cap-series.ts";
import { SERIES_COLOURS } from "../../charts/prepare/colours.ts";
import { prepareLines } from "../../charts/prepare/lines.ts";
import { prepareStackedBars } from "../../charts/prepare/stacked-bars.ts";
import { exactly } from "../../entities/entity-view.ts";
import { UNATTRIBUTED } from "../../filters/filter.ts";
import { metricFormat } from "../../format/metric.ts";
import { dayRange } from "../../format/time.ts";
import { useNow } from "../../ui/use-now.ts";
import { titleOf } from "./choices-in-words.ts";
import { TooFine } from "./question-trouble.tsx";
import type { OverTime } from "./use-figures.ts";

/** The groups over time: stacked bars of what adds up, lines of what does not or is summed up. A click on a bar shows only its days. */
export function TimeChart({
  asked,
  unit,
  answer,
  isCumulative,
  onSelect,
}: OverTime & { isCumulative: boolean; onSelect: (filters: string[]) => void }) {
  const narrow = useNarrow(unit);
  const nowMs = useNow();
  const { additive } = METRICS[asked.metric];
  const isStacked = additive && !isCumulative;
  const input = useMemo(() => chartInput(asked, answer, isStacked, nowMs), [asked, answer, isStacked, nowMs]);
  if (answer.buckets.length > MAX_BUCKETS) return <TooFine />;
  const { period } = answer.query;
  const groups = answer.meta.groups;
  const select = ({ name }: SeriesKey) => {
    const found = answer.series.find((series) => series.other !== true && nameOf(asked, series) === name);
    if (found !== undefined) onSelect(filtersOf(asked, found));
  };
  const shared = {
    colour: colourOf(
      colourKey(asked),
      input.series.flatMap(({ name }) => name ?? []),
    ),
    format: metricFormat(asked.metric),
    unit,
    title: titleOf(asked),
    range: dayRange(Date.parse(period.start), Date.parse(period.end), period.timeZone),
    wholeNumbers: isWhole(asked.metric),
    onSelectSeries: asked.group === null ? undefined : select,
    onSelectBucket: unit === "hour" ? undefined : narrow,
    ...(groups === undefined || asked.group === null ? {} : { groups }),
  };
  return isStacked ? (
    <TimeBars name="chart" {...shared} prepared={prepareStackedBars({ ...input, maxSeries: SERIES_COLOURS })} />
  ) : (
    <LineChart
      name="chart"
      {...shared}
      area
      prepared={prepareLines({ ...input, additive, cumulative: isCumulative && additive })}
    />
  );
}

/** Colours of one dimension are the same on every page. */
export const colourKey = ({ group, second }: Pick<Asked, "group" | "second">) =>
  [group, second].filter((name) => name !== null).join("+") || "all";

const isWhole = (metric: Metric) => ["count", "tokens"].includes(METRICS[metric].unit);

function chartInput(asked: Asked, answer: OverTime["answer"], isStacked: boolean, nowMs: number) {
  const { metric } = asked;
  const before = answer.comparison?.series;
  // The whole of the period before stands beside a whole: a stack, or the only line.
  const isComparable = before !== undefined && (isStacked || answer.series.length === 1);
  return {
    buckets: answer.buckets.map(({ label, start, end }) => ({
      label,
      startMs: Date.parse(start),
      endMs: Date.parse(end),
    })),
    series: answer.series.map((series) => ({
      name: series.other === true ? null : nameOf(asked, series),
      other: series.other,
      values: series.values[metric] ?? [],
    })),
    before: isComparable ? addUp(before.map(({ values }) => values[metric] ?? [])) : undefined,
    nowMs,
  };
}

/** Null: without a value of the one dimension. Of two, both names. */
function nameOf({ group, second }: Asked, { key }: Series): string | null {
  if (group === null) return "All calls";
  if (second === null) return key[group] ?? null;
  return `${key[group] ?? UNATTRIBUTED} · ${key[second] ?? UNATTRIBUTED}`;
}

function filtersOf({ group, second }: Asked, { key }: Series): string[] {
  return [group, second].flatMap((name) => (name === null ? [] : [exactly(name, key[name] ?? "")]));
}

/** More would be thinner than a line. */
const MAX_BUCKETS = 400;
