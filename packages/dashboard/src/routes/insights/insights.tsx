import { Segmented } from "../../ui/segmented.tsx";
import { DataPage } from "../frame/data-page.tsx";
import { CompareTwo } from "./compare-two.tsx";
import { Elsewhere } from "./elsewhere.tsx";
import { Forecast } from "./forecast.tsx";
import { TABS, useInsightsState } from "./insights-state.ts";
import type { Tab } from "./insights-state.ts";
import { Margin } from "./margin.tsx";
import { Quality } from "./quality.tsx";
import { Savings } from "./savings.tsx";

const LABELS: Record<Tab, string> = {
  forecast: "Forecast",
  savings: "Savings",
  margin: "Margin",
  elsewhere: "Elsewhere",
  quality: "Quality",
};

const INTROS: Record<Tab, string> = {
  forecast: "Where the spending goes from here.",
  savings: "What could have been saved on what was recorded.",
  margin: "What comes in against what it costs.",
  elsewhere: "What the same usage would have cost at other models.",
  quality: "How well it works, beside what it costs.",
};

/** Where it is going, what could be saved, and whether it is worth it. */
export function Insights() {
  const { state, change } = useInsightsState();
  const tab = state.tab ?? "forecast";
  return (
    <DataPage title="Insights" intro={INTROS[tab]} hasComparison={false}>
      <div className="-mx-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
        <Segmented
          label="Part of the page"
          options={TABS.map((value) => ({ value, label: LABELS[value] }))}
          value={tab}
          onChange={(next) => change(({ tab: _tab, ...rest }) => (next === "forecast" ? rest : { ...rest, tab: next }))}
        />
      </div>
      {tab === "forecast" ? <Forecast /> : null}
      {tab === "savings" ? <Savings /> : null}
      {tab === "margin" ? <Margin /> : null}
      {tab === "elsewhere" ? <Elsewhere /> : null}
      {tab === "quality" ? (
        <>
          <Quality />
          <CompareTwo />
        </>
      ) : null}
    </DataPage>
  );
}
