import { duration, exactMoney, money } from "@outlay/react";
import { niceScale } from "../prepare/ticks.ts";
import type { PreparedTrace, SpanInput, TraceRow } from "../prepare/trace.ts";
import { ChartFigure, NothingToDraw } from "./chart-figure.tsx";
import { NumbersTable } from "./numbers-table.tsx";
import { TooltipNumbers } from "./tooltip.tsx";
import { Track, TrackMark } from "./track.tsx";
import { WalkList } from "./walk-list.tsx";

/** The spans of a trace: what called what, when, how long, at what cost. Draws what `prepareTrace` decided. */
export function TraceBars({
  name: chartName,
  prepared,
  title,
  selected = null,
  onSelect,
}: {
  /** Of the chart, in the address. */
  name: string;
  prepared: PreparedTrace;
  /** What is drawn: "Trace 4f2a". */
  title: string;
  /** Id of the span that is open. */
  selected?: string | null;
  onSelect?: ((span: SpanInput) => void) | undefined;
}) {
  const { rows, durationMs, totalUsd } = prepared;
  if (rows.length === 0) return <NothingToDraw>No spans</NothingToDraw>;
  const marks = niceScale(durationMs, { count: 4 }).marks.filter((mark) => mark <= durationMs);
  return (
    <ChartFigure
      name={chartName}
      drawing={
        <div className="flex flex-col">
          <div aria-hidden="true" className="@container -mx-2 px-2 text-[0.6875rem] text-muted tabular-nums">
            <div className={`hidden @xl:grid ${COLUMNS}`}>
              <span className="relative col-start-2 h-5">
                {durationMs === 0
                  ? null
                  : marks.map((mark) => (
                      <span
                        key={mark}
                        className={`absolute ${mark === 0 ? "" : "-translate-x-1/2"}`}
                        style={{ left: `${(mark / durationMs) * 100}%` }}
                      >
                        {mark === 0 ? "0" : duration(mark)}
                      </span>
                    ))}
              </span>
            </div>
          </div>
          <WalkList
            summary={`${title}: ${rows.length} ${rows.length === 1 ? "span" : "spans"} in ${duration(durationMs)}, ${money(totalUsd)} in total.`}
            items={rows.map((row) => ({
              key: row.span.id,
              label: inWords(row),
              isSelected: onSelect === undefined ? undefined : row.span.id === selected,
              onSelect: onSelect === undefined ? undefined : () => onSelect(row.span),
              content: <SpanRow row={row} durationMs={durationMs} marks={marks} />,
              tooltip: <SpanNumbers row={row} />,
            }))}
          />
        </div>
      }
      table={
        <NumbersTable
          caption={title}
          columns={["Span", "Cost", "With all below", "Start", "Duration"]}
          rows={rows.map((row) => ({
            key: row.span.id,
            name: `${"– ".repeat(row.depth)}${row.span.name}${row.span.failed === true ? " (failed)" : ""}`,
            cells: [
              { text: money(row.span.costUsd), title: exactMoney(row.span.costUsd) },
              { text: money(row.withinUsd), title: exactMoney(row.withinUsd) },
              { text: `+${duration(row.offsetMs)}` },
              { text: duration(row.span.durationMs) },
            ],
          }))}
        />
      }
      renderLegend={(toggle) => <div className="-mx-2 flex justify-end">{toggle}</div>}
    />
  );
}

function SpanRow({ row, durationMs, marks }: { row: TraceRow; durationMs: number; marks: readonly number[] }) {
  const { span, depth, offsetMs } = row;
  const background =
    span.failed === true ? "var(--high)" : span.costUsd === null ? "var(--series-other)" : "var(--series-0)";
  return (
    <span className={`grid grid-cols-[minmax(0,1fr)_auto] items-center gap-y-1 py-1.5 @xl:h-8 @xl:py-0 ${COLUMNS}`}>
      <span
        className="col-start-1 row-start-1 flex min-w-0 items-baseline gap-2 [--indent:0.5rem] @xl:[--indent:0.875rem]"
        // Deeper than this, names would have no room; the tree still reads by its order.
        style={{ paddingLeft: `calc(${Math.min(depth, MAX_DEPTH)} * var(--indent))` }}
      >
        <span className="truncate" title={span.name}>
          {span.name}
        </span>
        {span.failed === true ? <span className="shrink-0 text-high">failed</span> : null}
        {span.note === undefined ? null : <span className="shrink-[20] truncate text-muted">{span.note}</span>}
      </span>
      <span className="col-span-2 row-start-2 @xl:col-span-1 @xl:col-start-2 @xl:row-start-1">
        <Track
          min={0}
          max={Math.max(durationMs, 1)}
          height="h-2.5 @xl:h-3.5"
          grid={marks}
          stretches={
            span.durationMs === null
              ? []
              : [{ key: "span", from: offsetMs, to: offsetMs + span.durationMs, background }]
          }
        >
          {span.durationMs === null ? (
            <TrackMark
              at={offsetMs}
              min={0}
              max={Math.max(durationMs, 1)}
              className="inset-y-0 border-l-2 border-dotted border-ink"
            />
          ) : null}
        </Track>
      </span>
      <span className="hidden text-right whitespace-nowrap text-muted tabular-nums @xl:col-start-3 @xl:row-start-1 @xl:block">
        {duration(span.durationMs)}
      </span>
      <span className="col-start-2 row-start-1 text-right font-medium whitespace-nowrap tabular-nums @xl:col-start-4">
        <span className="mr-2 font-normal text-muted @xl:hidden">{duration(span.durationMs)}</span>
        {span.costUsd === null && row.hasChildren ? (
          <span className="font-normal text-muted">{row.withinUsd === null ? "" : `Σ ${money(row.withinUsd)}`}</span>
        ) : (
          money(span.costUsd)
        )}
      </span>
    </span>
  );
}

function SpanNumbers({ row }: { row: TraceRow }) {
  const { span, offsetMs, withinUsd, hasChildren } = row;
  return (
    <TooltipNumbers
      title={span.name}
      value={span.failed === true ? "failed" : ""}
      notes={[
        ...(span.note === undefined ? [] : [{ name: span.note, value: "" }]),
        { name: "Start", value: `+${duration(offsetMs)}` },
        { name: "Duration", value: span.durationMs === null ? "not known" : duration(span.durationMs) },
        { name: "Cost", value: span.costUsd === null ? "none known" : exactMoney(span.costUsd) },
        ...(hasChildren ? [{ name: "With all below", value: exactMoney(withinUsd) }] : []),
      ]}
      lines={[]}
    />
  );
}

function inWords({ span, depth, offsetMs, withinUsd, hasChildren }: TraceRow): string {
  const parts = [
    `${span.name}${span.note === undefined ? "" : `, ${span.note}`}`,
    `level ${depth + 1}`,
    ...(span.failed === true ? ["failed"] : []),
    `starts after ${duration(offsetMs)}`,
    span.durationMs === null ? "duration not known" : `takes ${duration(span.durationMs)}`,
    span.costUsd === null ? "no cost of its own" : money(span.costUsd),
    ...(hasChildren && withinUsd !== null ? [`${money(withinUsd)} with all below`] : []),
  ];
  return parts.join(", ");
}

const COLUMNS = "gap-x-3 @xl:grid-cols-[minmax(0,15rem)_minmax(0,1fr)_4rem_5rem]";
const MAX_DEPTH = 8;
