import { sampleReports } from "../demo/sample-reports.ts";
import type { Api } from "./context.ts";
import { getJson, sendJson } from "./get-json.ts";

const DAY_MS = 86_400_000;
const REPORTED_DAYS = 90;

/** Gives a demo what a cloud bills for Gemini, until yesterday, as if read from its exports: nobody is asked. Not twice. */
export async function fillReports(api: Api, nowMs: number): Promise<void> {
  const { connections } = await getJson<{ connections: unknown[] }>(api, "/api/v1/sync");
  if (connections.length > 0) return;
  const untilMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const { rows } = await getJson<{ rows: { day: string; model: string; cost: number | null }[] }>(
    api,
    "/api/v1/query",
    {
      from: dayOf(untilMs - REPORTED_DAYS * DAY_MS),
      to: dayOf(untilMs),
      tz: "UTC",
      by: "day,model",
      metrics: "cost",
      filter: ["provider:google"],
      limit: 1_000,
    },
  );
  const days = sampleReports(
    rows.map(({ day, model, cost }) => ({ day, model, costUsd: cost ?? 0 })),
    untilMs,
  );
  if (days.length === 0) return;
  const { connection } = await sendJson<{ connection: { id: string } }>(api, "POST", "/api/v1/sync", {
    provider: "google",
    name: "Cloud billing export",
  });
  await sendJson(api, "PUT", `/api/v1/sync/${connection.id}/days`, { days });
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
