import { useMemo } from "react";
import { TimeBars } from "../../charts/draw/time-bars.tsx";
import { UNIT_NAMES } from "../../charts/prepare/bucket-names.ts";
import { prepareStackedBars } from "../../charts/prepare/stacked-bars.ts";
import { metricFormat } from "../../format/metric.ts";
import { Card } from "../../ui/card.tsx";
import { useNow } from "../../ui/use-now.ts";
import { CsvLink } from "./csv-link.tsx";
import { useOverTime } from "../../figures/use-over-time.ts";

/** How many calls each day had. */
export function CallsOverTime() {
  const { picture, isWaiting, view, unit, narrow } = useOverTime("calls");
  const nowMs = useNow();
  const prepared = useMemo(
    () =>
      picture === null
        ? null
        : prepareStackedBars({
            buckets: picture.buckets,
            series: [{ name: "All calls", values: picture.values }],
            before: picture.before,
            maxSeries: 1,
            nowMs,
          }),
    [picture, nowMs],
  );
  return (
    <Card
      id="calls-over-time"
      title={`Calls per ${UNIT_NAMES[picture?.unit ?? unit].toLowerCase()}`}
      waiting={isWaiting}
      actions={<CsvLink view={view} by={unit} metrics="calls,successes,errors" of="calls over time" />}
    >
      <div className="px-4 pt-3 pb-4 sm:px-5">
        {prepared === null || picture === null ? (
          <div className="h-[15.5rem] rounded-lg bg-raised/60" />
        ) : (
          <TimeBars
            name="calls"
            prepared={prepared}
            colour={() => "var(--series-2)"}
            format={metricFormat("calls")}
            unit={picture.unit}
            title="Calls"
            range={picture.range}
            wholeNumbers
            onSelectBucket={picture.unit === "hour" ? undefined : narrow}
            height={208}
          />
        )}
      </div>
    </Card>
  );
}
