import { oneIn, textIn, usePageState } from "../../filters/use-page-state.ts";

export const TABS = ["list", "unpriced", "own", "reprice"] as const;
export type Tab = (typeof TABS)[number];

/** What the page of prices keeps in its address. */
export interface PriceState {
  /** Absent: the list. */
  tab?: Exclude<Tab, "list">;
  /** Part of a name that the list is narrowed to. */
  find?: string;
  /** With `model`: the price that is open. */
  provider?: string;
  /** Alone: a model of any provider, as other pages link to it. */
  model?: string;
  /** Repricing moves known costs too, not only unknown ones. */
  only?: "all";
}

export const usePriceState = () => usePageState(readPriceState);

function readPriceState(raw: Record<string, unknown>): PriceState {
  const state: PriceState = {};
  const tab = oneIn(raw, "tab", ["unpriced", "own", "reprice"]);
  const find = textIn(raw, "find");
  const provider = textIn(raw, "provider");
  const model = textIn(raw, "model");
  const only = oneIn(raw, "only", ["all"]);
  if (tab !== undefined) state.tab = tab;
  if (find !== undefined) state.find = find;
  if (provider !== undefined) state.provider = provider;
  if (model !== undefined) state.model = model;
  if (only !== undefined) state.only = only;
  return state;
}
