import { DataPage } from "../frame/data-page.tsx";
import { Budgets } from "./budgets.tsx";
import { Cards } from "./cards.tsx";
import { ChartCard } from "./chart-card.tsx";
import { Lists } from "./lists.tsx";
import { RecentCalls } from "./recent-calls.tsx";

/** Where the money goes: cards, one chart, rankings, the last calls. */
export function Overview() {
  return (
    <DataPage title="Overview" isTitleShown={false}>
      <Cards />
      <ChartCard />
      <Budgets />
      <Lists />
      <RecentCalls />
    </DataPage>
  );
}
