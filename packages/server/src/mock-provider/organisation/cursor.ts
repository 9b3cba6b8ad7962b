import { InvalidInput } from "@outlay/core";
import { DAY_MS, daysIn } from "./days.ts";
import { isRefusedKey, type Organisation, type ReportAnswer, type ReportRequest } from "./organisation.ts";

/** Calls of a team one by one, newest first, and what it has spent. */
export function cursorReports(request: ReportRequest, organisation: Organisation): ReportAnswer | null {
  const what = /^\/teams\/(filtered-usage-events|spend)$/.exec(request.path)?.[1];
  if (what === undefined || request.method !== "POST") return null;
  const user = Buffer.from(request.headers["authorization"]?.replace(/^Basic /, "") ?? "", "base64").toString();
  if (isRefusedKey(user.replace(/:$/, ""), "key_")) return { status: 401, message: "Invalid API key" };
  const { page = 1, pageSize = 10, startDate, endDate } = request.body as Record<string, number>;
  if (what === "spend") {
    const teamMemberSpend = [
      { email: "ada@example.com", name: "Ada", spendCents: 2_450, fastPremiumRequests: 10 },
      { email: "bob@example.com", name: "Bob", spendCents: 1_234.5, fastPremiumRequests: 0 },
    ];
    return {
      body: {
        teamMemberSpend: teamMemberSpend.slice(page - 1, page),
        subscriptionCycleStart: Date.UTC(2026, 10, 1),
        totalPages: 2,
      },
    };
  }
  if (!(startDate! < endDate!)) throw new InvalidInput("invalid_parameter", "startDate must be before endDate");
  if (endDate! - startDate! > 30 * DAY_MS) throw new InvalidInput("invalid_parameter", "at most 30 days");
  const events = daysIn(startDate!, endDate!, organisation).flatMap(eventsOf).toReversed();
  const size = Math.min(pageSize, organisation.pageSize ?? pageSize);
  const numPages = Math.ceil(events.length / size);
  return {
    body: {
      totalUsageEventsCount: events.length,
      pagination: {
        numPages,
        currentPage: page,
        pageSize: size,
        hasNextPage: page < numPages,
        hasPreviousPage: page > 1,
      },
      usageEvents: events.slice((page - 1) * size, page * size),
    },
  };
}

/** Three calls a day: the first and the last millisecond, and one that the plan includes. */
function eventsOf(dayMs: number): object[] {
  const charged = {
    model: "claude-4.5-sonnet",
    kind: "Usage-based",
    isTokenBasedCall: true,
    tokenUsage: {
      inputTokens: 126,
      outputTokens: 450,
      cacheWriteTokens: 6_112,
      cacheReadTokens: 11_964,
      totalCents: 20.18,
    },
    chargedCents: 21.36,
    cursorTokenFee: 1.18,
  };
  return [
    { ...charged, timestamp: String(dayMs), userEmail: "ada@example.com", conversationId: "c1" },
    {
      ...charged,
      timestamp: String(dayMs + 3_600_000),
      userEmail: "bob@example.com",
      kind: "Included in Business",
      chargedCents: 0,
    },
    { ...charged, timestamp: String(dayMs + DAY_MS - 1), userEmail: "ada@example.com", conversationId: "c2" },
  ];
}
