import { METRICS } from "@outlay/core";
import { count, exactCount, exactMoney, money, percent } from "@outlay/react";
import type { TimeUnit } from "@outlay/core";
import { useState } from "react";
import { BarsTable } from "../../charts/draw/bars-table.tsx";
import { Legend } from "../../charts/draw/legend.tsx";
import { StackedBars } from "../../charts/draw/stacked-bars.tsx";
import { bucketDays, bucketName } from "../../charts/prepare/bucket-names.ts";
import type { Bar, PreparedSeries } from "../../charts/prepare/stacked-bars.ts";
import { chartSummary } from "../../charts/prepare/summary.ts";
import { addDays } from "../../filters/dates.ts";
import { UNATTRIBUTED, dimensionLabel, filterText, toggleFilter } from "../../filters/filter.ts";
import { CHART_METRICS, GROUPS, withDays, withFilters } from "../../filters/search.ts";
import type { ChartMetric } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { dayRange } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Select } from "../../ui/select.tsx";
import { useChart } from "./use-chart.ts";
import type { Picture } from "./use-chart.ts";

/** Cost, calls or tokens over time, split by a dimension. */
export function ChartCard() {
  const { view, change } = usePageSearch();
  const { picture, isWaiting } = useChart();
  return (
    <Card
      id="chart"
      title={`${METRICS[view.metric].label} over time`}
      waiting={isWaiting}
      actions={
        <div className="flex min-w-0 flex-wrap items-center gap-2">
          <Segmented
            label="Shown"
            options={CHART_METRICS.map((metric) => ({ value: metric, label: METRICS[metric].label }))}
            value={view.metric}
            onChange={(metric) =>
              change(({ metric: _metric, ...search }) => (metric === "cost" ? search : { ...search, metric }))
            }
          />
          <Select
            label="Split by"
            options={GROUPS.map((group) => ({ value: group, label: `by ${dimensionLabel(group).toLowerCase()}` }))}
            value={view.group}
            onChange={(group) =>
              change(({ group: _group, ...search }) => (group === "model" ? search : { ...search, group }))
            }
          />
        </div>
      }
    >
      <div className="px-4 pt-3 pb-4 sm:px-5">
        {picture === null ? <div className="h-[19.5rem] rounded-lg bg-raised/60" /> : <Drawn picture={picture} />}
      </div>
    </Card>
  );
}

function Drawn({ picture }: { picture: Picture }) {
  const [asTable, setAsTable] = useState(false);
  const { view, change } = usePageSearch();
  const { group, metric, unit, period, prepared, colour } = picture;
  const { short, exact } = FORMATS[metric];
  const nameOf = (bar: Bar) => bucketName(bar.label, unit).long;
  const title = `${METRICS[metric].label} by ${dimensionLabel(group).toLowerCase()}`;
  const summary = chartSummary(prepared, {
    title,
    range: dayRange(Date.parse(period.start), Date.parse(period.end), period.timeZone),
    format: short,
    bucketName: (label) => bucketName(label, unit).long,
    seriesName,
  });
  const select = (series: PreparedSeries) => {
    const text = filterText({ dimension: group, value: series.name ?? "", exclude: false });
    change((search) => withFilters(search, toggleFilter(view.filters, text)));
  };
  const narrow = (bar: Bar) => {
    const days = bucketDays(bar.label, unit);
    if (days !== null) change((search) => withDays(search, days.from, addDays(days.to, -1)));
  };
  const barNumbers = (bar: Bar) => <BarNumbers bar={bar} title={nameOf(bar)} format={short} colour={colour} />;
  return (
    <figure className="flex flex-col gap-3">
      {asTable ? (
        <BarsTable
          prepared={prepared}
          caption={`${title} over time`}
          bucketColumn={UNIT_NAMES[unit]}
          barName={nameOf}
          seriesName={seriesName}
          format={short}
          exact={exact}
        />
      ) : (
        <StackedBars
          prepared={prepared}
          colour={colour}
          summary={summary}
          wholeNumbers={metric !== "cost"}
          tickLabels={(marks) => tickLabels(marks, short)}
          axisName={(bar) => bucketName(bar.label, unit).short}
          barLabel={(bar) => barInWords(bar, nameOf(bar), short)}
          tooltip={barNumbers}
          onSelect={unit === "hour" ? undefined : narrow}
          height={272}
        />
      )}
      <figcaption>
        <Legend
          series={prepared.series}
          colour={colour}
          name={seriesName}
          value={(series) => short(series.total)}
          onSelect={select}
          note={asTable ? undefined : legendNote(picture)}
          action={
            <button
              type="button"
              onClick={() => setAsTable(!asTable)}
              className="h-7 rounded-md px-2 font-medium text-muted underline-offset-4 hover:text-ink hover:underline"
            >
              {asTable ? "Show as chart" : "Show as table"}
            </button>
          }
        />
      </figcaption>
    </figure>
  );
}

function seriesName({ kind, name }: PreparedSeries): string {
  if (kind === "other") return "Other";
  return name ?? UNATTRIBUTED;
}

function legendNote({ prepared, groups }: Picture): string | undefined {
  const shown = prepared.series.filter(({ kind }) => kind !== "other").length;
  const notes = [
    groups > shown && prepared.series.some(({ kind }) => kind === "other") ? `${shown} of ${groups} shown` : "",
    prepared.bars.some((bar) => bar.before !== null) ? "dashed: the period before" : "",
    prepared.bars.some((bar) => bar.unfinished) ? "hatched: not finished" : "",
  ].filter(Boolean);
  return notes.length > 0 ? notes.join(" · ") : undefined;
}

/** What is shown beside a bar: its parts in the order of the stack, from the top. */
function BarNumbers(props: {
  bar: Bar;
  title: string;
  format: (value: number | null) => string;
  colour: (series: PreparedSeries) => string;
}) {
  const { bar, title, format, colour } = props;
  const total = bar.total ?? 0;
  return (
    <>
      <p className="flex justify-between gap-3 font-medium">
        <span>{title}</span>
        <span>{bar.total === null ? (bar.future ? "not yet" : "no data") : format(bar.total)}</span>
      </p>
      {bar.before === null ? null : (
        <p className="flex justify-between gap-3 text-muted">
          <span>Period before</span>
          <span>{format(bar.before)}</span>
        </p>
      )}
      {bar.segments.length === 0 ? null : (
        <ul className="mt-2 flex flex-col gap-1 border-t border-line pt-2">
          {bar.segments.toReversed().map(({ series, value }) => (
            <li key={`${series.kind}:${series.name}`} className="flex items-center gap-2">
              <span className="size-2.5 shrink-0 rounded-sm" style={{ background: colour(series) }} />
              <span className="min-w-0 grow truncate">{seriesName(series)}</span>
              <span>{format(value)}</span>
              <span className="w-10 text-right text-muted">{percent(value / total)}</span>
            </li>
          ))}
        </ul>
      )}
      {bar.unfinished ? <p className="mt-2 text-muted">Not finished yet</p> : null}
    </>
  );
}

function barInWords(bar: Bar, name: string, format: (value: number | null) => string): string {
  if (bar.total === null) return `${name}: ${bar.future ? "not yet" : "no data"}`;
  const parts = bar.segments.slice(0, 3).map(({ series, value }) => `${seriesName(series)} ${format(value)}`);
  const before = bar.before === null ? [] : [`period before ${format(bar.before)}`];
  const unfinished = bar.unfinished ? ["not finished"] : [];
  return [`${name}: ${format(bar.total)}`, ...parts, ...before, ...unfinished].join(", ");
}

/** Marks that are all whole need no cents: $20, not $20.00; but $2.00 beside $2.50. */
function tickLabels(marks: readonly number[], format: (value: number) => string): string[] {
  const labels = marks.map((mark) => (mark === 0 ? "0" : format(mark)));
  const cents = /\.0+(?=\D*$)/;
  return labels.every((label) => label === "0" || cents.test(label))
    ? labels.map((label) => label.replace(cents, ""))
    : labels;
}

const FORMATS: Record<
  ChartMetric,
  { short: (value: number | null) => string; exact: (value: number | null) => string }
> = {
  cost: { short: money, exact: exactMoney },
  calls: { short: count, exact: exactCount },
  tokens: { short: count, exact: exactCount },
};

const UNIT_NAMES: Record<TimeUnit, string> = {
  hour: "Hour",
  day: "Day",
  week: "Week",
  month: "Month",
  quarter: "Quarter",
  year: "Year",
};
