import type { TimeUnit } from "@outlay/core";
import { percent } from "@outlay/react";
import type { ValueFormat } from "../../format/metric.ts";
import { UNIT_NAMES, bucketName } from "../prepare/bucket-names.ts";
import { scaleLabels } from "../prepare/scale-labels.ts";
import { seriesId, seriesName } from "../prepare/series-name.ts";
import type { Bar, PreparedBars, PreparedSeries } from "../prepare/stacked-bars.ts";
import { chartSummary } from "../prepare/summary.ts";
import { BarsTable } from "./bars-table.tsx";
import { ChartFigure, NothingToDraw } from "./chart-figure.tsx";
import { Legend } from "./legend.tsx";
import { StackedBars } from "./stacked-bars.tsx";
import { TooltipNumbers } from "./tooltip.tsx";

/** Stacked bars over time with legend, summary and table, in any unit. Only for what adds up; else `LineChart`. */
export function TimeBars({
  name: chartName,
  prepared,
  colour,
  format,
  unit,
  title,
  range,
  wholeNumbers = false,
  onSelectSeries,
  onSelectBucket,
  groups,
  height = 272,
}: {
  /** Of the chart, in the address. */
  name: string;
  prepared: PreparedBars;
  colour: (series: PreparedSeries) => string;
  format: ValueFormat;
  unit: TimeUnit;
  /** What is drawn: "Cost by model". */
  title: string;
  /** The period in words. */
  range: string;
  wholeNumbers?: boolean;
  onSelectSeries?: ((series: PreparedSeries) => void) | undefined;
  onSelectBucket?: ((bar: Bar) => void) | undefined;
  /** Groups that there are, shown or not. */
  groups?: number | undefined;
  height?: number;
}) {
  const { bars, series } = prepared;
  const nameOf = (bar: Bar) => bucketName(bar.label, unit).long;
  const barNumbers = (bar: Bar) => <BarNumbers bar={bar} title={nameOf(bar)} format={format} colour={colour} />;
  if (bars.every(({ total, before }) => total === null && before === null)) {
    return <NothingToDraw height={height}>No data</NothingToDraw>;
  }
  return (
    <ChartFigure
      name={chartName}
      drawing={
        <StackedBars
          prepared={prepared}
          colour={colour}
          summary={chartSummary(prepared, {
            title,
            range,
            format: format.short,
            bucketName: (label) => bucketName(label, unit).long,
            seriesName,
          })}
          wholeNumbers={wholeNumbers}
          tickLabels={(marks) => scaleLabels(marks, format)}
          axisName={(bar) => bucketName(bar.label, unit).short}
          barLabel={(bar) => barInWords(bar, nameOf(bar), format)}
          tooltip={barNumbers}
          onSelect={onSelectBucket}
          height={height}
        />
      }
      table={
        <BarsTable
          prepared={prepared}
          caption={`${title} over time`}
          bucketColumn={UNIT_NAMES[unit]}
          barName={nameOf}
          seriesName={seriesName}
          format={format.short}
          exact={format.exact}
        />
      }
      renderLegend={(toggle, asTable) => (
        <Legend
          series={series}
          colour={colour}
          name={seriesName}
          value={({ total }) => format.short(total)}
          onSelect={onSelectSeries}
          note={asTable ? undefined : legendNote(prepared, groups)}
          action={toggle}
        />
      )}
    />
  );
}

function legendNote({ series, bars }: PreparedBars, groups = 0): string | undefined {
  const shown = series.filter(({ kind }) => kind !== "other").length;
  const notes = [
    groups > shown && shown < series.length ? `${shown} of ${groups} shown` : "",
    bars.some(({ before }) => before !== null) ? "dashed: the period before" : "",
    bars.some(({ unfinished }) => unfinished) ? "hatched: not finished" : "",
  ].filter(Boolean);
  return notes.length > 0 ? notes.join(" · ") : undefined;
}

/** What is shown beside a bar: its parts in the order of the stack, from the top. */
function BarNumbers(props: {
  bar: Bar;
  title: string;
  format: ValueFormat;
  colour: (series: PreparedSeries) => string;
}) {
  const { bar, title, format, colour } = props;
  const whole = bar.segments.every(({ value }) => value > 0) ? (bar.total ?? 0) : 0;
  return (
    <TooltipNumbers
      title={title}
      value={bar.total === null ? unknownWord(bar) : format.short(bar.total)}
      notes={bar.before === null ? [] : [{ name: "Period before", value: format.short(bar.before) }]}
      lines={bar.segments.toReversed().map(({ series, value }) => ({
        key: seriesId(series),
        name: seriesName(series),
        value: format.short(value),
        colour: colour(series),
        // Beside credits, shares of the whole say nothing.
        ...(whole > 0 ? { share: percent(value / whole) } : {}),
      }))}
      footer={bar.unfinished ? "Not finished yet" : null}
    />
  );
}

function barInWords(bar: Bar, name: string, format: ValueFormat): string {
  if (bar.total === null) return `${name}: ${unknownWord(bar)}`;
  const parts = bar.segments.slice(0, 3).map(({ series, value }) => `${seriesName(series)} ${format.short(value)}`);
  const before = bar.before === null ? [] : [`period before ${format.short(bar.before)}`];
  const unfinished = bar.unfinished ? ["not finished"] : [];
  return [`${name}: ${format.short(bar.total)}`, ...parts, ...before, ...unfinished].join(", ");
}

const unknownWord = ({ future }: Bar) => (future ? "not yet" : "no data");
