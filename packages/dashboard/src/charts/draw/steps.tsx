import type { ReactNode } from "react";
import type { ValueFormat } from "../../format/metric.ts";
import { dateInWords } from "../../format/time.ts";
import { useWidth } from "../../ui/use-width.ts";
import type { SeriesKey } from "../prepare/cap-series.ts";
import { scaleLabels } from "../prepare/scale-labels.ts";
import { dateMarks } from "../prepare/steps.ts";
import type { PreparedSteps, PriceChange } from "../prepare/steps.ts";
import { Axes } from "./axes.tsx";
import { Drawing } from "./drawing.tsx";
import { linear, logarithmic } from "./places.ts";
import { plotOf } from "./plot.ts";
import { Tooltip } from "./tooltip.tsx";
import { useWalk } from "./use-walk.ts";

/** The drawing of `PriceSteps`. One tab stop; arrow keys walk the dates on which something changed. */
export function Steps({
  prepared,
  colour,
  format,
  summary,
  changeLabel,
  renderTooltip,
  height,
}: {
  prepared: PreparedSteps;
  colour: (line: SeriesKey) => string;
  format: ValueFormat;
  summary: string;
  changeLabel: (change: PriceChange) => string;
  renderTooltip: (change: PriceChange) => ReactNode;
  height: number;
}) {
  const [container, width] = useWidth<HTMLDivElement>();
  const { lines, changes, scale, isLog, startMs, endMs, nowMs } = prepared;
  const { drawing, active, leave, placeProps } = useWalk({
    mark: "change",
    places: changes,
    start: changes.length - 1,
  });
  const labels = isLog
    ? scale.marks.map((mark) => format.exact(mark).replace(/\.00$/, ""))
    : scaleLabels(scale.marks, format);
  const plot = plotOf(width, height, labels);
  const xOf = linear([startMs, endMs], [plot.left, plot.left + plot.width - RIGHT_PX]);
  const yOf = (isLog ? logarithmic : linear)([scale.min, scale.max], [plot.top + plot.height, plot.top]);
  const days = dateMarks(startMs, endMs, Math.max(2, Math.floor(plot.width / 64)));
  const isShort = endMs - startMs < SHORT_MS;
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
          <Tooltip
            from={Math.max(plot.left, (xOf(active.place.fromMs) + xOf(active.place.toMs)) / 2)}
            to={(xOf(active.place.fromMs) + xOf(active.place.toMs)) / 2}
            width={width}
          >
            {renderTooltip(active.place)}
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
            names={days.map((date) => ({
              key: date,
              x: Math.min(xOf(Date.parse(date)), width - 22),
              text: dateInWords(date, isShort ? "short" : "shortMonth"),
            }))}
          />
          {changes.map((change, index) => (
            <g key={change.date ?? ""} aria-label={changeLabel(change)} {...placeProps(index)}>
              <rect
                x={xOf(change.fromMs)}
                width={Math.max(1, xOf(change.toMs) - xOf(change.fromMs))}
                y={plot.top - 4}
                height={plot.height + 4}
                rx="3"
                fill={index === active?.index ? "var(--raised)" : "transparent"}
                className="stroke-accent stroke-0 group-focus-visible/place:stroke-2"
              />
            </g>
          ))}
          <g aria-hidden="true" fill="none" strokeWidth="2" className="pointer-events-none">
            {lines.toReversed().map(({ name, steps }) => {
              const ink = colour({ kind: "named", name });
              return (
                <g key={name} stroke={ink}>
                  {steps.map((step, index) => {
                    const before = steps[index - 1];
                    // Only from neighbour to neighbour: over a gap nothing is known.
                    const rise =
                      before !== undefined && before.toMs === step.fromMs
                        ? `M${xOf(step.fromMs)},${yOf(before.value)}L`
                        : "M";
                    return (
                      <path
                        key={step.fromMs}
                        d={`${rise}${xOf(step.fromMs)},${yOf(step.value)}L${xOf(step.toMs)},${yOf(step.value)}`}
                        strokeLinejoin="round"
                        strokeLinecap={step.future ? "round" : "butt"}
                        strokeDasharray={step.future ? "0.5 5" : undefined}
                      />
                    );
                  })}
                  {steps
                    .filter(({ toMs }) => toMs === nowMs)
                    .map(({ value }) => (
                      <circle
                        key="now"
                        cx={xOf(nowMs)}
                        cy={yOf(value)}
                        r="3"
                        fill={ink}
                        stroke="var(--surface)"
                        strokeWidth="1.5"
                      />
                    ))}
                </g>
              );
            })}
          </g>
        </>
      )}
    </Drawing>
  );
}

/** So that the point of today is not cut. */
const RIGHT_PX = 5;
/** Below two months the days are named, above it months. */
const SHORT_MS = 60 * 86_400_000;
