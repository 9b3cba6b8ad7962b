import { useMemo } from "react";
import { LineChart } from "../../charts/draw/line-chart.tsx";
import { prepareLines } from "../../charts/prepare/lines.ts";
import { metricFormat } from "../../format/metric.ts";
import { Card } from "../../ui/card.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useNow } from "../../ui/use-now.ts";
import { useAnalyticsState } from "./analytics-state.ts";
import { CsvLink } from "./csv-link.tsx";
import { useOverTime } from "./use-over-time.ts";

/** The cost over time, of each day or summed up, with the period before. */
export function CostTrend() {
  const { state, change } = useAnalyticsState();
  const { picture, isWaiting, view, unit, narrow } = useOverTime("cost");
  const nowMs = useNow();
  const cumulative = state.sum === "on";
  const prepared = useMemo(
    () =>
      picture === null
        ? null
        : prepareLines({
            buckets: picture.buckets,
            series: [{ name: "All calls", values: picture.values }],
            additive: true,
            before: picture.before,
            cumulative,
            nowMs,
          }),
    [picture, cumulative, nowMs],
  );
  return (
    <Card
      id="trend"
      title="Cost over time"
      waiting={isWaiting}
      actions={
        <div className="flex flex-wrap items-center gap-2">
          <Segmented
            label="Each or summed up"
            options={[
              { value: "off", label: `Each ${unit}` },
              { value: "on", label: "Summed up" },
            ]}
            value={cumulative ? "on" : "off"}
            onChange={(sum) => change(({ sum: _sum, ...rest }) => (sum === "on" ? { ...rest, sum } : rest))}
          />
          <CsvLink view={view} by={unit} metrics="cost,calls,tokens,unpricedCalls" of="cost over time" />
        </div>
      }
    >
      <div className="px-4 pt-3 pb-4 sm:px-5">
        {prepared === null || picture === null ? (
          <div className="h-[19.5rem] rounded-lg bg-raised/60" />
        ) : (
          <LineChart
            prepared={prepared}
            colour={() => "var(--series-0)"}
            format={metricFormat("cost")}
            unit={picture.unit}
            title={cumulative ? "Cost summed up" : "Cost"}
            range={picture.range}
            area
            onSelectBucket={picture.unit === "hour" ? undefined : narrow}
          />
        )}
      </div>
    </Card>
  );
}
