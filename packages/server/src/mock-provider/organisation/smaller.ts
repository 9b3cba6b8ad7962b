import { InvalidInput } from "@outlay/core";
import { DAY_MS, dateOf, daysIn, instantOf } from "./days.ts";
import {
  isRefusedKey,
  requireKnown,
  type Organisation,
  type ReportAnswer,
  type ReportRequest,
} from "./organisation.ts";

/** `/v1/billing/teams/{team}/usage` of xAI's management API. */
export function xaiReports(request: ReportRequest, organisation: Organisation): ReportAnswer | null {
  if (request.path !== "/v1/billing/teams/team-1/usage" || request.method !== "POST") return null;
  if (isRefusedKey(request.headers["authorization"]?.replace(/^Bearer /, ""), "xai-"))
    return { status: 401, message: "Invalid key" };
  const { timeRange } = (request.body["analyticsRequest"] ?? {}) as {
    timeRange?: { startTime: string; endTime: string };
  };
  if (timeRange === undefined) throw new InvalidInput("invalid_parameter", "timeRange");
  const days = daysIn(Date.parse(`${timeRange.startTime}Z`), Date.parse(`${timeRange.endTime}Z`), organisation);
  const points = (usd: number) => days.map((dayMs) => ({ timestamp: instantOf(dayMs), values: [usd] }));
  return {
    body: {
      timeSeries: [
        { group: ["grok-4 prompt text tokens"], groupLabels: ["Grok 4 input"], dataPoints: points(0.45) },
        { group: ["Live search"], groupLabels: ["Live search"], dataPoints: points(0.025) },
      ],
      limitReached: false,
    },
  };
}

/** `/user/balance` of DeepSeek. */
export function deepseekReports(request: ReportRequest): ReportAnswer | null {
  if (request.path !== "/user/balance" || request.method !== "GET") return null;
  if (isRefusedKey(request.headers["authorization"]?.replace(/^Bearer /, ""), "sk-"))
    return { status: 401, message: "Authentication Fails" };
  const info = { currency: "USD", total_balance: "110.00", granted_balance: "10.00", topped_up_balance: "100.00" };
  return { body: { is_available: true, balance_infos: [info] } };
}

/** A month of Mistral, in euros, with prices beside the counts. */
export function mistralReports(request: ReportRequest, organisation: Organisation): ReportAnswer | null {
  if (request.path !== "/api/admin/usage" || request.method !== "GET") return null;
  if (isRefusedKey(request.headers["x-api-key"], "mistral-")) return { status: 401, message: "Unauthorized" };
  requireKnown(request.query, ["month", "year", "workspace_id"]);
  const [year, month] = [Number(request.query.get("year")), Number(request.query.get("month"))];
  const days = daysIn(Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1), organisation);
  const entries = (group: string, value: number) =>
    days.map((dayMs) => ({
      usage_type: "api",
      event_type: "api_tokens",
      billing_metric: "mistral-large-2411",
      billing_group: group,
      billing_display_name: "Mistral Large",
      timestamp: dateOf(dayMs),
      value,
      value_paid: value,
    }));
  const models = {
    "mistral-large-latest::mistral-large-2411": { input: entries("input", 10_000), output: entries("output", 2_000) },
  };
  return {
    body: {
      chat: { models: {} },
      completion: { models },
      ocr: { models: {} },
      audio: { models: {} },
      connectors: { models: {} },
      libraries_api: { pages: { models: {} }, tokens: { models: {} } },
      fine_tuning: {},
      vibe_usage: 0,
      start_date: instantOf(Date.UTC(year, month - 1, 1)),
      end_date: instantOf(Date.UTC(year, month, 1) - DAY_MS),
      currency: "EUR",
      currency_symbol: "€",
      prices: [price("input", "0.0000018"), price("output", "0.0000054")],
    },
  };
}

function price(group: string, amount: string): object {
  return {
    event_type: "api_tokens",
    billing_metric: "mistral-large-2411",
    billing_group: group,
    price: amount,
  };
}
