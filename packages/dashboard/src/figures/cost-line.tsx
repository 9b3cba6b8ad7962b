import { useMemo } from "react";
import { LineChart } from "../charts/draw/line-chart.tsx";
import { prepareLines } from "../charts/prepare/lines.ts";
import { metricFormat } from "../format/metric.ts";
import { useNow } from "../ui/use-now.ts";
import type { OverTime } from "./use-over-time.ts";

/** The cost of all calls as one line, with the period before behind it. Null while nothing has been answered: its room is kept. */
export function CostLine({
  picture,
  cumulative = false,
  narrow,
  height = 272,
}: {
  picture: OverTime | null;
  cumulative?: boolean;
  /** Shows only the days of one bucket. */
  narrow: (bucket: { label: string }) => void;
  height?: number;
}) {
  const nowMs = useNow();
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
  // The legend below the drawing takes 40 pixels.
  if (prepared === null || picture === null)
    return <div className="rounded-lg bg-raised/60" style={{ height: height + 40 }} />;
  return (
    <LineChart
      name="cost"
      prepared={prepared}
      colour={() => "var(--series-0)"}
      format={metricFormat("cost")}
      unit={picture.unit}
      title={cumulative ? "Cost summed up" : "Cost"}
      range={picture.range}
      area
      onSelectBucket={picture.unit === "hour" ? undefined : narrow}
      height={height}
    />
  );
}
