import { z } from "zod";
import type { ProviderRequest } from "../ask-provider.ts";
import { SyncFailed } from "../ask-provider.ts";
import type { FetchContext, ProviderKind, Window } from "../provider-kind.ts";
import { DayTable } from "../reported-row.ts";
import { DAY_MS, dayName, daysBetween } from "../utc-day.ts";
import { claudeCodePage, classicCostPage, classicUsagePage, costPage, usagePage, type RowsPage } from "./parse.ts";

type Page = z.ZodType<RowsPage>;
type Query = NonNullable<ProviderRequest["query"]>;

/** The analytics addresses know nothing before. */
const ANALYTICS_FROM_MS = Date.UTC(2026, 0, 1);
const ANALYTICS_BACK_DAYS = 365;
const ANALYTICS_GROUPS = ["model", "service_tier", "context_window", "api_key_id", "workspace_id"];
const ANALYTICS_COST_GROUPS = ["model", "cost_type", "token_type", "api_key_id", "workspace_id"];
const CLASSIC_GROUPS = ["api_key_id", "workspace_id", "model", "service_tier", "context_window", "inference_geo"];
/** The most that both give for one question. */
const STEP_DAYS = 31;
const MOST_ROWS = 1_000;
/** Data were refreshed while they were read: so often the window is begun again. */
const MAX_RESTARTS = 3;

const settings = z.strictObject({
  api: z.enum(["auto", "analytics", "classic"]).optional().meta({
    description: "auto: the analytics addresses, and the classic ones where the key may not use those",
  }),
}) as z.ZodType<Record<string, string>>;

/** Usage and costs of an organisation, and what Claude Code was used for by whom. */
export const anthropic: ProviderKind = {
  name: "anthropic",
  title: "Anthropic",
  key: "an admin key (sk-ant-admin…), or a key with the scope read:analytics",
  baseUrl: "https://api.anthropic.com",
  settings,
  paceMs: 1_000,
  series: [
    {
      name: "usage",
      gives: ["tokens"],
      stepDays: STEP_DAYS,
      fetch: (window, context) =>
        either(
          window,
          context,
          () => readAnalytics(context, "usage", window, ANALYTICS_GROUPS, usagePage),
          () => readClassic(context, "usage_report/messages", window, CLASSIC_GROUPS, classicUsagePage),
        ),
    },
    {
      name: "cost",
      gives: ["cost"],
      stepDays: STEP_DAYS,
      fetch: (window, context) =>
        either(
          window,
          context,
          () => readAnalytics(context, "cost", window, ANALYTICS_COST_GROUPS, costPage),
          () => readClassic(context, "cost_report", window, ["workspace_id", "description"], classicCostPage),
        ),
    },
    { name: "claude_code", gives: ["tokens", "cost"], overlaps: true, stepDays: 7, fetch: readClaudeCode },
  ],
};

/** The analytics addresses where they can be used and know these days, else the classic ones. */
async function either(
  window: Window,
  { settings: { api = "auto" }, nowMs }: FetchContext,
  analytics: () => Promise<DayTable>,
  classic: () => Promise<DayTable>,
): Promise<DayTable> {
  const isTooOld = window.startMs < Math.max(ANALYTICS_FROM_MS, nowMs - ANALYTICS_BACK_DAYS * DAY_MS);
  if (api === "classic" || (api === "auto" && isTooOld)) return classic();
  try {
    return await analytics();
  } catch (error) {
    const isClosed = error instanceof SyncFailed && (error.status === 403 || error.status === 404);
    if (api === "auto" && isClosed) return classic();
    throw error;
  }
}

function rangeOf({ startMs, endMs }: Window): [string, string][] {
  return [
    ["starting_at", `${dayName(startMs)}T00:00:00Z`],
    ["ending_at", `${dayName(endMs)}T00:00:00Z`],
  ];
}

async function readAnalytics(
  context: FetchContext,
  what: string,
  window: Window,
  groups: string[],
  schema: Page,
): Promise<DayTable> {
  const query: Query = [...rangeOf(window), ["time_bucket_width", "1d"], ...groupsOf(groups), ["limit", MOST_ROWS]];
  const headers = { ...headersOf(context), "anthropic-beta": "analytics-usage-cost-2026-08-24" };
  for (let restarts = 0; ; restarts += 1) {
    try {
      return await readPages(context, { path: `/v1/organizations/analytics/${what}`, query, headers }, schema);
    } catch (error) {
      // the cursor is of data that were refreshed since: from the start again, so that nothing counts twice
      if (!(error instanceof SyncFailed) || error.status !== 410 || restarts === MAX_RESTARTS) throw error;
    }
  }
}

function readClassic(
  context: FetchContext,
  what: string,
  window: Window,
  groups: string[],
  schema: Page,
): Promise<DayTable> {
  const query: Query = [...rangeOf(window), ["bucket_width", "1d"], ...groupsOf(groups), ["limit", STEP_DAYS]];
  return readPages(context, { path: `/v1/organizations/${what}`, query, headers: headersOf(context) }, schema);
}

/** One UTC day for each question. */
async function readClaudeCode({ startMs, endMs }: Window, context: FetchContext): Promise<DayTable> {
  const table = new DayTable();
  for (const dayMs of daysBetween(startMs, endMs)) {
    const query: Query = [
      ["starting_at", dayName(dayMs)],
      ["limit", MOST_ROWS],
    ];
    const path = "/v1/organizations/usage_report/claude_code";
    await readPages(context, { path, query, headers: headersOf(context) }, claudeCodePage, table);
  }
  return table;
}

async function readPages(
  context: FetchContext,
  request: ProviderRequest,
  schema: Page,
  table = new DayTable(),
): Promise<DayTable> {
  let page: string | null = null;
  for (;;) {
    const query: Query = [...request.query!, ...(page === null ? [] : [["page", page] as const])];
    const answer: RowsPage = await context.ask({ ...request, query }, schema);
    for (const { dayMs, row } of answer.data.flat()) table.add(dayMs, row);
    if (!answer.has_more || answer.next_page == null || answer.next_page === page) return table;
    page = answer.next_page;
  }
}

function headersOf({ key }: FetchContext): Record<string, string> {
  return { "x-api-key": key, "anthropic-version": "2023-06-01" };
}

function groupsOf(groups: string[]): [string, string][] {
  return groups.map((group) => ["group_by[]", group]);
}
