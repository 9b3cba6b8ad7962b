import { useId } from "react";
import type { ReactNode } from "react";
import { useWidth } from "../../ui/use-width.ts";
import type { Bar, PreparedBars, PreparedSeries } from "../prepare/stacked-bars.ts";
import { niceScale } from "../prepare/ticks.ts";
import { seriesId } from "../prepare/series-name.ts";
import { Axes } from "./axes.tsx";
import { Drawing } from "./drawing.tsx";
import { bandsOf, linear } from "./places.ts";
import { axisIndexes, clampLabel, plotOf } from "./plot.ts";
import { Tooltip } from "./tooltip.tsx";
import { useWalk } from "./use-walk.ts";

/**
 * Stacked bars over time. Draws what `prepareStackedBars` decided: no value is a gap, an unfinished bar is
 * lighter with a dashed top, the period before is a dashed mark. One tab stop; arrow keys walk the bars.
 */
export function StackedBars({
  prepared,
  colour,
  summary,
  wholeNumbers,
  tickLabels,
  axisName,
  barLabel,
  tooltip,
  onSelect,
  height,
}: {
  prepared: PreparedBars;
  colour: (series: PreparedSeries) => string;
  /** The chart in one sentence; it names the drawing. */
  summary: string;
  wholeNumbers: boolean;
  /** What stands at the marks of the scale; all at once, so that they can be written alike. */
  tickLabels: (marks: readonly number[]) => string[];
  axisName: (bar: Bar) => string;
  /** One bar in words, for assistive technology. */
  barLabel: (bar: Bar) => string;
  /** What the pointer or the focus shows beside the bar. */
  tooltip: (bar: Bar) => ReactNode;
  /** Enter or a click on a bar; absent where nothing lies behind it. */
  onSelect?: ((bar: Bar) => void) | undefined;
  height: number;
}) {
  const [container, width] = useWidth<HTMLDivElement>();
  const hatch = useId();
  const { bars } = prepared;
  const { drawing, active, leave, placeProps } = useWalk({
    mark: "bar",
    places: bars,
    start: bars.length - 1,
    onSelect,
  });
  const scale = niceScale(prepared.highest, { lowest: prepared.lowest, wholeNumbers });
  const labels = tickLabels(scale.marks);
  const plot = plotOf(width, height, labels);
  const bands = bandsOf(bars.length, [plot.left, plot.left + plot.width], bars.length > 45 ? 0.18 : 0.28, 0.1);
  const barWidth = Math.min(bands.width, MAX_BAR_PX);
  const xOf = (index: number) => bands.startOf(index) + (bands.width - barWidth) / 2;
  const yOf = linear([scale.min, scale.max], [plot.top + plot.height, plot.top]);

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
          <Tooltip from={xOf(active.index)} to={xOf(active.index) + barWidth} width={width}>
            {tooltip(active.place)}
          </Tooltip>
        )
      }
    >
      <defs>
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="5" fill="var(--surface)" fillOpacity="0.75" />
        </pattern>
      </defs>
      <Axes
        plot={plot}
        scale={scale}
        labels={labels}
        yOf={yOf}
        height={height}
        names={axisIndexes(bars.length, plot.width).map((index) => ({
          key: index,
          x: clampLabel(xOf(index) + barWidth / 2, width),
          text: axisName(bars[index] as Bar),
          isActive: index === active?.index,
        }))}
      />
      {width === 0
        ? null
        : bars.map((bar, index) => (
            // A bar is a button: it narrows the view to its days.
            <g key={bar.label} aria-label={barLabel(bar)} {...placeProps(index)}>
              <rect
                x={bands.startOf(index) - bands.gap / 2}
                width={bands.step}
                y={plot.top - 4}
                height={plot.height + 4}
                rx="3"
                fill={index === active?.index ? "var(--raised)" : "transparent"}
                className="stroke-accent stroke-0 group-focus-visible/place:stroke-2"
              />
              {bar.segments.map((segment) => (
                <rect
                  key={seriesId(segment.series)}
                  x={xOf(index)}
                  width={barWidth}
                  y={yOf(Math.max(segment.from, segment.to))}
                  height={segmentHeight(Math.abs(yOf(segment.from) - yOf(segment.to)))}
                  fill={colour(segment.series)}
                  fillOpacity={bar.unfinished ? 0.6 : 1}
                />
              ))}
              {bar.unfinished && bar.total !== null && bar.total > 0 ? (
                <>
                  <rect
                    x={xOf(index)}
                    width={barWidth}
                    y={yOf(bar.total)}
                    height={yOf(0) - yOf(bar.total)}
                    fill={`url(#${hatch})`}
                  />
                  <line
                    {...across(xOf(index), barWidth, yOf(bar.total))}
                    stroke="var(--ink)"
                    strokeWidth="1.5"
                    strokeDasharray="2 2"
                  />
                </>
              ) : null}
              {bar.before === null ? null : (
                <line
                  {...across(xOf(index) - 1.5, barWidth + 3, yOf(bar.before))}
                  stroke="var(--ink)"
                  strokeOpacity="0.6"
                  strokeWidth="1.5"
                  strokeDasharray="3 1.5"
                />
              )}
            </g>
          ))}
    </Drawing>
  );
}

const MAX_BAR_PX = 44;

// A hairline of surface between stretches, so that neighbours part without relying on colour.
const segmentHeight = (height: number) => Math.max(0.75, height > 3 ? height - 1 : height);
const across = (x: number, width: number, y: number) => ({ x1: x, x2: x + width, y1: y, y2: y });
