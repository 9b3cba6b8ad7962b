import { DataPage } from "../frame/data-page.tsx";
import { TotalCards } from "../../figures/total-cards.tsx";
import { ChartCard } from "../../figures/chart-card.tsx";
import { Later } from "../../ui/later.tsx";
import { soon } from "../../ui/soon.tsx";
import { Budgets } from "./budgets.tsx";
import { Lists } from "./lists.tsx";

/** Where the money goes: cards, one chart, rankings, the last calls. */
export function Overview() {
  return (
    <DataPage title="Overview" isTitleShown={false}>
      <TotalCards />
      <Later room="h-[38rem] sm:h-[26.625rem]">
        <ChartCard />
      </Later>
      <Later room="hidden">
        <Budgets />
      </Later>
      <Lists />
      <Later room={CALLS_ROOM}>
        <RecentCalls />
      </Later>
    </DataPage>
  );
}

const CALLS_ROOM = "h-[66rem] sm:h-[47rem]";
const RecentCalls = soon(
  () => import("../../calls/recent-calls.tsx"),
  "RecentCalls",
  <div aria-busy="true" className={CALLS_ROOM} />,
);
