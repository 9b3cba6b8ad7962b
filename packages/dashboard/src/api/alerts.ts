import { infiniteQueryOptions, keepPreviousData, queryOptions, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { getJson, sendJson } from "./client.ts";
import { live } from "./live.ts";
import { FIGURES } from "./questions.ts";

/** What the API answers about alerts. Money in dollars, instants ISO in UTC. */

export type Severity = "info" | "warning" | "critical" | "emergency";

interface AlertTexts {
  title: string;
  summary: string;
  facts: { label: string; value: string }[];
  /** Path of the page that shows it. */
  link: string | null;
}

interface LimitReading {
  limitId: string;
  name: string;
  value: string | null;
  amountUsd: number;
  spentUsd: number;
  percent: number;
  periodStart: string | null;
}

export interface Alert extends AlertTexts {
  id: string;
  /** `name` null: the rule was deleted. */
  rule: { id: string; name: string | null; kind: RuleKind };
  subject: string;
  state: "open" | "closed";
  severity: Severity;
  told: Severity | null;
  silenced: boolean;
  acknowledged: { at: string; actor: string } | null;
  limit: LimitReading | null;
  openedAt: string;
  closedAt: string | null;
  closedBecause: "recovered" | "period_ended" | "passed" | "rule_removed" | "rule_disabled" | null;
}

export interface AlertEntry extends AlertTexts {
  id: string;
  alertId: string;
  rule: { id: string; name: string; kind: RuleKind };
  subject: string;
  what: "fired" | "escalated" | "recovered" | "closed" | "acknowledged";
  severity: Severity;
  /** Nobody was told. */
  muted: boolean;
  actor: string | null;
  at: string;
}

export type RuleKind =
  | "limitThreshold"
  | "projectedOverrun"
  | "cost"
  | "projectedMonth"
  | "trend"
  | "spike"
  | "errorRate"
  | "unpricedModel"
  | "priceChange"
  | "reconciliation"
  | "syncFailing"
  | "keyUnused"
  | "keyNewPlace"
  | "subscriptionRenewal"
  | "monthlyBudget";

/** A rule, with the settings of its kind beside what every rule has. */
export interface AlertRule extends Record<string, unknown> {
  id: string;
  kind: RuleKind;
  name: string;
  enabled: boolean;
  channels: string[] | null;
  escalateAfterMinutes: number | null;
  tellRecovery: boolean;
  openAlerts: number;
  lastLook: { at: string; note: string | null; failure: string | null } | null;
}

export interface Silence {
  id: string;
  rule: string | null;
  subject: string | null;
  until: string;
  reason: string;
  actor: string;
  at: string;
}

export interface Delivery {
  channelId: string;
  channelName: string;
  delivered: boolean;
  attempts: number;
  failure: string | null;
}

/** A channel, as far as rules name it. */
export interface ChannelName {
  id: string;
  name: string;
  kind: string;
  enabled: boolean;
}

const PATH = "/api/v1/alerts";

function asked<T>(path: `/${string}`, params: Record<string, string> = {}) {
  const query = new URLSearchParams(params);
  return queryOptions({
    queryKey: [FIGURES, path, query.toString()],
    queryFn: ({ signal }) => getJson<T>(path, query, signal),
    placeholderData: keepPreviousData,
  });
}

export const openAlertsQuestion = asked<{ alerts: Alert[] }>(PATH, { limit: "500" });
export const allAlertsQuestion = asked<{ alerts: Alert[] }>(PATH, { state: "all", limit: "2000" });
export const rulesQuestion = asked<{ rules: AlertRule[] }>(`${PATH}/rules`);
export const silencesQuestion = asked<{ silences: Silence[] }>(`${PATH}/silences`);
export const channelsQuestion = asked<{ channels: ChannelName[] }>("/api/v1/channels");

/** What became of alerts, newest first; of one alert or rule, or of all. */
export function historyQuestion(of: { alert?: string | undefined; rule?: string | undefined }) {
  const params = new URLSearchParams({ limit: "50" });
  if (of.alert !== undefined) params.set("alert", of.alert);
  if (of.rule !== undefined) params.set("rule", of.rule);
  return infiniteQueryOptions({
    queryKey: [FIGURES, `${PATH}/history`, params.toString()],
    queryFn: ({ signal, pageParam }) => {
      const page = new URLSearchParams(params);
      if (pageParam !== null) page.set("cursor", pageParam);
      return getJson<{ entries: AlertEntry[]; nextCursor: string | null }>(`${PATH}/history`, page, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

export const acknowledge = (id: string) => sendJson("POST", `${PATH}/${encodeURIComponent(id)}/acknowledge`);
export const createRule = (body: Record<string, unknown>) =>
  sendJson<{ rule: AlertRule }>("POST", `${PATH}/rules`, body);
export const changeRule = (id: string, body: Record<string, unknown>) =>
  sendJson<{ rule: AlertRule }>("PATCH", `${PATH}/rules/${encodeURIComponent(id)}`, body);
export const removeRule = (id: string) => sendJson("DELETE", `${PATH}/rules/${encodeURIComponent(id)}`);
export const addSilence = (body: Record<string, unknown>) => sendJson("POST", `${PATH}/silences`, body);
export const endSilence = (id: string) => sendJson("DELETE", `${PATH}/silences/${encodeURIComponent(id)}`);
/** Through the channels of a rule; null: through every enabled one. */
export const testAlerts = (rule: string | null) =>
  sendJson<{ deliveries: Delivery[] }>("POST", `${PATH}/test`, { rule });

/** Alerts that fire, change or end have everything asked again that they may have changed. */
export function useLiveAlerts(): void {
  const queries = useQueryClient();
  useEffect(() => live.listen({ alert: () => void queries.invalidateQueries({ queryKey: [FIGURES] }) }), [queries]);
}
