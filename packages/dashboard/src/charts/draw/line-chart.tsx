import type { TimeUnit } from "@outlay/core";
import { useState } from "react";
import type { ValueFormat } from "../../format/metric.ts";
import { UNIT_NAMES, bucketName } from "../prepare/bucket-names.ts";
import { lineSummary } from "../prepare/line-summary.ts";
import type { LineBucket, LineSeries, PreparedLines } from "../prepare/lines.ts";
import { seriesId, seriesName } from "../prepare/series-name.ts";
import { BucketName } from "./bars-table.tsx";
import { ChartFigure, NothingToDraw } from "./chart-figure.tsx";
import { Legend } from "./legend.tsx";
import { Lines } from "./lines.tsx";
import { NumbersTable } from "./numbers-table.tsx";
import { TooltipNumbers } from "./tooltip.tsx";

/**
 * One to eight lines (with Other) over time with legend, summary and table: for what does not add up, for sums that grow, for a trend, for a
 * projection. Draws what `prepareLines` decided.
 */
export function LineChart({
  name: chartName,
  prepared,
  colour,
  format,
  unit,
  title,
  range,
  wholeNumbers = false,
  area = false,
  onSelectSeries,
  onSelectBucket,
  groups,
  beforeName = "Period before",
  height = 272,
}: {
  /** Of the chart, in the address. */
  name: string;
  prepared: PreparedLines;
  colour: (series: LineSeries) => string;
  format: ValueFormat;
  unit: TimeUnit;
  /** What is drawn: "Latency by model". */
  title: string;
  /** The period in words. */
  range: string;
  wholeNumbers?: boolean;
  /** Fills what is below the line; only when it is the only one. */
  area?: boolean;
  onSelectSeries?: ((series: LineSeries) => void) | undefined;
  onSelectBucket?: ((bucket: LineBucket) => void) | undefined;
  /** Groups that there are, shown or not. */
  groups?: number | undefined;
  beforeName?: string;
  height?: number;
}) {
  const { buckets, lines } = prepared;
  const [raised, setRaised] = useState<string | null>(null);
  const nameOf = (bucket: LineBucket) => bucketName(bucket.label, unit).long;
  const isEmpty = lines.every(({ values }) => values.every((value) => value === null));
  if (isEmpty && buckets.every(({ before, projected }) => before === null && projected === null)) {
    return <NothingToDraw height={height}>No data</NothingToDraw>;
  }
  const numbersAt = (index: number) =>
    lines
      .map(({ series, values }) => ({ series, value: values[index] ?? null }))
      .toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
  const besides = (bucket: LineBucket) => [
    ...(bucket.before === null ? [] : [{ name: beforeName, value: format.short(bucket.before) }]),
    ...(bucket.projected === null ? [] : [{ name: "Projected", value: projectedWords(bucket.projected, format) }]),
  ];
  const inWords = (bucket: LineBucket, index: number) => {
    const known = numbersAt(index).filter(({ value }) => value !== null);
    const parts = known.map(
      ({ series, value }) => `${lines.length > 1 ? `${seriesName(series)} ` : ""}${format.short(value)}`,
    );
    const notes = besides(bucket).map(({ name, value }) => `${name.toLowerCase()} ${value}`);
    const all = [...(parts.length === 0 ? [emptyWord(bucket)] : parts), ...notes];
    return `${nameOf(bucket)}: ${[...all, ...(bucket.unfinished ? ["not finished"] : [])].join(", ")}`;
  };
  return (
    <ChartFigure
      name={chartName}
      drawing={
        <Lines
          prepared={prepared}
          colour={colour}
          format={format}
          summary={lineSummary(prepared, { title, range, format, bucketName: (label) => bucketName(label, unit).long })}
          wholeNumbers={wholeNumbers}
          area={area && lines.length === 1}
          raised={raised}
          axisName={({ label }) => bucketName(label, unit).short}
          pointLabel={inWords}
          renderTooltip={(bucket, index) => {
            const numbers = numbersAt(index).filter(({ value }) => value !== null);
            const only = lines.length === 1 ? (numbers[0]?.value ?? null) : null;
            return (
              <TooltipNumbers
                title={nameOf(bucket)}
                value={numbers.length === 0 ? emptyWord(bucket) : only === null ? "" : format.short(only)}
                notes={besides(bucket)}
                lines={(lines.length === 1 ? [] : numbers).map(({ series, value }) => ({
                  key: seriesId(series),
                  name: seriesName(series),
                  value: format.short(value),
                  colour: colour(series),
                }))}
                footer={bucket.unfinished ? "Not finished yet" : null}
              />
            );
          }}
          onSelect={onSelectBucket}
          height={height}
        />
      }
      table={<LinesTable prepared={prepared} title={title} unit={unit} format={format} beforeName={beforeName} />}
      renderLegend={(toggle, asTable) => (
        <Legend
          series={lines.map(({ series }) => series)}
          colour={colour}
          name={seriesName}
          value={({ total }) => (total === null ? null : format.short(total))}
          onSelect={onSelectSeries}
          onPoint={(series) => setRaised(series === null || asTable ? null : seriesId(series))}
          note={asTable ? undefined : legendNote(prepared, groups, beforeName)}
          action={toggle}
        />
      )}
    />
  );
}

function projectedWords({ value, low, high }: NonNullable<LineBucket["projected"]>, format: ValueFormat): string {
  return low === null || high === null
    ? format.short(value)
    : `${format.short(value)} (${format.short(low)} – ${format.short(high)})`;
}

function legendNote({ lines, buckets }: PreparedLines, groups = 0, beforeName: string): string | undefined {
  const shown = lines.filter(({ series }) => series.kind !== "other").length;
  const banded = buckets.some(({ projected }) => projected?.low !== null && projected?.low !== undefined);
  const notes = [
    groups > shown ? `${shown} of ${groups} shown` : "",
    buckets.some(({ before }) => before !== null) ? `dashed: ${beforeName.toLowerCase()}` : "",
    buckets.some(({ projected }) => projected !== null)
      ? `dotted: projected${banded ? ", with its usual error" : ""}`
      : "",
    buckets.some(({ unfinished }) => unfinished) ? "open point: not finished" : "",
  ].filter(Boolean);
  return notes.length > 0 ? notes.join(" · ") : undefined;
}

function LinesTable(props: {
  prepared: PreparedLines;
  title: string;
  unit: TimeUnit;
  format: ValueFormat;
  beforeName: string;
}) {
  const { prepared, title, unit, format, beforeName } = props;
  const { buckets, lines } = prepared;
  const hasBefore = buckets.some(({ before }) => before !== null);
  const hasProjected = buckets.some(({ projected }) => projected !== null);
  const cell = (value: number | null) => ({ text: format.short(value), title: format.exact(value) });
  const rows = buckets.map((bucket, index) => ({
    key: bucket.label,
    name: <BucketName name={bucketName(bucket.label, unit).long} unfinished={bucket.unfinished} />,
    cells: [
      ...lines.map(({ values }) => cell(values[index] ?? null)),
      ...(hasBefore ? [cell(bucket.before)] : []),
      ...(hasProjected ? [{ text: bucket.projected === null ? "" : projectedWords(bucket.projected, format) }] : []),
    ],
  }));
  return (
    <NumbersTable
      caption={`${title} over time`}
      columns={[
        UNIT_NAMES[unit],
        ...lines.map(({ series }) => seriesName(series)),
        ...(hasBefore ? [beforeName] : []),
        ...(hasProjected ? ["Projected"] : []),
      ]}
      rows={rows.toReversed()}
    />
  );
}

const emptyWord = ({ future }: LineBucket) => (future ? "not yet" : "no data");
