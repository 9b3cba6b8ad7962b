import type { RankingOrder } from "../../entities/use-entity-state.ts";
import { orderIn } from "../../entities/use-entity-state.ts";
import { oneIn, textIn, usePageState } from "../../filters/use-page-state.ts";

/** What the page keeps in its address beside period and filters. */
export interface AnalyticsState {
  /** The trend is summed up. */
  sum?: "on";
  /** Order of the table of users and of that of models: `calls`, `calls-up`; absent: its own default. */
  users?: string;
  models?: string;
}

export const useAnalyticsState = () => usePageState(readAnalyticsState);

export function readAnalyticsState(raw: Record<string, unknown>): AnalyticsState {
  const sum = oneIn(raw, "sum", ["on"]);
  const users = textIn(raw, "users");
  const models = textIn(raw, "models");
  return {
    ...(sum === undefined ? {} : { sum }),
    ...(users === undefined ? {} : { users: orderText(orderIn(users)) }),
    ...(models === undefined ? {} : { models: orderText(orderIn(models)) }),
  };
}

/** As the address has it: `cost`, `calls-up`. */
export function orderText({ metric, descending }: RankingOrder): string {
  return descending ? metric : `${metric}-up`;
}
