import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { View } from "../filters/search.ts";
import { wholeDays } from "../filters/whole-days.ts";
import { getJson, sendJson } from "./client.ts";

export interface Explanation {
  reason: string;
  amountUsd: number;
  text: string;
  /** As it should be: nobody has to look into it. */
  expected: boolean;
}

/** In dollars. The difference is billed (or reported, where nothing is billed) less recorded; explanations and the rest add up to it. */
export interface Compared {
  recordedUsd: number;
  /** The provider's counts at our prices; null: not known. */
  reportedUsd: number | null;
  /** null: not known. */
  billedUsd: number | null;
  differenceUsd: number;
  explanations: Explanation[];
  unexplainedUsd: number;
}

/** One model on one UTC day. */
export interface ReconciledRow extends Compared {
  day: string;
  /** null: what names no model. */
  model: string | null;
  recordedCalls: number;
  recordedTokens: number;
  reportedTokens: number;
}

export interface Invoice {
  provider: string;
  /** Its number: the same one again replaces it. */
  reference: string;
  /** UTC days; `to` is the one after the last. */
  from: string;
  to: string;
  /** To be paid: tax included, credits taken off. */
  amountUsd: number;
  taxUsd: number;
  creditUsd: number;
}

export interface ReconciledProvider extends Compared {
  provider: string;
  /** Names of the connections that have told something. */
  sources: string[];
  recordedCalls: number;
  unpricedCalls: number;
  recordedTokens: number;
  reportedTokens: number;
  /** Of what is billed; null: nothing is. */
  differencePercent: number | null;
  /** The difference without what is as it should be. */
  toCheckUsd: number;
  withinTolerance: boolean;
  adjustedUsd: number;
  /** What is not posted yet. */
  remainingUsd: number;
  invoices: Invoice[];
  notes: string[];
  /** Those that differ most first, at most 500. */
  rows: ReconciledRow[];
}

export interface Reconciliation {
  period: { start: string; end: string; timeZone: "UTC" };
  tolerance: Tolerance;
  providers: ReconciledProvider[];
}

/** Both count: the larger of them is what may differ. */
export interface Tolerance {
  percent: number;
  usd: number;
}

/** Whom the server asks what was used and what it costs. */
export interface Connection {
  id: string;
  provider: string;
  title: string;
  name: string;
  enabled: boolean;
  readable: boolean;
  /** Its costs come from exported files. */
  fromFiles: boolean;
  running: boolean;
  endedAt: string | null;
  goodAt: string | null;
  failures: number;
  problem: { code: string; message: string; at: string } | null;
  series: { name: string; firstDay: string | null; coveredTo: string | null; note: string | null }[];
  balance: { at: string; currency: string; remaining: string | null; used: string | null; note: string } | null;
}

const PATH = "/api/v1/reconciliation";
const INVOICES = `${PATH}/invoices` as const;
const CONNECTIONS = "/api/v1/sync";

/** Everything under this key changes when a provider is asked, an invoice is kept or an adjustment posted; not with each call. */
export const RECONCILIATION = "reconciliation";

/** Of the page's days, as UTC days. Its filters choose which recorded calls are meant. */
export function reconciliationQuestion(
  view: View,
  tolerance: { percent: string | undefined; usd: string | undefined },
) {
  const params = new URLSearchParams(Object.entries(wholeDays(view)));
  for (const filter of view.filters) params.append("filter", filter);
  if (tolerance.percent !== undefined) params.set("tolerancePercent", tolerance.percent);
  if (tolerance.usd !== undefined) params.set("toleranceUsd", tolerance.usd);
  return queryOptions({
    queryKey: [RECONCILIATION, PATH, params.toString()],
    queryFn: ({ signal }) => getJson<Reconciliation>(PATH, params, signal),
    placeholderData: keepPreviousData,
  });
}

/** The newest first. */
export const invoicesQuestion = queryOptions({
  queryKey: [RECONCILIATION, INVOICES],
  queryFn: ({ signal }) => getJson<{ invoices: Invoice[] }>(INVOICES, new URLSearchParams(), signal),
});

/** Asked again while one of them is being asked. */
export const connectionsQuestion = queryOptions({
  queryKey: [RECONCILIATION, CONNECTIONS],
  queryFn: ({ signal }) => getJson<{ connections: Connection[] }>(CONNECTIONS, new URLSearchParams(), signal),
  refetchInterval: ({ state }) => (state.data?.connections.some(({ running }) => running) === true ? 2_000 : false),
});

/** Replaces the one with its number. */
export const keepInvoice = (invoice: Record<string, unknown>) => sendJson("PUT", INVOICES, invoice);

export const removeInvoice = ({ provider, reference }: Invoice) =>
  sendJson("DELETE", `${INVOICES}/${encodeURIComponent(provider)}/${encodeURIComponent(reference)}`);

export interface PostedAdjustment {
  /** false: nothing was left to post. */
  posted: boolean;
  amountUsd: number;
}

export const postAdjustment = (wanted: {
  provider: string;
  from: string;
  to: string;
  filters: readonly string[];
  reason: string;
}) => sendJson<PostedAdjustment>("POST", `${PATH}/adjustments`, wanted);

/** Begins to ask a provider. */
export const runConnection = (id: string) =>
  sendJson("POST", `${CONNECTIONS}/${encodeURIComponent(id)}/run`, { wait: false });
