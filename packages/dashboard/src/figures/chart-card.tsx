import { useNarrow } from "./use-narrow.ts";
import { METRICS } from "@outlay/core";
import { TimeBars } from "../charts/draw/time-bars.tsx";
import type { PreparedSeries } from "../charts/prepare/stacked-bars.ts";
import { dimensionLabel, filterText, toggleFilter } from "../filters/filter.ts";
import { CHART_METRICS, GROUPS, withFilters } from "../filters/search.ts";
import type { View } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { metricFormat } from "../format/metric.ts";
import { dayRange } from "../format/time.ts";
import { Card } from "../ui/card.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Select } from "../ui/select.tsx";
import { useChart } from "./use-chart.ts";
import type { Picture } from "./use-chart.ts";

/** Cost, calls or tokens over time, split by a dimension; of the page's view, or `within` a narrower one. */
export function ChartCard({ within }: { within?: View }) {
  const { view, change } = usePageSearch();
  const { picture, isWaiting } = useChart(within);
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
        {picture === null ? (
          <div className="h-[31rem] rounded-lg bg-raised/60 sm:h-[21.375rem]" />
        ) : (
          <Drawn picture={picture} />
        )}
      </div>
    </Card>
  );
}

/** A click on a legend entry filters by it, a click on a bar shows only its days. */
function Drawn({ picture }: { picture: Picture }) {
  const { view, change } = usePageSearch();
  const { group, metric, unit, period, prepared, colour, groups } = picture;
  const select = (series: PreparedSeries) => {
    const text = filterText({ dimension: group, value: series.name ?? "", exclude: false });
    change((search) => withFilters(search, toggleFilter(view.filters, text)));
  };
  const narrow = useNarrow(unit);
  return (
    <TimeBars
      name="chart"
      prepared={prepared}
      colour={colour}
      format={metricFormat(metric)}
      unit={unit}
      title={`${METRICS[metric].label} by ${dimensionLabel(group).toLowerCase()}`}
      range={dayRange(Date.parse(period.start), Date.parse(period.end), period.timeZone)}
      wholeNumbers={metric !== "cost"}
      onSelectSeries={select}
      onSelectBucket={unit === "hour" ? undefined : narrow}
      groups={groups}
    />
  );
}
