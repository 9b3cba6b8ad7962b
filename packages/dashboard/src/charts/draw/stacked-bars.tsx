import { scaleBand } from "d3-scale";
import { useId, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { useWidth } from "../../ui/use-width.ts";
import type { Bar, PreparedBars, PreparedSeries } from "../prepare/stacked-bars.ts";
import { niceScale } from "../prepare/ticks.ts";

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
  const [active, setActive] = useState<number | null>(null);
  const [tabStop, setTabStop] = useState<number | null>(null);
  const hatch = useId();
  const drawing = useRef<SVGSVGElement>(null);

  const { bars } = prepared;
  const scale = niceScale(prepared.highest, { wholeNumbers });
  const labels = tickLabels(scale.marks);
  const plotHeight = height - MARGIN.top - MARGIN.bottom;
  const plotWidth = Math.max(0, width - MARGIN.left);
  const bands = scaleBand<number>()
    .domain(bars.map((_, index) => index))
    .range([MARGIN.left, MARGIN.left + plotWidth])
    .paddingInner(bars.length > 45 ? 0.18 : 0.28)
    .paddingOuter(0.1);
  const barWidth = Math.min(bands.bandwidth(), MAX_BAR_PX);
  const xOf = (index: number) => (bands(index) ?? 0) + (bands.bandwidth() - barWidth) / 2;
  const yOf = (value: number) => MARGIN.top + plotHeight * (1 - value / scale.max);
  const stop = Math.min(tabStop ?? bars.length - 1, bars.length - 1);

  const walk = (event: KeyboardEvent, index: number) => {
    const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      const target = Math.max(0, Math.min(bars.length - 1, next));
      drawing.current?.querySelector<SVGGElement>(`[data-bar="${target}"]`)?.focus();
    } else if ((event.key === "Enter" || event.key === " ") && onSelect !== undefined) {
      event.preventDefault();
      const bar = bars[index];
      if (bar !== undefined) onSelect(bar);
    } else if (event.key === "Escape" && active !== null) {
      event.preventDefault();
      setActive(null);
    }
  };

  const activeBar = active === null ? undefined : bars[active];
  return (
    <div ref={container} className="relative" style={{ height }}>
      <svg
        ref={drawing}
        width={width}
        height={height}
        // A fieldset cannot stand for a drawing.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="group"
        aria-label={summary}
        className="absolute inset-0 block"
        onPointerLeave={() => setActive(null)}
      >
        <defs>
          <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="2" height="5" fill="var(--surface)" fillOpacity="0.75" />
          </pattern>
        </defs>
        <g aria-hidden="true" className="text-[0.6875rem]" fill="var(--muted)">
          {scale.marks.map((mark, index) => (
            <g key={mark}>
              <line
                x1={MARGIN.left}
                x2={width}
                y1={yOf(mark)}
                y2={yOf(mark)}
                stroke="var(--line)"
                shapeRendering="crispEdges"
              />
              <text x={MARGIN.left - 8} y={yOf(mark)} dy="0.32em" textAnchor="end">
                {labels[index]}
              </text>
            </g>
          ))}
          {axisIndexes(bars.length, plotWidth).map((index) => (
            <text
              key={index}
              x={clampLabel(xOf(index) + barWidth / 2, width)}
              y={height - 6}
              textAnchor="middle"
              fontWeight={index === active ? 600 : 400}
            >
              {axisName(bars[index] as Bar)}
            </text>
          ))}
        </g>
        {width === 0
          ? null
          : bars.map((bar, index) => (
              // A bar is a button: it narrows the view to its days.
              <g
                key={bar.label}
                data-bar={index}
                role={onSelect === undefined ? "img" : "button"}
                aria-label={barLabel(bar)}
                tabIndex={index === stop ? 0 : -1}
                className={`group/bar outline-none ${onSelect === undefined ? "" : "cursor-pointer"}`}
                onPointerEnter={() => setActive(index)}
                onFocus={() => {
                  setActive(index);
                  setTabStop(index);
                }}
                onBlur={() => setActive(null)}
                onKeyDown={(event) => walk(event, index)}
                onPointerUp={(event) => {
                  // A finger has no hover: its first touch shows the numbers, and the panel offers the rest.
                  if (event.pointerType === "mouse" && event.button === 0) onSelect?.(bar);
                }}
              >
                <rect
                  x={(bands(index) ?? 0) - bands.step() * bands.paddingInner() * 0.5}
                  width={bands.step()}
                  y={MARGIN.top - 4}
                  height={plotHeight + 4}
                  rx="3"
                  fill={index === active ? "var(--raised)" : "transparent"}
                  className="stroke-accent stroke-0 group-focus-visible/bar:stroke-2"
                />
                {bar.segments.map((segment) => (
                  <rect
                    key={`${segment.series.kind}:${segment.series.name}`}
                    x={xOf(index)}
                    width={barWidth}
                    y={yOf(segment.to)}
                    height={segmentHeight(yOf(segment.from) - yOf(segment.to))}
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
      </svg>
      {activeBar === undefined || active === null ? null : (
        <div
          role="presentation"
          className="pointer-events-none absolute top-0 z-10 w-64 max-w-[calc(100%-2rem)] rounded-lg border border-line bg-surface p-3 text-[0.8125rem] shadow-lg"
          style={besides(xOf(active), barWidth, width)}
        >
          {tooltip(activeBar)}
        </div>
      )}
    </div>
  );
}

const MARGIN = { top: 10, bottom: 24, left: 46 };
const MAX_BAR_PX = 44;
const LABEL_PX = 58;
/** Half of the widest axis label: it must not stick out at the right. */
const HALF_LABEL_PX = 20;

// A hairline of surface between stretches, so that neighbours part without relying on colour.
const segmentHeight = (height: number) => Math.max(0.75, height > 3 ? height - 1 : height);
const across = (x: number, width: number, y: number) => ({ x1: x, x2: x + width, y1: y, y2: y });
const clampLabel = (x: number, width: number) => Math.min(x, width - HALF_LABEL_PX);

/** Which bars carry a label on the axis: as many as fit, counted back from the last. */
function axisIndexes(length: number, plotWidth: number): number[] {
  if (length === 0 || plotWidth === 0) return [];
  const every = Math.max(1, Math.ceil((length * LABEL_PX) / plotWidth));
  return Array.from({ length: Math.ceil(length / every) }, (_, step) => length - 1 - step * every).toReversed();
}

function besides(x: number, barWidth: number, width: number): { left?: number; right?: number } {
  return x + barWidth / 2 > width / 2 ? { right: Math.max(0, width - x + 8) } : { left: x + barWidth + 8 };
}
