import { roundAmount, sampleLimits, type SampleLimit } from "../demo/sample-limits.ts";
import type { Api } from "./context.ts";
import { getJson, sendJson } from "./get-json.ts";

/** What of a report tells the amount. */
interface Report {
  standing: Standing | null;
  projection: { endUsd: number | null } | null;
  values: Standing[];
}

interface Standing {
  state: { spentUsd: number };
}

/** More than anything in a demo: so no threshold is passed before the amount is known. */
const UNREACHABLE_USD = 1_000_000;

/** Gives a demo budgets, limits and a rule of alerts, with amounts that suit what it has spent. Not twice. */
export async function fillLimits(api: Api, nowMs: number): Promise<void> {
  const { limits: known } = await getJson<{ limits: unknown[] }>(api, "/api/v1/limits");
  if (known.length > 0) return;
  const samples = sampleLimits(nowMs);
  const idOf = new Map<unknown, string>();
  for (const sample of samples.limits) idOf.set(sample.body["name"], await make(api, sample));
  for (const body of samples.rules) await sendJson(api, "POST", "/api/v1/alerts/rules", body);
  const { limit, body } = samples.override;
  await sendJson(api, "POST", `/api/v1/limits/${idOf.get(limit)!}/overrides`, body);
  for (const call of samples.refused) await sendJson(api, "POST", "/api/v1/limits/check", call);
}

async function make(api: Api, { body, timesSpent, timesEnd }: SampleLimit): Promise<string> {
  const wanted = { ...body, amountUsd: UNREACHABLE_USD };
  const { id } = await sendJson<{ id: string }>(api, "POST", "/api/v1/limits", wanted);
  const { standing, values, projection } = await getJson<Report>(api, `/api/v1/limits/${id}/report`, { periods: 1 });
  const spentUsd = (standing ?? values[0])?.state.spentUsd ?? 0;
  const endUsd = projection?.endUsd ?? spentUsd;
  const amountUsd = roundAmount(timesEnd === undefined ? spentUsd * (timesSpent ?? 1) : endUsd * timesEnd);
  await sendJson(api, "PATCH", `/api/v1/limits/${id}`, { amountUsd });
  return id;
}
