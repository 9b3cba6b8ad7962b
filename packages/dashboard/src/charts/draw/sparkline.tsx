import { strokesOf } from "../prepare/lines.ts";
import { prepareSparkline } from "../prepare/sparkline.ts";

/** A line or bars as small as a word, for the row of a table. Zero is its foot. */
export function Sparkline({
  values,
  text,
  form = "line",
  width = 96,
  height = 24,
  colour = "var(--series-0)",
  unfinished = false,
}: {
  values: readonly (number | null)[];
  /** What assistive technology reads instead. */
  text: string;
  form?: "line" | "bars";
  width?: number;
  height?: number;
  colour?: string;
  /** The last value will still grow. */
  unfinished?: boolean;
}) {
  const { points, zero } = prepareSparkline(values);
  const last = points.length - 1;
  const inner = height - 2 * EDGE_PX;
  const yOf = (point: number) => round(EDGE_PX + inner * (1 - point));
  return (
    <span className="inline-block align-middle" style={{ width, height }}>
      <svg aria-hidden="true" width={width} height={height} className="block">
        <line x1="0" x2={width} y1={yOf(zero)} y2={yOf(zero)} stroke="var(--line)" shapeRendering="crispEdges" />
        {form === "bars" ? (
          points.map((point, index) => {
            if (point === null) return null;
            const step = width / points.length;
            const top = Math.min(yOf(point), yOf(zero));
            return (
              <rect
                // Values keep their places.
                // oxlint-disable-next-line react/no-array-index-key
                key={index}
                x={round(index * step)}
                width={Math.min(8, Math.max(1, round(step - 1)))}
                y={top}
                height={Math.max(1, Math.abs(yOf(point) - yOf(zero)))}
                fill={colour}
                fillOpacity={unfinished && index === last ? 0.5 : 1}
              />
            );
          })
        ) : (
          <LinePieces
            points={points}
            xOf={(index) => round(EDGE_PX + (last === 0 ? 0.5 : index / last) * (width - 2 * EDGE_PX))}
            yOf={yOf}
            colour={colour}
            unfinished={unfinished}
          />
        )}
      </svg>
      <span className="sr-only">{text}</span>
    </span>
  );
}

function LinePieces(props: {
  points: readonly (number | null)[];
  xOf: (index: number) => number;
  yOf: (point: number) => number;
  colour: string;
  unfinished: boolean;
}) {
  const { points, xOf, yOf, colour, unfinished } = props;
  const last = points.length - 1;
  const { solid, open, dots } = strokesOf(points, (index) => unfinished && index === last);
  const pathOf = (run: readonly number[]) =>
    run.map((index, at) => `${at === 0 ? "M" : "L"}${xOf(index)},${yOf(points[index] ?? 0)}`).join("");
  return (
    <g fill="none" stroke={colour} strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round">
      {solid.map((run) => (
        <path key={run[0]} d={pathOf(run)} />
      ))}
      {open.map((run) => (
        <path key={run[0]} d={pathOf(run)} strokeDasharray="0.5 3" />
      ))}
      {dots.map((index) => (
        <circle key={index} cx={xOf(index)} cy={yOf(points[index] ?? 0)} r="1.5" fill={colour} stroke="none" />
      ))}
    </g>
  );
}

/** So that a line at its highest is not cut. */
const EDGE_PX = 2;
const round = (px: number) => Math.round(px * 10) / 10;
