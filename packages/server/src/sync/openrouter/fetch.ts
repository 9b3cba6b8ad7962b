import { formatFraction } from "@outlay/core";
import { SyncFailed } from "../ask-provider.ts";
import { minus } from "../money-of.ts";
import { noSettings } from "../no-settings.ts";
import type { Balance, FetchContext, ProviderKind, Window } from "../provider-kind.ts";
import { DayTable } from "../reported-row.ts";
import { dayName, daysBetween } from "../utc-day.ts";
import { activityAnswer, creditsAnswer, keyAnswer } from "./parse.ts";

/** Activity of the last 30 completed UTC days, and the credits that are left. */
export const openrouter: ProviderKind = {
  name: "openrouter",
  title: "OpenRouter",
  key: "a management key for activity; with any other key only its own limit is read",
  baseUrl: "https://openrouter.ai",
  settings: noSettings,
  paceMs: 250,
  series: [
    {
      name: "activity",
      gives: ["tokens", "cost"],
      stepDays: 7,
      maxBackDays: 30,
      completeDaysOnly: true,
      fetch: readActivity,
    },
  ],
  readBalance,
};

async function readActivity({ startMs, endMs }: Window, context: FetchContext): Promise<DayTable> {
  const table = new DayTable();
  for (const dayMs of daysBetween(startMs, endMs)) {
    const date = dayName(dayMs);
    const { data } = await context.ask(
      { path: "/api/v1/activity", query: [["date", date]], headers: headersOf(context) },
      activityAnswer,
    );
    for (const { dayMs: ofMs, row } of data) if (ofMs === dayMs) table.add(dayMs, row);
  }
  return table;
}

/** The account's credits; of a key that may not see them, what is left of its own limit. */
async function readBalance(context: FetchContext): Promise<Balance> {
  const headers = headersOf(context);
  try {
    const { data } = await context.ask({ path: "/api/v1/credits", headers }, creditsAnswer);
    return {
      currency: "USD",
      remaining: formatFraction(minus(data.total_credits, data.total_usage)),
      used: formatFraction(data.total_usage),
      note: "credits of the account",
    };
  } catch (error) {
    if (!(error instanceof SyncFailed) || error.status !== 403) throw error;
    const { data } = await context.ask({ path: "/api/v1/key", headers }, keyAnswer);
    return {
      currency: "USD",
      remaining: data.limit_remaining == null ? null : formatFraction(data.limit_remaining),
      used: formatFraction(data.usage),
      note: "limit of the key",
    };
  }
}

function headersOf({ key }: FetchContext): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}
