import type { ValueFormat } from "../../format/metric.ts";
import { dateInWords } from "../../format/time.ts";
import type { SeriesKey } from "../prepare/cap-series.ts";
import { seriesId } from "../prepare/series-name.ts";
import type { PreparedSteps, PriceChange } from "../prepare/steps.ts";
import { ChartFigure, NothingToDraw } from "./chart-figure.tsx";
import { Legend } from "./legend.tsx";
import { NumbersTable } from "./numbers-table.tsx";
import { Steps } from "./steps.tsx";
import { TooltipNumbers } from "./tooltip.tsx";

/** Prices as they changed: a step at each date, a gap where there is none. Draws what `prepareSteps` decided. */
export function PriceSteps({
  name: chartName,
  prepared,
  colour,
  format,
  title,
  height = 240,
}: {
  /** Of the chart, in the address. */
  name: string;
  prepared: PreparedSteps;
  colour: (line: SeriesKey) => string;
  format: ValueFormat;
  /** What is drawn: "Price of claude-opus-4-5, per million tokens". */
  title: string;
  height?: number;
}) {
  const { lines, changes, nowMs, isLog } = prepared;
  if (changes.length === 0 || lines.every(({ steps }) => steps.length === 0)) {
    return <NothingToDraw height={height}>No price is known</NothingToDraw>;
  }
  const current = changes.findLast(({ fromMs }) => fromMs <= nowMs);
  const series = lines.map(({ name }): SeriesKey => ({ kind: "named", name }));
  const valueOf = (change: PriceChange | undefined, name: string | null) =>
    change?.values[lines.findIndex((line) => line.name === name)] ?? null;
  const priceWord = (value: number | null) => (value === null ? "no price" : format.short(value));
  const notes = [
    isLog ? "scale of equal ratios" : "",
    changes.some(({ fromMs }) => fromMs > nowMs) ? "dotted: from today on" : "",
  ];
  return (
    <ChartFigure
      name={chartName}
      drawing={
        <Steps
          prepared={prepared}
          colour={colour}
          format={format}
          summary={`${title}: ${changes.length === 1 ? "one price" : `${changes.length} stretches of one price`}, ${changes[0] === undefined ? "" : dateName(changes[0], nowMs)}; now ${lines.map(({ name }) => `${name} ${priceWord(valueOf(current, name))}`).join(", ")}.`}
          changeLabel={(change) =>
            `${dateName(change, nowMs)}: ${lines.map(({ name }) => `${name} ${priceWord(valueOf(change, name))}`).join(", ")}`
          }
          renderTooltip={(change) => (
            <TooltipNumbers
              title={dateName(change, nowMs)}
              value=""
              lines={series.map((one) => ({
                key: seriesId(one),
                name: one.name ?? "",
                value: priceWord(valueOf(change, one.name)),
                colour: colour(one),
              }))}
            />
          )}
          height={height}
        />
      }
      table={
        <NumbersTable
          caption={title}
          columns={["From", ...lines.map(({ name }) => name)]}
          rows={changes.toReversed().map((change) => ({
            key: change.date ?? "",
            name: change.date === null ? "Always" : dateInWords(change.date, "long"),
            cells: change.values.map((value) => ({ text: format.short(value), title: format.exact(value) })),
          }))}
        />
      }
      renderLegend={(toggle) => (
        <Legend
          series={series}
          colour={colour}
          name={({ name }) => name ?? ""}
          value={({ name }) => format.short(valueOf(current, name))}
          note={notes.filter(Boolean).join(" · ") || undefined}
          action={toggle}
        />
      )}
    />
  );
}

function dateName({ date, fromMs }: PriceChange, nowMs: number): string {
  if (date === null) return "from the start";
  return `${fromMs > nowMs ? "announced for" : "from"} ${dateInWords(date, "long")}`;
}
