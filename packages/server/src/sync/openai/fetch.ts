import type { z } from "zod";
import { noSettings } from "../no-settings.ts";
import type { FetchContext, ProviderKind, Series, Window } from "../provider-kind.ts";
import { DayTable, type FoundRow } from "../reported-row.ts";
import { DAY_MS, dayStart } from "../utc-day.ts";
import { costResult, pageOf, toolResult, toolRow, usageResult } from "./parse.ts";

const OWNER = ["project_id", "user_id", "api_key_id", "model"];

/** What each usage address can be split by: https://platform.openai.com/docs/api-reference/usage. */
const USAGE: { [name: string]: readonly string[] } = {
  completions: [...OWNER, "batch", "service_tier"],
  embeddings: OWNER,
  moderations: OWNER,
  images: [...OWNER, "size", "source"],
  audio_speeches: OWNER,
  audio_transcriptions: OWNER,
};

/** Most buckets on one page, of usage and of costs. */
const MOST_USAGE_DAYS = 31;
const MOST_COST_DAYS = 180;
const STEP_DAYS = 31;

/** Usage and costs of an organisation. */
export const openai: ProviderKind = {
  name: "openai",
  title: "OpenAI",
  key: "an admin key (sk-admin-…) of the organisation, with the right to read usage",
  baseUrl: "https://api.openai.com",
  settings: noSettings,
  paceMs: 250,
  series: [
    ...Object.entries(USAGE).map(([name, groups]): Series => ({
      name,
      gives: ["tokens"],
      stepDays: STEP_DAYS,
      fetch: (window, context) =>
        readDays(context, `usage/${name}`, window, { groups, result: usageResult, most: MOST_USAGE_DAYS }),
    })),
    tool("code_interpreter_sessions", ["project_id"], "code interpreter", "requests"),
    tool("file_search_calls", ["project_id", "vector_store_id"], "file search", "requests"),
    tool("web_search_calls", ["project_id", "model", "context_level"], "web search", "searches"),
    {
      name: "costs",
      gives: ["cost"],
      stepDays: STEP_DAYS,
      fetch: (window, context) =>
        readDays(context, "costs", window, {
          groups: ["project_id", "line_item", "api_key_id"],
          result: costResult,
          most: MOST_COST_DAYS,
        }),
    },
  ],
};

function tool(name: string, groups: readonly string[], item: string, counted: "searches" | "requests"): Series {
  const result = toolResult.transform(toolRow(item, counted));
  return {
    name,
    gives: ["tokens"],
    stepDays: STEP_DAYS,
    fetch: (window, context) => readDays(context, `usage/${name}`, window, { groups, result, most: MOST_USAGE_DAYS }),
  };
}

interface Asked {
  groups: readonly string[];
  result: z.ZodType<FoundRow>;
  most: number;
}

async function readDays(context: FetchContext, what: string, window: Window, asked: Asked): Promise<DayTable> {
  const table = new DayTable();
  const schema = pageOf(asked.result);
  let page: string | null = null;
  for (;;) {
    const answer: z.output<typeof schema> = await context.ask(
      {
        path: `/v1/organization/${what}`,
        query: [
          ["start_time", window.startMs / 1_000],
          ["end_time", window.endMs / 1_000],
          ["bucket_width", "1d"],
          ...asked.groups.map((group): [string, string] => ["group_by[]", group]),
          ["limit", Math.min(asked.most, Math.ceil((window.endMs - window.startMs) / DAY_MS))],
          ...(page === null ? [] : [["page", page] as const]),
        ],
        headers: { authorization: `Bearer ${context.key}` },
      },
      schema,
    );
    for (const { start_time: startS, results } of answer.data) {
      for (const row of results) table.add(dayStart(startS * 1_000), row);
    }
    if (!answer.has_more || answer.next_page == null || answer.next_page === page) return table;
    page = answer.next_page;
  }
}
