import { z } from "zod";
import { SyncFailed } from "../ask-provider.ts";
import { pathPart } from "../no-settings.ts";
import type { FetchContext, ProviderKind, Window } from "../provider-kind.ts";
import { DayTable } from "../reported-row.ts";
import { dayName } from "../utc-day.ts";
import { usageAnswer, usageRows } from "./parse.ts";

const settings = z.strictObject({
  team: pathPart.meta({ description: "Id of the team" }),
}) as unknown as z.ZodType<Record<string, string>>;

/** Dollars by day and item; xAI's management API has no counts of tokens by day. */
export const xai: ProviderKind = {
  name: "xai",
  title: "xAI",
  key: "a management key of the team",
  baseUrl: "https://management-api.x.ai",
  settings,
  paceMs: 500,
  series: [{ name: "usage", gives: ["cost"], stepDays: 31, fetch: readUsage }],
};

async function readUsage({ startMs, endMs }: Window, context: FetchContext): Promise<DayTable> {
  const answer = await context.ask(
    {
      method: "POST",
      path: `/v1/billing/teams/${context.settings["team"]}/usage`,
      headers: { authorization: `Bearer ${context.key}` },
      body: {
        analyticsRequest: {
          timeRange: {
            startTime: `${dayName(startMs)} 00:00:00`,
            endTime: `${dayName(endMs - 1)} 23:59:59`,
            timezone: "Etc/GMT",
          },
          timeUnit: "TIME_UNIT_DAY",
          values: [{ name: "usd", aggregation: "AGGREGATION_SUM" }],
          groupBy: ["description"],
          filters: [],
        },
      },
    },
    usageAnswer,
  );
  if (answer.limitReached === true) {
    throw new SyncFailed({
      code: "sync_answer_unreadable",
      message: "xAI left out part of the answer, because there is more than it gives at once",
      retryable: false,
    });
  }
  const table = new DayTable();
  for (const { dayMs, row } of usageRows(answer)) if (dayMs >= startMs && dayMs < endMs) table.add(dayMs, row);
  return table;
}
