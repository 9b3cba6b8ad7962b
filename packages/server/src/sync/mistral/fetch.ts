import { z } from "zod";
import { SyncFailed } from "../ask-provider.ts";
import { pathPart } from "../no-settings.ts";
import type { FetchContext, ProviderKind, Window } from "../provider-kind.ts";
import { DayTable } from "../reported-row.ts";
import { daysBetween } from "../utc-day.ts";
import { unreadCategory, usageAnswer, usageRows } from "./parse.ts";

const settings = z.strictObject({
  workspace: pathPart.optional().meta({ description: "Only of this workspace" }),
}) as z.ZodType<Record<string, string>>;

/** What a month has used, by day and model. */
export const mistral: ProviderKind = {
  name: "mistral",
  title: "Mistral",
  key: "a key of the Admin API",
  baseUrl: "https://console.mistral.ai",
  settings,
  paceMs: 500,
  series: [{ name: "usage", gives: ["tokens", "cost"], stepDays: 31, fetch: readUsage }],
};

/** Answers are of whole months; only the days of the window are taken. */
async function readUsage({ startMs, endMs }: Window, context: FetchContext): Promise<DayTable> {
  const table = new DayTable();
  const months = new Map(
    daysBetween(startMs, endMs).map((dayMs) => [new Date(dayMs).toISOString().slice(0, 7), dayMs]),
  );
  for (const dayMs of months.values()) {
    const { workspace } = context.settings;
    const answer = await context.ask(
      {
        path: "/api/admin/usage",
        query: [
          ["month", new Date(dayMs).getUTCMonth() + 1],
          ["year", new Date(dayMs).getUTCFullYear()],
          ...(workspace === undefined ? [] : [["workspace_id", workspace] as const]),
        ],
        headers: { "x-api-key": context.key },
      },
      usageAnswer,
    );
    const unread = unreadCategory(answer);
    if (unread !== undefined) {
      throw new SyncFailed({
        code: "sync_answer_unreadable",
        message: `Mistral tells of ${unread} in an unknown form`,
        retryable: false,
      });
    }
    for (const { dayMs: ofMs, row } of usageRows(answer)) if (ofMs >= startMs && ofMs < endMs) table.add(ofMs, row);
  }
  return table;
}
