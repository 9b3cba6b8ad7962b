import { percent } from "@outlay/react";
import type { ValueFormat } from "../../format/metric.ts";
import type { SeriesKey } from "../prepare/cap-series.ts";
import type { PreparedRanking, RankedRow } from "../prepare/ranked-bars.ts";
import { seriesId, seriesName } from "../prepare/series-name.ts";
import { ChartFigure, NothingToDraw } from "./chart-figure.tsx";
import { Legend } from "./legend.tsx";
import { NumbersTable } from "./numbers-table.tsx";
import { TooltipNumbers } from "./tooltip.tsx";
import { Track, TrackMark } from "./track.tsx";
import { WalkList } from "./walk-list.tsx";

/** Groups without time as bars in order of size, each perhaps split by a second dimension. Draws what `prepareRankedBars` decided. */
export function RankedBars({
  name: chartName,
  prepared,
  colour,
  format,
  title,
  groupColumn,
  onSelect,
  onSelectPart,
  groups = 0,
}: {
  /** Of the chart, in the address. */
  name: string;
  prepared: PreparedRanking;
  /** Of the parts where there are any, else of the rows. */
  colour: (series: SeriesKey) => string;
  format: ValueFormat;
  /** What is drawn: "Cost by model". */
  title: string;
  /** Over the names in the table: "Model". */
  groupColumn: string;
  onSelect?: ((row: RankedRow) => void) | undefined;
  onSelectPart?: ((part: SeriesKey) => void) | undefined;
  /** Groups that there are, shown or not. */
  groups?: number | undefined;
}) {
  const { rows, parts, total, lowest, highest } = prepared;
  if (rows.length === 0) return <NothingToDraw />;
  const hasBefore = rows.some(({ before }) => before !== null);
  const hasShares = rows.some(({ share }) => share !== null);
  const shown = rows.filter(({ kind }) => kind !== "other").length;
  const note = [groups > shown ? `${shown} of ${groups} shown` : "", hasBefore ? "mark: the period before" : ""]
    .filter(Boolean)
    .join(" · ");
  return (
    <ChartFigure
      name={chartName}
      drawing={
        <WalkList
          summary={summaryOf(prepared, title, format)}
          items={rows.map((row) => ({
            key: seriesId(row),
            label: rowInWords(row, format),
            onSelect: onSelect === undefined || row.kind === "other" ? undefined : () => onSelect(row),
            content: (
              <span className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 py-1.5 @xl:h-9 @xl:grid-cols-[minmax(0,13rem)_minmax(0,1fr)_4.5rem_3rem] @xl:py-0">
                <span className="col-start-1 row-start-1 truncate" title={seriesName(row)}>
                  {seriesName(row)}
                </span>
                <span className="col-span-2 row-start-2 @xl:col-span-1 @xl:col-start-2 @xl:row-start-1">
                  <Track
                    min={lowest}
                    max={highest}
                    stretches={row.segments.map(({ series, from, to }) => ({
                      key: seriesId(series),
                      from,
                      to,
                      background: colour(series),
                    }))}
                  >
                    {lowest < 0 ? (
                      <TrackMark at={0} min={lowest} max={highest} className="-inset-y-1 w-px bg-control" />
                    ) : null}
                    {row.before === null ? null : (
                      <TrackMark
                        at={row.before}
                        min={lowest}
                        max={highest}
                        className="-inset-y-0.5 border-l-[1.5px] border-dashed border-ink"
                      />
                    )}
                  </Track>
                </span>
                <span className="col-start-2 row-start-1 text-right whitespace-nowrap tabular-nums @xl:col-start-3">
                  <span className="font-medium">{format.short(row.value)}</span>
                  {row.share === null ? null : <span className="ml-2 text-muted @xl:hidden">{percent(row.share)}</span>}
                </span>
                <span className="hidden text-right whitespace-nowrap text-muted tabular-nums @xl:col-start-4 @xl:row-start-1 @xl:block">
                  {row.share === null ? "" : percent(row.share)}
                </span>
              </span>
            ),
            tooltip: <RowNumbers row={row} split={parts.length > 0} format={format} colour={colour} />,
          }))}
        />
      }
      table={
        <NumbersTable
          caption={title}
          columns={[
            groupColumn,
            "Value",
            ...(hasShares ? ["Share"] : []),
            ...(hasBefore ? ["Before"] : []),
            ...parts.map(seriesName),
          ]}
          rows={rows.map((row) => ({
            key: seriesId(row),
            name: seriesName(row),
            cells: [
              cell(row.value, format),
              ...(hasShares ? [{ text: percent(row.share) }] : []),
              ...(hasBefore ? [cell(row.before, format)] : []),
              ...parts.map((part) => {
                const segment = row.segments.find(({ series }) => seriesId(series) === seriesId(part));
                return cell(segment?.value ?? 0, format);
              }),
            ],
          }))}
        />
      }
      renderLegend={(toggle) => (
        <Legend
          series={parts}
          colour={colour}
          name={seriesName}
          value={(part) => (total === null ? null : format.short(part.total))}
          onSelect={onSelectPart}
          note={note === "" ? undefined : note}
          action={toggle}
        />
      )}
    />
  );
}

const cell = (value: number | null, format: ValueFormat) => ({ text: format.short(value), title: format.exact(value) });

function RowNumbers(props: {
  row: RankedRow;
  split: boolean;
  format: ValueFormat;
  colour: (series: SeriesKey) => string;
}) {
  const { row, split, format, colour } = props;
  return (
    <TooltipNumbers
      title={seriesName(row)}
      value={split ? format.short(row.value) : format.exact(row.value)}
      notes={[
        ...(row.share === null ? [] : [{ name: "Share", value: percent(row.share) }]),
        ...(row.before === null ? [] : [{ name: "Period before", value: format.short(row.before) }]),
      ]}
      lines={
        split
          ? row.segments.map(({ series, value }) => ({
              key: seriesId(series),
              name: seriesName(series),
              value: format.short(value),
              colour: colour(series),
            }))
          : []
      }
    />
  );
}

function rowInWords(row: RankedRow, format: ValueFormat): string {
  const parts = [
    `${seriesName(row)}: ${row.value === null ? "not known" : format.short(row.value)}`,
    ...(row.share === null ? [] : [percent(row.share)]),
    ...(row.before === null ? [] : [`period before ${format.short(row.before)}`]),
  ];
  return parts.join(", ");
}

function summaryOf({ rows, total }: PreparedRanking, title: string, format: ValueFormat): string {
  const [first] = rows;
  const parts = [
    `${rows.length} ${rows.length === 1 ? "row" : "rows"}`,
    ...(total === null ? [] : [`${format.short(total)} in total`]),
    ...(first === undefined || first.value === null
      ? []
      : [`largest ${seriesName(first)} with ${format.short(first.value)}`]),
  ];
  return `${title}: ${parts.join("; ")}.`;
}
