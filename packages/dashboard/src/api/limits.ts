import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";
import { FIGURES } from "./questions.ts";

/** What the API answers about budgets and limits. Money in dollars, instants ISO in UTC, null where not known. */

export type PeriodUnit = "day" | "week" | "month" | "quarter" | "year" | "session" | "total";

export interface LimitPeriod {
  unit: PeriodUnit;
  rolling: boolean;
  /** Null: the server's. */
  timeZone: string | null;
}

export interface Enforcement {
  atLimit: "block" | "warn";
  strict: boolean;
  throttle: { fromPercent: number; callsPerMinute: number } | null;
  swap: { fromPercent: number; models: Record<string, string> } | null;
  whenStreamRunsOut: "end" | "finish";
  unpriced: "block" | "pass" | { standInUsdPerMillionTokens: number };
}

/** A budget tells, a limit is enforced. */
export interface Limit {
  id: string;
  name: string;
  kind: "budget" | "limit";
  enabled: boolean;
  filters: string[];
  each: string | null;
  amountUsd: number;
  period: LimitPeriod;
  startsAt: string | null;
  carryOver: boolean;
  thresholdsPercent: number[];
  enforcement: Enforcement | null;
  createdAt: string;
  updatedAt: string;
}

/** How full one account of a limit is. */
export interface LimitState {
  limitId: string;
  name: string;
  value: string | null;
  scope: string;
  amountUsd: number;
  spentUsd: number;
  leasedUsd: number;
  resetsAt: string | null;
}

export interface Standing {
  state: LimitState;
  usedPercent: number;
  elapsedPercent: number | null;
  pace: number | null;
}

export interface LimitReport {
  limit: Limit;
  value: string | null;
  period: { start: string; end: string } | null;
  standing: Standing | null;
  projection: { endUsd: number | null; exhaustedAt: string | null; method: string } | null;
  history: { start: string; end: string; spentUsd: number; usedPercent: number | null }[];
  values: Standing[];
}

export interface LimitOverride {
  id: string;
  limitId: string;
  value: string | null;
  /** Null: nothing is refused. */
  amountUsd: number | null;
  reason: string;
  from: string;
  until: string;
  actor: string;
}

interface RefusedCall {
  eventId: string;
  provider: string;
  model: string;
  dimensions: Record<string, string>;
  tags: Record<string, string>;
}

export type RefusalCode = "limit_exceeded" | "rate_limited" | "unpriced_model";

export interface Refusal {
  id: string;
  at: string;
  code: RefusalCode;
  message: string;
  call: RefusedCall;
  /** As the call found it. */
  limit: LimitState;
  wantedUsd: number;
  retryAfterSeconds: number | null;
}

/** Whose calls a limit would have refused. */
export interface HitCalls {
  value: string | null;
  calls: number;
  costUsd: number;
}

export interface Spender extends HitCalls {
  unpricedCalls: number;
}

/** What had filled the limit when it refused. */
export interface Explanation extends Omit<Refusal, "message"> {
  period: { start: string; end: string };
  spentNowUsd: number;
  top: Record<"users" | "models" | "keys" | "agents" | "projects", Spender[]>;
  events: { id: string; occurredAt: string; model: string; user?: string | null; costUsd: number | null }[];
  allEventsRead: boolean;
  charges: { id: string; at: string; kind: string; amountUsd: number }[];
  leases: { eventId: string; leasedUsd: number; expiresAt: string }[];
  /** Addresses of the API. */
  links: { events: string };
}

export interface Lease {
  id: string;
  eventId: string;
  limitIds: string[];
  leasedUsd: number;
  expiresAt: string;
}

/** What a limit would have done to the last days. */
export interface Replay {
  limit: Pick<Limit, "name" | "amountUsd" | "each">;
  from: string;
  to: string;
  calls: number;
  costUsd: number;
  refusedCalls: number;
  savedUsd: number;
  refusedUnpricedCalls: number;
  warnedCalls: number;
  throttledCalls: number;
  swappedCalls: number;
  swapSavedUsd: number;
  firstRefusedAt: string | null;
  hit: Record<"user" | "project" | "customer" | "agent" | "model" | "key", HitCalls[]>;
  hitValues: HitCalls[];
  hitValueCount: number;
  fullest: { value: string | null; start: string | null; spentUsd: number; amountUsd: number }[];
  complete: boolean;
  readTo: string;
  method: string;
}

export interface PersonalLimits {
  dailyLimit: number | null;
  weeklyLimit: number | null;
  monthlyLimit: number | null;
  sessionLimit: number | null;
  emailAlerts: boolean;
  /** False: proposals, and nothing is refused. */
  made: boolean;
}

/** A limit or budget as it is sent: fields that are absent keep their default, or what they were. */
export type WireLimit = Record<string, unknown>;

const PATH = "/api/v1/limits";

const asked = <T>(path: `/${string}`, params: Record<string, string> = {}) =>
  askedWith<T>(path, new URLSearchParams(params));

function askedWith<T>(path: `/${string}`, params: URLSearchParams) {
  return queryOptions({
    queryKey: [FIGURES, path, params.toString()],
    queryFn: ({ signal }) => getJson<T>(path, params, signal),
    placeholderData: keepPreviousData,
  });
}

/** With the periods that are over. */
export const budgetsQuestion = asked<{ budgets: LimitReport[] }>("/api/v1/budgets", { periods: "6" });
/** As they stand now. */
export const budgetsNowQuestion = asked<{ budgets: LimitReport[] }>("/api/v1/budgets", { periods: "1" });
export const limitsQuestion = asked<{ limits: Limit[] }>(PATH);
export const overridesQuestion = asked<{ overrides: LimitOverride[] }>("/api/v1/limit-overrides");
export const refusalsQuestion = asked<{ refusals: Refusal[]; total: number; byLimit: Record<string, number> }>(
  `${PATH}/refusals`,
  { limit: "50" },
);
export const leasesQuestion = asked<{ leases: Lease[] }>(`${PATH}/leases`);
export const personalQuestion = asked<PersonalLimits>(`${PATH}/personal`);

export function reportQuestion(id: string, value: string | undefined) {
  return asked<LimitReport>(`${PATH}/${encodeURIComponent(id)}/report`, value === undefined ? {} : { value });
}

export function statesQuestion(id: string) {
  return asked<{ states: LimitState[] }>(`${PATH}/${encodeURIComponent(id)}/states`);
}

/** What is known of a call, as `user:alice`. */
export function applyingQuestion(filters: readonly string[]) {
  const params = new URLSearchParams(filters.map((text): [string, string] => ["filter", text]));
  return askedWith<{ states: LimitState[] }>(`${PATH}/applying`, params);
}

/** Kept for a day. */
export function explanationQuestion(id: string) {
  return asked<Explanation>(`${PATH}/refusals/${encodeURIComponent(id)}`);
}

export const createLimit = (body: WireLimit) => sendJson<Limit>("POST", PATH, body);
export const changeLimit = (id: string, body: WireLimit) => sendJson<Limit>("PATCH", at(id), body);
export const removeLimit = (id: string) => sendJson("DELETE", at(id));
export const replayLimit = (body: { limit: WireLimit } | { limitId: string }, days: number) =>
  sendJson<Replay>("POST", `${PATH}/replay`, { ...body, days });
export const raiseLimit = (id: string, body: Record<string, unknown>) =>
  sendJson<LimitOverride>("POST", `${at(id)}/overrides`, body);
export const endOverride = (id: string) => sendJson("DELETE", `/api/v1/limit-overrides/${encodeURIComponent(id)}`);
export const changePersonal = (body: Partial<PersonalLimits>) =>
  sendJson<PersonalLimits>("POST", `${PATH}/personal`, body);

const at = (id: string) => `${PATH}/${encodeURIComponent(id)}` as const;
