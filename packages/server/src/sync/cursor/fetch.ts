import { addFractions, formatFraction } from "@outlay/core";
import { ZERO } from "../money-of.ts";
import { noSettings } from "../no-settings.ts";
import type { Balance, FetchContext, ProviderKind, Window } from "../provider-kind.ts";
import { DayTable } from "../reported-row.ts";
import { dayName } from "../utc-day.ts";
import { eventsPage, spendPage } from "./parse.ts";

const PAGE_SIZE = 1_000;
/** Nobody has more pages; an answer that never ends must end here. */
const MAX_PAGES = 10_000;

/** Every call of a team, added up by day, and what it has spent in this cycle. */
export const cursor: ProviderKind = {
  name: "cursor",
  title: "Cursor",
  key: "an API key of the team's Admin API",
  baseUrl: "https://api.cursor.com",
  settings: noSettings,
  // 20 requests a minute
  paceMs: 3_000,
  series: [{ name: "events", gives: ["tokens", "cost"], stepDays: 7, fetch: readEvents }],
  readBalance,
};

async function readEvents({ startMs, endMs }: Window, context: FetchContext): Promise<DayTable> {
  const table = new DayTable();
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    // both ends are included there
    const body = { startDate: startMs, endDate: endMs - 1, page, pageSize: PAGE_SIZE };
    const answer = await context.ask(
      { method: "POST", path: "/teams/filtered-usage-events", headers: headersOf(context), body },
      eventsPage,
    );
    for (const { dayMs, row } of answer.usageEvents) if (dayMs >= startMs && dayMs < endMs) table.add(dayMs, row);
    if (!answer.pagination.hasNextPage) break;
  }
  return table;
}

async function readBalance(context: FetchContext): Promise<Balance> {
  let used = ZERO;
  let sinceMs: number | null = null;
  for (let page = 1, pages = 1; page <= Math.min(pages, MAX_PAGES); page += 1) {
    const answer = await context.ask(
      { method: "POST", path: "/teams/spend", headers: headersOf(context), body: { page, pageSize: PAGE_SIZE } },
      spendPage,
    );
    for (const { spendCents } of answer.teamMemberSpend) used = addFractions(used, spendCents ?? ZERO);
    sinceMs = answer.subscriptionCycleStart ?? null;
    pages = answer.totalPages ?? 1;
  }
  const since = sinceMs === null ? "" : ` since ${dayName(sinceMs)}`;
  return { currency: "USD", remaining: null, used: formatFraction(used), note: `spent by the team${since}` };
}

/** The key is the user's name, without a password. */
function headersOf({ key }: FetchContext): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` };
}
