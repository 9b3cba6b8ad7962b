import { useMemo } from "react";
import { forecastQuestion, monthDaysQuestion, monthQuestion } from "../../api/insights.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { LineChart } from "../../charts/draw/line-chart.tsx";
import { prepareLines } from "../../charts/prepare/lines.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { metricFormat } from "../../format/metric.ts";
import { dayRange, monthName } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { useNow } from "../../ui/use-now.ts";
import { monthEndBand } from "./month-end-band.ts";

/** The running month summed up day by day, and where it ends. */
export function MonthChart() {
  const { view } = usePageSearch();
  const nowMs = useNow();
  const month = useKeptQuery(monthQuestion(view)).data;
  const forecast = useKeptQuery(forecastQuestion(view)).data;
  const { data, isWaiting } = useKeptQuery({
    ...monthDaysQuestion(view, month?.month ?? NO_MONTH),
    enabled: month !== undefined,
  });
  const band = month === undefined ? null : monthEndBand(month, forecast?.errorPercent ?? null);
  const prepared = useMemo(() => {
    if (data === undefined) return null;
    const buckets = data.buckets.map(({ label, start, end }) => ({
      label,
      startMs: Date.parse(start),
      endMs: Date.parse(end),
    }));
    return prepareLines({
      buckets,
      series: [{ name: "All calls", values: data.series[0]?.values.cost ?? [] }],
      additive: true,
      cumulative: true,
      projection: buckets.map((_, index) => (index === buckets.length - 1 ? band : null)),
      nowMs,
    });
  }, [data, band, nowMs]);
  return (
    <Card
      id="month"
      title={
        month === undefined
          ? "This month, summed up"
          : `${monthName(Date.parse(month.month.start) + DAY_MS, month.month.timeZone)}, summed up`
      }
      waiting={isWaiting && data !== undefined}
    >
      <div className="flex flex-col gap-3 px-4 pt-3 pb-4 sm:px-5">
        {prepared === null || month === undefined ? (
          <div className="h-[19.5rem] rounded-lg bg-raised/60" />
        ) : (
          <>
            <LineChart
              name="month"
              prepared={prepared}
              colour={() => "var(--series-0)"}
              format={metricFormat("cost")}
              unit="day"
              title="Cost summed up"
              range={dayRange(Date.parse(month.month.start), Date.parse(month.month.end), month.month.timeZone)}
              area
            />
            <p className="max-w-[100ch] text-[0.8125rem] text-muted">
              Projected from {month.method}.
              {band?.low == null || forecast?.errorPercent == null
                ? ""
                : ` The band is what is still to come, ${Math.round(forecast.errorPercent)}% less and more: so far off was the method on average.`}
            </p>
          </>
        )}
      </div>
    </Card>
  );
}

const NO_MONTH = { start: "", end: "" };
const DAY_MS = 86_400_000;
