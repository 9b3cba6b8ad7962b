import { seriesId } from "../prepare/series-name.ts";
import type { Bar, PreparedBars, PreparedSeries } from "../prepare/stacked-bars.ts";
import { NumbersTable } from "./numbers-table.tsx";

/** The chart's numbers as a table: a row for each bar, newest first, a column for each group. */
export function BarsTable({
  prepared,
  caption,
  bucketColumn,
  barName,
  seriesName,
  format,
  exact,
}: {
  prepared: PreparedBars;
  caption: string;
  bucketColumn: string;
  barName: (bar: Bar) => string;
  seriesName: (series: PreparedSeries) => string;
  format: (value: number | null) => string;
  exact: (value: number | null) => string;
}) {
  const hasBefore = prepared.bars.some((bar) => bar.before !== null);
  const cell = (value: number | null) => ({ text: format(value), title: exact(value) });
  return (
    <NumbersTable
      caption={caption}
      columns={[bucketColumn, "Total", ...(hasBefore ? ["Before"] : []), ...prepared.series.map(seriesName)]}
      rows={prepared.bars.toReversed().map((bar) => ({
        key: bar.label,
        name: <BucketName name={barName(bar)} unfinished={bar.unfinished} />,
        cells: [
          cell(bar.total),
          ...(hasBefore ? [cell(bar.before)] : []),
          ...prepared.series.map((series) => {
            const part = bar.segments.find((segment) => seriesId(segment.series) === seriesId(series));
            return cell(bar.total === null ? null : (part?.value ?? 0));
          }),
        ],
      }))}
    />
  );
}

export function BucketName({ name, unfinished }: { name: string; unfinished: boolean }) {
  return (
    <>
      {name}
      {unfinished ? <span className="text-muted"> (not finished)</span> : null}
    </>
  );
}
