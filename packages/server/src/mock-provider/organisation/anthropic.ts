import { InvalidInput } from "@outlay/core";
import { DAY_MS, dateOf, daysIn, instantOf, lateOf, pageOf } from "./days.ts";
import {
  isRefusedKey,
  requireKnown,
  type Organisation,
  type ReportAnswer,
  type ReportRequest,
} from "./organisation.ts";

const CLASSIC_GROUPS = ["api_key_id", "workspace_id", "model", "service_tier", "context_window", "inference_geo"];
const MAX_GROUPS = 5;
const ANALYTICS_FROM_MS = Date.UTC(2026, 0, 1);

/** The classic admin addresses and the analytics ones, by day. */
export function anthropicReports(request: ReportRequest, organisation: Organisation): ReportAnswer | null {
  const what =
    /^\/v1\/organizations\/(usage_report\/messages|cost_report|usage_report\/claude_code|analytics\/(?:usage|cost))$/.exec(
      request.path,
    )?.[1];
  if (what === undefined || request.method !== "GET") return null;
  const { "x-api-key": key, "anthropic-version": version } = request.headers;
  if (isRefusedKey(key, "sk-ant-")) return { status: 401, message: "invalid x-api-key" };
  if (version !== "2023-06-01") throw new InvalidInput("invalid_parameter", "anthropic-version: header is required");
  if (what === "usage_report/claude_code") return claudeCode(request.query, organisation);
  if (what.startsWith("analytics/")) {
    // a key of the old kind, in an organisation without the beta
    if (key!.includes("classic"))
      return { status: 403, message: "This API key does not have the scope read:analytics." };
    return analytics(what.slice("analytics/".length), request, organisation);
  }
  return classic(what, request.query, organisation);
}

function analytics(what: string, { query, headers }: ReportRequest, organisation: Organisation): ReportAnswer {
  requireKnown(query, ["starting_at", "ending_at", "time_bucket_width", "group_by[]", "limit", "page", "order"]);
  if (headers["anthropic-beta"] !== "analytics-usage-cost-2026-08-24") return { status: 404 };
  const { startMs, endMs } = rangeOf(query);
  if (startMs < ANALYTICS_FROM_MS) throw new InvalidInput("invalid_parameter", "starting_at: before 2026-01-01");
  if (endMs - startMs > 31 * DAY_MS) throw new InvalidInput("invalid_parameter", "at most 31 days");
  const groups = query.getAll("group_by[]");
  if (groups.length > MAX_GROUPS) throw new InvalidInput("invalid_parameter", `group_by: at most ${MAX_GROUPS}`);
  const limit = limitOf(query, 20, 1_000);
  if (query.has("page") && organisation.refreshes > 0) {
    organisation.refreshes -= 1;
    return { status: 410, message: "The data were refreshed; start again." };
  }
  const rows = daysIn(startMs, endMs, organisation).flatMap((dayMs): object[] => {
    const late = lateOf(dayMs, organisation);
    const times = { starting_at: instantOf(dayMs), ending_at: instantOf(dayMs + DAY_MS) };
    if (what === "usage") {
      return usages(late).map(({ of, tokens, requests }) => ({
        ...times,
        group: pick(of, groups),
        usage: { ...tokens, total_tokens: 1, requests },
      }));
    }
    return costs(late).map(({ of, cents }) => ({
      ...times,
      group: pick(of, groups),
      cost: { amount: cents, list_amount: cents, currency: "USD", requests: 1 },
    }));
  });
  const { page, next } = pageOf(rows, Math.min(limit, organisation.pageSize ?? limit), query.get("page"));
  return { body: { data: page, has_more: next !== null, next_page: next, data_refreshed_at: instantOf(endMs) } };
}

function classic(what: string, query: URLSearchParams, organisation: Organisation): ReportAnswer {
  requireKnown(query, ["starting_at", "ending_at", "bucket_width", "group_by[]", "limit", "page"]);
  const isCost = what === "cost_report";
  const groups = query.getAll("group_by[]");
  const known = isCost ? ["workspace_id", "description"] : CLASSIC_GROUPS;
  for (const group of groups) {
    if (!known.includes(group)) throw new InvalidInput("invalid_parameter", `group_by: ${group}`);
  }
  const { startMs, endMs } = rangeOf(query);
  const limit = limitOf(query, 7, 31);
  const { page, next } = pageOf(
    daysIn(startMs, endMs, organisation),
    Math.min(limit, organisation.pageSize ?? limit),
    query.get("page"),
  );
  const data = page.map((dayMs) => {
    const late = lateOf(dayMs, organisation);
    return {
      starting_at: instantOf(dayMs),
      ending_at: instantOf(dayMs + DAY_MS),
      results: isCost
        ? costs(late).map(({ of, cents }) => ({ ...of, amount: cents, currency: "USD", description: describe(of) }))
        : usages(late).map(({ of, tokens }) => ({ ...tokens, ...blank(CLASSIC_GROUPS), ...pick(of, groups) })),
    };
  });
  return { body: { data, has_more: next !== null, next_page: next } };
}

function claudeCode(query: URLSearchParams, organisation: Organisation): ReportAnswer {
  requireKnown(query, ["starting_at", "limit", "page"]);
  const date = query.get("starting_at") ?? "";
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new InvalidInput("invalid_parameter", "starting_at: expected YYYY-MM-DD");
  const dayMs = Date.parse(`${date}T00:00:00Z`);
  const people = daysIn(dayMs, dayMs + DAY_MS, organisation).flatMap((ofMs) => [
    person(ofMs, { type: "user_actor", email_address: "ada@example.com" }, 1_025),
    person(ofMs, { type: "api_actor", api_key_name: "ci" }, 75),
  ]);
  const limit = limitOf(query, 20, 1_000);
  const { page, next } = pageOf(people, Math.min(limit, organisation.pageSize ?? limit), query.get("page"));
  return { body: { data: page, has_more: next !== null, next_page: next } };
}

function person(dayMs: number, actor: object, cents: number) {
  return {
    date: `${dateOf(dayMs)}T00:00:00Z`,
    actor,
    organization_id: "org_1",
    customer_type: "api",
    subscription_type: null,
    terminal_type: "vscode",
    core_metrics: { num_sessions: 5, lines_of_code: { added: 1_543, removed: 892 } },
    model_breakdown: [
      {
        model: "claude-sonnet-4-5-20250929",
        tokens: { input: 100_000, output: 35_000, cache_read: 10_000, cache_creation: 5_000 },
        estimated_cost: { currency: "USD", amount: cents },
      },
    ],
  };
}

const SONNET = {
  api_key_id: "apikey_shop",
  workspace_id: "wrkspc_shop",
  model: "claude-sonnet-4-5-20250929",
  service_tier: "standard",
  context_window: "0-200k",
  inference_geo: "global",
};
const HAIKU = { ...SONNET, api_key_id: "apikey_lab", workspace_id: null, model: "claude-haiku-4-5-20251001" };

/** The same every day. */
function usages(late: number) {
  return [
    {
      of: SONNET,
      requests: 40,
      tokens: {
        uncached_input_tokens: 1_000_000 + late,
        cache_creation: { ephemeral_1h_input_tokens: 100_000, ephemeral_5m_input_tokens: 500_000 },
        cache_read_input_tokens: 2_000_000,
        output_tokens: 300_000,
        server_tool_use: { web_search_requests: 10 },
      },
    },
    {
      of: HAIKU,
      requests: 8,
      tokens: {
        uncached_input_tokens: 400_000,
        cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
        cache_read_input_tokens: 0,
        output_tokens: 20_000,
        server_tool_use: { web_search_requests: 0 },
      },
    },
  ];
}

/** In cents, as decimal strings: Sonnet at 3, 3.75, 6, 0.30 and 15 dollars, Haiku at 1 and 5, searches at 10 for a thousand. */
function costs(late: number) {
  const tokens = (of: typeof SONNET | typeof HAIKU, type: string, cents: string) => ({
    of: { ...of, cost_type: "tokens", token_type: type },
    cents,
  });
  return [
    tokens(SONNET, "uncached_input_tokens", String(300 + (late * 300) / 1e6)),
    tokens(SONNET, "cache_creation.ephemeral_5m_input_tokens", "187.5"),
    tokens(SONNET, "cache_creation.ephemeral_1h_input_tokens", "60"),
    tokens(SONNET, "cache_read_input_tokens", "60.00"),
    tokens(SONNET, "output_tokens", "450"),
    { of: { ...SONNET, cost_type: "web_search", token_type: null }, cents: "10" },
    tokens(HAIKU, "uncached_input_tokens", "40"),
    tokens(HAIKU, "output_tokens", "10"),
    { of: { ...SONNET, model: null, cost_type: "code_execution", token_type: null }, cents: "123.78912" },
  ];
}

function describe(of: { model: string | null; cost_type: string; token_type: string | null }): string {
  return `${of.model ?? of.cost_type} Usage - ${of.token_type ?? of.cost_type}`;
}

function pick(of: Record<string, unknown>, groups: string[]): Record<string, unknown> {
  return Object.fromEntries(groups.map((name) => [name, of[name] ?? null]));
}

function blank(names: string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

function rangeOf(query: URLSearchParams): { startMs: number; endMs: number } {
  const [startMs, endMs] = [Date.parse(query.get("starting_at") ?? ""), Date.parse(query.get("ending_at") ?? "")];
  if (!(startMs < endMs)) throw new InvalidInput("invalid_parameter", "starting_at and ending_at");
  return { startMs, endMs };
}

function limitOf(query: URLSearchParams, otherwise: number, most: number): number {
  const limit = Number(query.get("limit") ?? otherwise);
  if (limit >= 1 && limit <= most) return limit;
  throw new InvalidInput("invalid_parameter", `limit: 1 to ${most}`);
}
