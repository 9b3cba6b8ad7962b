import type { PriceMatch, PriceVersion } from "@outlay/core";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";

/** A model that calls named and no price is known for. `reason` null: by now one is, and the calls can be priced. */
export interface UnpricedModel {
  provider: string;
  model: string;
  calls: number;
  tokens: number;
  reason: string | null;
}

/** A price that somebody here set; decimal strings for the meter's quantity. Instants, null: since ever, for ever. */
export interface PriceOverride {
  provider: string;
  model: string;
  from: string | null;
  to: string | null;
  rates: Record<string, string>;
  adjustments: PriceVersion["adjustments"];
  note?: string;
}

export interface RefreshState {
  enabled: boolean;
  checkedAt: string | null;
  failedAt: string | null;
  failure: string | null;
  stale: boolean;
  /** Changes too large to be believed unseen. */
  held: { id: string; change: string }[];
}

/** Which calls are rated again. */
export interface RepriceQuestion {
  period: string;
  filters: string[];
  onlyUnpriced: boolean;
  dryRun: boolean;
}

export interface Repriced {
  calls: number;
  changedCalls: number;
  costBeforeUsd: number;
  costAfterUsd: number;
  unpricedBefore: number;
  unpricedAfter: number;
}

export interface RepriceAnswer {
  dryRun: boolean;
  start: string;
  end: string;
  models: (Repriced & { provider: string; model: string })[];
  totals: Repriced;
}

const PATH = "/api/v1/prices";
const PRICES = "prices";
const PAGE_ROWS = 50;

export function priceListQuestion(asked: { search: string; provider: string }) {
  const params = new URLSearchParams({ limit: String(PAGE_ROWS) });
  if (asked.search !== "") params.set("search", asked.search);
  if (asked.provider !== "") params.set("provider", asked.provider);
  return infiniteQueryOptions({
    queryKey: [PRICES, "list", params.toString()],
    queryFn: ({ signal, pageParam }) => {
      const page = new URLSearchParams(params);
      page.set("offset", String(pageParam));
      return getJson<{ total: number; prices: PriceVersion[] }>(PATH, page, signal);
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const shown = pages.reduce((sum, { prices }) => sum + prices.length, 0);
      return shown < last.total ? shown : null;
    },
    placeholderData: keepPreviousData,
  });
}

export function priceMatchQuestion(provider: string, model: string) {
  return queryOptions({
    queryKey: [PRICES, "match", provider, model],
    queryFn: ({ signal }) => getJson<PriceMatch>(`${PATH}/match`, new URLSearchParams({ provider, model }), signal),
    placeholderData: keepPreviousData,
  });
}

export function priceHistoryQuestion(provider: string, model: string) {
  return queryOptions({
    queryKey: [PRICES, "history", provider, model],
    queryFn: ({ signal }) =>
      getJson<{ prices: PriceVersion[] }>(`${PATH}/history`, new URLSearchParams({ provider, model }), signal),
  });
}

export const unpricedQuestion = queryOptions({
  queryKey: [PRICES, "unpriced"],
  queryFn: ({ signal }) => getJson<{ models: UnpricedModel[] }>(`${PATH}/unpriced`, new URLSearchParams(), signal),
});

export const overridesQuestion = queryOptions({
  queryKey: [PRICES, "overrides"],
  queryFn: ({ signal }) => getJson<{ overrides: PriceOverride[] }>(`${PATH}/overrides`, new URLSearchParams(), signal),
});

export const refreshQuestion = queryOptions({
  queryKey: [PRICES, "refresh"],
  queryFn: ({ signal }) => getJson<RefreshState>(`${PATH}/refresh`, new URLSearchParams(), signal),
});

/** Everything about prices is asked again after a change. */
export const PRICE_KEY = [PRICES];

export const setOverride = (override: object) => sendJson("PUT", `${PATH}/overrides`, override);

export function removeOverride({ provider, model, from }: PriceOverride): Promise<unknown> {
  const params = new URLSearchParams({ provider, model, ...(from === null ? {} : { from }) });
  return sendJson("DELETE", `${PATH}/overrides?${params.toString()}`);
}

/** Fetches the public list now; `confirm` lets held changes through. */
export const refreshPrices = (confirm: string[]) => sendJson("POST", `${PATH}/refresh`, { confirm });

export const reprice = (asked: RepriceQuestion) => sendJson<RepriceAnswer>("POST", `${PATH}/reprice`, asked);
