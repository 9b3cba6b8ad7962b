import { useQuery } from "@tanstack/react-query";
import { overridesQuestion, unpricedQuestion } from "../../api/prices.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { Page } from "../frame/page.tsx";
import { Freshness } from "./freshness.tsx";
import { OwnPrices } from "./own-prices.tsx";
import { PriceList } from "./price-list.tsx";
import { PriceSheet } from "./price-sheet.tsx";
import { Repricing } from "./repricing.tsx";
import { UnpricedModels } from "./unpriced-models.tsx";
import { TABS, usePriceState } from "./use-price-state.ts";
import type { Tab } from "./use-price-state.ts";

/** What models cost: the list, what has no price yet, one's own prices, and rating recorded calls again. */
export function Prices() {
  const { state, change } = usePriceState();
  const mayChange = useViewer()?.isAdministrator ?? false;
  const unpriced = useQuery(unpricedQuestion).data?.models.length ?? 0;
  const own = useQuery(overridesQuestion).data?.overrides.length ?? 0;
  const labels: Record<Tab, string> = {
    list: "Price list",
    unpriced: unpriced === 0 ? "Without a price" : `Without a price (${unpriced})`,
    own: own === 0 ? "Your prices" : `Your prices (${own})`,
    reprice: "Reprice",
  };
  // Rating again is for administrators only.
  const tabs = TABS.filter((tab) => mayChange || tab !== "reprice");
  const shown = state.tab ?? "list";
  const { provider, model } = state;
  return (
    <Page
      title="Prices"
      intro="Each call keeps the price that it was rated with; a later one changes no recorded cost by itself."
    >
      <Freshness mayChange={mayChange} />
      <div className="-mx-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
        <Segmented
          label="Part of the page"
          options={tabs.map((tab) => ({ value: tab, label: labels[tab] }))}
          value={shown}
          onChange={(tab) => change(() => (tab === "list" ? {} : { tab }))}
        />
      </div>
      {shown === "list" ? <PriceList /> : null}
      {shown === "unpriced" ? <UnpricedModels mayChange={mayChange} /> : null}
      {shown === "own" ? <OwnPrices mayChange={mayChange} /> : null}
      {shown === "reprice" && mayChange ? <Repricing /> : null}
      {provider === undefined || model === undefined ? null : (
        <PriceSheet
          key={`${provider}/${model}`}
          provider={provider}
          model={model}
          mayChange={mayChange}
          onClose={() => change(({ provider: _provider, model: _model, ...rest }) => rest)}
        />
      )}
    </Page>
  );
}
