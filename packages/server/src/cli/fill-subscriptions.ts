import { SAMPLE_MONTHLY_BUDGET_USD, sampleSubscriptions } from "../demo/sample-subscriptions.ts";
import type { Api } from "./context.ts";
import { getJson, sendJson } from "./get-json.ts";

/** Gives a demo some subscriptions, and a budget over all sources. Not twice. */
export async function fillSubscriptions(api: Api, nowMs: number): Promise<void> {
  const { subscriptions } = await getJson<{ subscriptions: unknown[] }>(api, "/api/v1/subscriptions");
  if (subscriptions.length > 0) return;
  for (const body of sampleSubscriptions(nowMs)) await sendJson(api, "POST", "/api/v1/subscriptions", body);
  await sendJson(api, "PATCH", "/api/v1/settings", { monthlyBudgetUsd: SAMPLE_MONTHLY_BUDGET_USD });
}
