import { localDate } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { metaQuestion, trendQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { LineChart } from "../../charts/draw/line-chart.tsx";
import { bucketDays } from "../../charts/prepare/bucket-names.ts";
import { prepareLines } from "../../charts/prepare/lines.ts";
import { addDays } from "../../filters/dates.ts";
import { chartUnit, withDays } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { metricFormat } from "../../format/metric.ts";
import { dayRange } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { useNow } from "../../ui/use-now.ts";

/** The cost of all calls as one line, with the period before behind it. */
export function DailyTrend() {
  const { view, change } = usePageSearch();
  const meta = useQuery(metaQuestion).data;
  const nowMs = useNow();
  const timeZone = view.timeZone ?? meta?.timeZone ?? "UTC";
  const firstDate = meta?.firstEventAt ? localDate(Date.parse(meta.firstEventAt), timeZone) : null;
  const unit = chartUnit(view, firstDate, localDate(nowMs, timeZone));
  const { data, isWaiting } = useKeptQuery({ ...trendQuestion(view, unit), enabled: meta !== undefined });
  const prepared = useMemo(() => {
    if (data === undefined) return null;
    const { answer } = data;
    return prepareLines({
      buckets: answer.buckets.map(({ label, start, end }) => ({
        label,
        startMs: Date.parse(start),
        endMs: Date.parse(end),
      })),
      series: [{ name: "All calls", values: answer.series[0]?.values.cost ?? [] }],
      additive: true,
      before: answer.comparison?.series[0]?.values.cost,
      nowMs,
    });
  }, [data, nowMs]);
  const period = data?.answer.query.period;
  return (
    <Card id="trend" title="Trend" waiting={isWaiting}>
      <div className="px-4 pt-3 pb-4 sm:px-5">
        {prepared === null || data === undefined || period === undefined ? (
          <div className="h-[17rem] rounded-lg bg-raised/60" />
        ) : (
          <LineChart
            prepared={prepared}
            colour={() => "var(--series-0)"}
            format={metricFormat("cost")}
            unit={data.unit}
            title="Cost"
            range={dayRange(Date.parse(period.start), Date.parse(period.end), period.timeZone)}
            area
            onSelectBucket={(bucket) => {
              const days = bucketDays(bucket.label, data.unit);
              if (days !== null) change((search) => withDays(search, days.from, addDays(days.to, -1)));
            }}
            height={220}
          />
        )}
      </div>
    </Card>
  );
}
