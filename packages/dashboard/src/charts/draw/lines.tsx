import type { ReactNode } from "react";
import type { ValueFormat } from "../../format/metric.ts";
import { useWidth } from "../../ui/use-width.ts";
import { strokesOf } from "../prepare/lines.ts";
import type { Line, LineBucket, LineSeries, PreparedLines } from "../prepare/lines.ts";
import { scaleLabels } from "../prepare/scale-labels.ts";
import { seriesId } from "../prepare/series-name.ts";
import { niceScale } from "../prepare/ticks.ts";
import { Axes } from "./axes.tsx";
import { Drawing } from "./drawing.tsx";
import { linear } from "./places.ts";
import { axisIndexes, clampLabel, plotOf } from "./plot.ts";
import { Tooltip } from "./tooltip.tsx";
import { useWalk } from "./use-walk.ts";

/** The drawing of `LineChart`: straight from point to point, no line where nothing is known. One tab stop; arrow keys walk the buckets. */
export function Lines({
  prepared,
  colour,
  format,
  summary,
  wholeNumbers,
  area,
  raised,
  axisName,
  pointLabel,
  renderTooltip,
  onSelect,
  height,
}: {
  prepared: PreparedLines;
  colour: (series: LineSeries) => string;
  format: ValueFormat;
  summary: string;
  wholeNumbers: boolean;
  area: boolean;
  /** Id of the line that the legend points at; the others step back. */
  raised: string | null;
  axisName: (bucket: LineBucket) => string;
  pointLabel: (bucket: LineBucket, index: number) => string;
  renderTooltip: (bucket: LineBucket, index: number) => ReactNode;
  onSelect?: ((bucket: LineBucket) => void) | undefined;
  height: number;
}) {
  const [container, width] = useWidth<HTMLDivElement>();
  const { buckets, lines, reference } = prepared;
  const { drawing, active, leave, placeProps } = useWalk({
    mark: "point",
    places: buckets,
    // Where the present is.
    start: Math.max(
      0,
      buckets.findLastIndex(({ future }) => !future),
    ),
    onSelect,
  });
  const scale = niceScale(prepared.highest, { lowest: prepared.lowest, wholeNumbers });
  const labels = scaleLabels(scale.marks, format);
  const plot = plotOf(width, height, labels);
  const step = plot.width / buckets.length;
  const xOf = (index: number) => plot.left + (index + 0.5) * step;
  const yOf = linear([scale.min, scale.max], [plot.top + plot.height, plot.top]);

  const path = (points: readonly (readonly [number, number])[]) =>
    points.map(([index, value], at) => `${at === 0 ? "M" : "L"}${round(xOf(index))},${round(yOf(value))}`).join("");
  const through = (line: Line, indexes: readonly number[]) =>
    path(indexes.map((index) => [index, line.values[index] ?? 0] as const));
  return (
    <Drawing
      drawing={drawing}
      onLeave={leave}
      container={container}
      width={width}
      height={height}
      summary={summary}
      tooltip={
        active === null ? null : (
          <Tooltip from={xOf(active.index)} to={xOf(active.index)} width={width}>
            {renderTooltip(active.place, active.index)}
          </Tooltip>
        )
      }
    >
      {width === 0 ? null : (
        <>
          <Axes
            plot={plot}
            scale={scale}
            labels={labels}
            yOf={yOf}
            height={height}
            names={axisIndexes(buckets.length, plot.width).map((index) => ({
              key: index,
              x: clampLabel(xOf(index), width),
              text: axisName(buckets[index] as LineBucket),
              isActive: index === active?.index,
            }))}
          />
          {active === null ? null : (
            <line
              x1={xOf(active.index)}
              x2={xOf(active.index)}
              y1={plot.top}
              y2={plot.top + plot.height}
              stroke="var(--control)"
              shapeRendering="crispEdges"
            />
          )}
          <g aria-hidden="true" fill="none" strokeLinejoin="round" strokeLinecap="round">
            <Projection prepared={prepared} path={path} colour={colour} />
            {runs(buckets.map(({ before }) => before)).map((run) => (
              <path
                key={run[0]?.[0]}
                d={path(run)}
                stroke="var(--ink)"
                strokeOpacity="0.6"
                strokeWidth="1.5"
                strokeDasharray="3 4"
              />
            ))}
            {/* Largest on top. */}
            {lines.toReversed().map((line) => {
              const { solid, open, dots } = strokesOf(line.values, (index) => buckets[index]?.unfinished === true);
              const ink = colour(line.series);
              const base = yOf(0);
              return (
                <g key={seriesId(line.series)} opacity={raised === null || raised === seriesId(line.series) ? 1 : 0.2}>
                  {area
                    ? [...solid.map((run) => ({ run, weak: false })), ...open.map((run) => ({ run, weak: true }))].map(
                        ({ run, weak }) => (
                          <path
                            key={run[0]}
                            d={`${through(line, run)}L${round(xOf(run.at(-1) ?? 0))},${base}L${round(xOf(run[0] ?? 0))},${base}Z`}
                            fill={ink}
                            fillOpacity={weak ? 0.07 : 0.16}
                          />
                        ),
                      )
                    : null}
                  {solid.map((run) => (
                    <path key={run[0]} d={through(line, run)} stroke={ink} strokeWidth="2" />
                  ))}
                  {open.map((pair) => (
                    <path key={pair[0]} d={through(line, pair)} stroke={ink} strokeWidth="2" strokeDasharray="0.5 5" />
                  ))}
                  {dots.map((index) => (
                    <circle key={index} cx={xOf(index)} cy={yOf(line.values[index] ?? 0)} r="3" fill={ink} />
                  ))}
                  {line.values.map((value, index) =>
                    value !== null && (index === active?.index || buckets[index]?.unfinished === true) ? (
                      <circle
                        key={buckets[index]?.label}
                        cx={xOf(index)}
                        cy={yOf(value)}
                        r="3.5"
                        fill={buckets[index]?.unfinished === true ? "var(--surface)" : ink}
                        stroke={buckets[index]?.unfinished === true ? ink : "var(--surface)"}
                        strokeWidth="1.5"
                      />
                    ) : null,
                  )}
                </g>
              );
            })}
          </g>
          {reference === null ? null : (
            <g aria-hidden="true">
              <line
                x1={plot.left}
                x2={width}
                y1={yOf(reference.value)}
                y2={yOf(reference.value)}
                stroke="var(--ink)"
                strokeWidth="1.25"
              />
              <text
                x={plot.left + 6}
                // Below its line where there is no room above.
                y={yOf(reference.value) + (yOf(reference.value) < plot.top + 14 ? 14 : -5)}
                className="text-[0.6875rem]"
                fill="var(--ink)"
                stroke="var(--surface)"
                strokeWidth="3"
                paintOrder="stroke"
              >
                {reference.label} {format.short(reference.value)}
              </text>
            </g>
          )}
          {buckets.map((bucket, index) => (
            <g key={bucket.label} aria-label={pointLabel(bucket, index)} {...placeProps(index)}>
              <rect
                x={plot.left + index * step}
                width={step}
                y={plot.top - 4}
                height={plot.height + 4}
                rx="3"
                fill="transparent"
                className="stroke-accent stroke-0 group-focus-visible/place:stroke-2"
              />
            </g>
          ))}
        </>
      )}
    </Drawing>
  );
}

/** Dotted, from the last known point straight through what is expected, in the band of its error. */
function Projection({
  prepared,
  path,
  colour,
}: {
  prepared: PreparedLines;
  path: (points: readonly (readonly [number, number])[]) => string;
  colour: (series: LineSeries) => string;
}) {
  const { buckets, lines } = prepared;
  const expected = buckets.flatMap(({ projected }, index) => (projected === null ? [] : [{ index, ...projected }]));
  const first = expected[0];
  if (first === undefined) return null;
  // Of several lines none is the one that it continues.
  const [line, ...others] = lines;
  const single = line !== undefined && others.length === 0 ? line : null;
  const from = single?.values.findLastIndex((value, index) => value !== null && index < first.index) ?? -1;
  const start = from < 0 || single === null ? [] : [[from, single.values[from] ?? 0] as const];
  const ink = single === null ? "var(--ink)" : colour(single.series);
  const band = expected.flatMap(({ index, low, high }) =>
    low === null || high === null ? [] : [{ index, low, high }],
  );
  return (
    <>
      {band.length === 0 ? null : (
        <path
          d={`${path([
            ...start,
            ...band.map(({ index, high }) => [index, high] as const),
            ...band.toReversed().map(({ index, low }) => [index, low] as const),
          ])}Z`}
          fill={ink}
          fillOpacity="0.13"
        />
      )}
      <path
        d={path([...start, ...expected.map(({ index, value }) => [index, value] as const)])}
        stroke={ink}
        strokeWidth="2"
        strokeDasharray="0.5 5"
      />
      {expected.length === 1 ? (
        <path
          d={path([
            [first.index, first.value],
            [first.index, first.value],
          ])}
          stroke={ink}
          strokeWidth="5"
        />
      ) : null}
    </>
  );
}

/** Neighbouring points that are known. */
function runs(values: readonly (number | null)[]): (readonly [number, number])[][] {
  const { solid, dots } = strokesOf(values, () => false);
  return [...solid, ...dots.map((index) => [index, index])].map((run) =>
    run.map((index) => [index, values[index] ?? 0] as const),
  );
}

const round = (px: number) => Math.round(px * 10) / 10;
