import { CostLine } from "../../figures/cost-line.tsx";
import { useOverTime } from "../../figures/use-over-time.ts";
import { Card } from "../../ui/card.tsx";

/** The cost of all calls as one line, with the period before behind it. */
export function DailyTrend() {
  const { picture, isWaiting, narrow } = useOverTime("cost");
  return (
    <Card id="trend" title="Trend" waiting={isWaiting}>
      <div className="px-4 pt-3 pb-4 sm:px-5">
        <CostLine picture={picture} narrow={narrow} height={220} />
      </div>
    </Card>
  );
}
