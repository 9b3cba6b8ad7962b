import { DAY_MS, lateOf, todayOf } from "./days.ts";
import {
  isRefusedKey,
  requireKnown,
  type Organisation,
  type ReportAnswer,
  type ReportRequest,
} from "./organisation.ts";

/** Activity of the last 30 completed days, credits, and the key's own limit. */
export function openrouterReports(request: ReportRequest, organisation: Organisation): ReportAnswer | null {
  const what = /^\/api\/v1\/(activity|credits|key)$/.exec(request.path)?.[1];
  if (what === undefined || request.method !== "GET") return null;
  const key = request.headers["authorization"]?.replace(/^Bearer /, "");
  if (isRefusedKey(key, "sk-or-")) return { status: 401, message: "No auth credentials found" };
  if (what === "key") return { body: { data: { label: "ci", limit: 20, limit_remaining: 12.5, usage: 7.5 } } };
  if (key!.includes("plain")) return { status: 403, message: "Only management keys can do this." };
  if (what === "credits") return { body: { data: { total_credits: 100.5, total_usage: 25.75 } } };
  requireKnown(request.query, ["date"]);
  const date = request.query.get("date") ?? "";
  const dayMs = Date.parse(`${date}T00:00:00Z`);
  const todayMs = todayOf(organisation);
  if (!(dayMs < todayMs && dayMs >= todayMs - 30 * DAY_MS)) {
    return { status: 400, message: "Date must be within the last 30 (completed) UTC days" };
  }
  const late = lateOf(dayMs, organisation);
  const row = { date, endpoint_id: "ep_1", model_permaslug: "openai/gpt-5-2025-08-07" };
  return {
    body: {
      data: [
        {
          ...row,
          model: "openai/gpt-5",
          provider_name: "OpenAI",
          usage: 0.015,
          byok_usage_inference: 0.012,
          requests: 5,
          prompt_tokens: 50_000 + late,
          completion_tokens: 10_000,
          reasoning_tokens: 2_500,
        },
        {
          ...row,
          model: "openai/gpt-5",
          provider_name: "Azure",
          usage: 0.005,
          byok_usage_inference: 0,
          requests: 1,
          prompt_tokens: 1_000,
          completion_tokens: 400,
          reasoning_tokens: 0,
        },
      ],
    },
  };
}
