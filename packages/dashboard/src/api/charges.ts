import type { ChargeKind } from "@outlay/core";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";
import { FIGURES } from "./questions.ts";

/** A cost that is not usage; a credit is negative, revenue is no cost. */
export interface Charge {
  id: string;
  occurredAt: string;
  kind: ChargeKind;
  amountUsd: number;
  description?: string;
  provider?: string;
  user?: string;
  team?: string;
  project?: string;
  customer?: string;
}

export interface ChargesAnswer {
  query: { period: { start: string; end: string; timeZone: string } };
  /** Of costs, without revenue. */
  totalUsd: number;
  byKind: Partial<Record<ChargeKind, number>>;
  revenueUsd: number;
  charges: Charge[];
}

const PATH = "/api/v1/charges";

/** The newest 200 of a kind, and the sums of all. */
export function chargesQuestion(kind: ChargeKind | null) {
  const params = new URLSearchParams({ period: "year", limit: "200" });
  if (kind !== null) params.set("kind", kind);
  return queryOptions({
    queryKey: [FIGURES, PATH, params.toString()],
    queryFn: ({ signal }) => getJson<ChargesAnswer>(PATH, params, signal),
    placeholderData: keepPreviousData,
  });
}

export const recordCharge = (charge: Record<string, unknown>) => sendJson("POST", PATH, charge);
