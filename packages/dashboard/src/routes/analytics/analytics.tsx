import { useViewer } from "../../api/use-viewer.ts";
import { DataPage } from "../frame/data-page.tsx";
import { TokenShares } from "../usage/shares.tsx";
import { CallsOverTime } from "./calls-over-time.tsx";
import { CostTrend } from "./cost-trend.tsx";
import { ModelCosts } from "./model-costs.tsx";
import { Ranking } from "./ranking.tsx";
import { Suggestions } from "./suggestions.tsx";
import { Totals } from "./totals.tsx";

/** How much one uses and what that costs: a member for themselves, an administrator for everybody. */
export function Analytics() {
  const viewer = useViewer();
  const seesEverybody = viewer?.seesEverybody ?? false;
  return (
    <DataPage
      title="Analytics"
      intro={
        viewer === undefined
          ? "What is used, and what it costs."
          : seesEverybody
            ? "Everybody’s use, and what it costs. A message of a chat is one call."
            : "Your own use, and what it costs. A message of a chat is one call."
      }
    >
      <Totals seesEverybody={seesEverybody} />
      <CostTrend />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <ModelCosts />
        <div className="flex min-w-0 flex-col gap-4">
          <TokenShares />
          <CallsOverTime />
        </div>
      </div>
      <div className={`grid items-start gap-4 ${seesEverybody ? "xl:grid-cols-2" : ""}`}>
        {seesEverybody ? <Ranking of="user" /> : null}
        <Ranking of="model" mostUsedFirst={!seesEverybody} />
      </div>
      <Suggestions />
    </DataPage>
  );
}
