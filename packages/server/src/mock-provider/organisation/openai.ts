import { InvalidInput } from "@outlay/core";
import { DAY_MS, daysIn, lateOf, pageOf } from "./days.ts";
import {
  isRefusedKey,
  requireKnown,
  type Organisation,
  type ReportAnswer,
  type ReportRequest,
} from "./organisation.ts";

const OWNER = ["project_id", "user_id", "api_key_id", "model"];
const GROUPS: Record<string, readonly string[]> = {
  completions: [...OWNER, "batch", "service_tier"],
  embeddings: OWNER,
  moderations: OWNER,
  images: [...OWNER, "size", "source"],
  audio_speeches: OWNER,
  audio_transcriptions: OWNER,
  vector_stores: ["project_id"],
  code_interpreter_sessions: ["project_id"],
  file_search_calls: [...OWNER, "vector_store_id"],
  web_search_calls: [...OWNER, "context_level"],
};
const PARAMETERS = ["start_time", "end_time", "bucket_width", "group_by[]", "limit", "page"];

/** `/v1/organization/usage/…` and `/v1/organization/costs`, by day. */
export function openaiReports(request: ReportRequest, organisation: Organisation): ReportAnswer | null {
  const what = /^\/v1\/organization\/(?:usage\/(\w+)|(costs))$/.exec(request.path);
  if (what === null || request.method !== "GET") return null;
  const key = request.headers["authorization"]?.replace(/^Bearer /, "");
  // OpenAI repeats the key that it refuses
  if (isRefusedKey(key, "sk-admin-")) return { status: 401, message: `Incorrect API key provided: ${key}.` };
  const kind = what[1] ?? "costs";
  const isCosts = kind === "costs";
  const groups = isCosts ? ["project_id", "line_item", "api_key_id"] : GROUPS[kind];
  if (groups === undefined) return null;
  requireKnown(request.query, PARAMETERS);
  const { startMs, endMs, limit } = readQuestion(request.query, groups, isCosts ? 180 : 31);
  const { page, next } = pageOf(
    daysIn(startMs, endMs, organisation),
    Math.min(limit, organisation.pageSize ?? limit),
    request.query.get("page"),
  );
  const asked = request.query.getAll("group_by[]");
  return {
    body: {
      object: "page",
      has_more: next !== null,
      next_page: next,
      data: page.map((dayMs) => ({
        object: "bucket",
        start_time: dayMs / 1_000,
        end_time: (dayMs + DAY_MS) / 1_000,
        results: resultsOf(kind, lateOf(dayMs, organisation)).map((result) => onlyGrouped(result, groups, asked)),
      })),
    },
  };
}

function readQuestion(query: URLSearchParams, groups: readonly string[], most: number) {
  const startS = Number(query.get("start_time"));
  const limit = Number(query.get("limit") ?? 7);
  if (!(startS > 0)) throw new InvalidInput("invalid_parameter", "start_time is required");
  if ((query.get("bucket_width") ?? "1d") !== "1d") throw new InvalidInput("invalid_parameter", "bucket_width");
  if (!(limit >= 1 && limit <= most)) throw new InvalidInput("invalid_parameter", `limit must be 1 to ${most}`);
  for (const group of query.getAll("group_by[]")) {
    if (!groups.includes(group)) throw new InvalidInput("invalid_parameter", `group_by: ${group}`);
  }
  return { startMs: startS * 1_000, endMs: Number(query.get("end_time") ?? Date.now() / 1_000) * 1_000, limit };
}

/** What nobody grouped by is null. */
function onlyGrouped(result: object, groups: readonly string[], asked: string[]): object {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]) => [
      name,
      groups.includes(name) && !asked.includes(name) ? null : value,
    ]),
  );
}

const SHOP = { project_id: "proj_shop", user_id: "user_ada", api_key_id: "key_shop" };
const LAB = { project_id: "proj_lab", user_id: "user_bob", api_key_id: "key_lab" };
const GPT = "gpt-5-2025-08-07";
const MINI = "gpt-4o-mini-2024-07-18";

/** The same every day. Prices are those of OpenAI's list in 2025: 1.25, 0.125 and 10 dollars; half of 0.15 and 0.60 for batches. */
function resultsOf(kind: string, late: number): object[] {
  switch (kind) {
    case "completions":
      return [
        {
          object: "organization.usage.completions.result",
          input_tokens: 1_000_000 + late,
          input_cached_tokens: 800_000,
          input_cache_write_tokens: 0,
          input_uncached_tokens: 200_000 + late,
          output_tokens: 500_000,
          num_model_requests: 5,
          input_audio_tokens: 0,
          input_cached_audio_tokens: 0,
          output_audio_tokens: 0,
          input_image_tokens: 0,
          ...SHOP,
          model: GPT,
          batch: false,
          service_tier: "default",
        },
        {
          object: "organization.usage.completions.result",
          input_tokens: 2_000_000,
          input_cached_tokens: 0,
          output_tokens: 100_000,
          num_model_requests: 2,
          ...LAB,
          model: MINI,
          batch: true,
          service_tier: "default",
        },
      ];
    case "embeddings":
      return [
        {
          object: "organization.usage.embeddings.result",
          input_tokens: 3_000_000,
          num_model_requests: 30,
          ...SHOP,
          model: "text-embedding-3-small",
        },
      ];
    case "web_search_calls":
      return [
        {
          object: "organization.usage.web_search_calls.result",
          num_requests: 10,
          num_model_requests: 4,
          ...SHOP,
          model: GPT,
          context_level: "medium",
        },
      ];
    case "costs":
      return [
        cost(SHOP, `${GPT}, input`, (200_000 + late) * 1.25e-6, 200_000 + late),
        // numbers come as text too
        cost(SHOP, `${GPT}, cached input`, "0.1", 800_000),
        cost(SHOP, `${GPT}, output`, 5, 500_000),
        cost(LAB, `${MINI}, input, batch`, 0.15, 2_000_000),
        cost(LAB, `${MINI}, output, batch`, 0.03, 100_000),
        cost(SHOP, "text-embedding-3-small, input", 0.06, 3_000_000),
        { ...cost(SHOP, "web search tool calls", 0.1, 10), quantity_unit: null },
      ];
    default:
      return [];
  }
}

function cost(owner: typeof SHOP, item: string, value: number | string, quantity: number) {
  return {
    object: "organization.costs.result",
    amount: { value, currency: "usd" },
    line_item: item,
    project_id: owner.project_id,
    api_key_id: owner.api_key_id,
    quantity,
    quantity_unit: "tokens",
  };
}
