import { DataPage } from "../frame/data-page.tsx";
import { Budgets } from "./budgets.tsx";
import { TotalCards } from "../../figures/total-cards.tsx";
import { ChartCard } from "../../figures/chart-card.tsx";
import { Lists } from "./lists.tsx";
import { RecentCalls } from "../../calls/recent-calls.tsx";

/** Where the money goes: cards, one chart, rankings, the last calls. */
export function Overview() {
  return (
    <DataPage title="Overview" isTitleShown={false}>
      <TotalCards />
      <ChartCard />
      <Budgets />
      <Lists />
      <RecentCalls />
    </DataPage>
  );
}
