import { CostLine } from "../../figures/cost-line.tsx";
import { useOverTime } from "../../figures/use-over-time.ts";
import { Card } from "../../ui/card.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useAnalyticsState } from "./analytics-state.ts";
import { CsvLink } from "./csv-link.tsx";

/** The cost over time, of each day or summed up, with the period before. */
export function CostTrend() {
  const { state, change } = useAnalyticsState();
  const { picture, isWaiting, view, unit, narrow } = useOverTime("cost");
  const cumulative = state.sum === "on";
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
        <CostLine picture={picture} cumulative={cumulative} narrow={narrow} />
      </div>
    </Card>
  );
}
