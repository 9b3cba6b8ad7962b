import { DataPage } from "../frame/data-page.tsx";
import { BreakdownCard } from "./breakdown-card.tsx";
import { Cards } from "./cards.tsx";
import { ChartCard } from "./chart-card.tsx";
import { RecentCalls } from "./recent-calls.tsx";

/** Where the money goes: cards, one chart, two rankings, the last calls. */
export function Overview() {
  return (
    <DataPage title="Overview" isTitleShown={false}>
      <Cards />
      <ChartCard />
      <div className="grid gap-4 lg:grid-cols-2">
        <BreakdownCard dimension="model" />
        <BreakdownCard dimension="agent" />
      </div>
      <RecentCalls />
    </DataPage>
  );
}
