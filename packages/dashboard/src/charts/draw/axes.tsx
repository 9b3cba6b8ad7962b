import type { ValueScale } from "../prepare/ticks.ts";
import type { Plot } from "./plot.ts";

/** The lines and numbers of the scale at the left, and the names below. */
export function Axes({
  plot,
  scale,
  labels,
  yOf,
  names,
  height,
}: {
  plot: Plot;
  scale: ValueScale;
  labels: readonly string[];
  yOf: (value: number) => number;
  names: readonly { key: string | number; x: number; text: string; isActive?: boolean; anchor?: "start" | "middle" }[];
  height: number;
}) {
  return (
    <g aria-hidden="true" className="text-[0.6875rem]" fill="var(--muted)">
      {scale.marks.map((mark, index) => (
        <g key={mark}>
          <line
            x1={plot.left}
            x2={plot.left + plot.width}
            y1={yOf(mark)}
            y2={yOf(mark)}
            // With values on both sides, zero is what they are read from.
            stroke={mark === 0 && scale.min < 0 ? "var(--control)" : "var(--line)"}
            shapeRendering="crispEdges"
          />
          <text x={plot.left - 8} y={yOf(mark)} dy="0.32em" textAnchor="end">
            {labels[index]}
          </text>
        </g>
      ))}
      {names.map(({ key, x, text, isActive = false, anchor = "middle" }) => (
        <text key={key} x={x} y={height - 6} textAnchor={anchor} fontWeight={isActive ? 600 : 400}>
          {text}
        </text>
      ))}
    </g>
  );
}
