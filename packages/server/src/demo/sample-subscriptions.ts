const DAY_MS = 86_400_000;

/**
 * What Meridian subscribes to, as `POST /api/v1/subscriptions` takes it: one that is worth far more than its fee, one that is not, seats
 * of which one is free, one that was cancelled, and one that covers no calls.
 */
export function sampleSubscriptions(nowMs: number): Record<string, unknown>[] {
  const date = (daysAgo: number) => new Date(nowMs - daysAgo * DAY_MS).toISOString().slice(0, 10);
  return [
    { plan: "claude-max-5x", start: date(83), people: [{ user: "maria" }] },
    {
      plan: "claude-team-standard",
      start: date(55),
      seats: 2,
      people: [{ user: "jonas" }],
      note: "The second seat waits for somebody new",
    },
    { plan: "chatgpt-plus", start: date(70), people: [{ user: "amara" }] },
    { plan: "cursor-pro", start: date(66), people: [{ user: "li-wei" }], cancelledOn: date(4) },
    { plan: "github-team", start: date(88), seats: 6, period: "monthly" },
  ];
}

/** What a month may cost over all sources, in dollars. */
export const SAMPLE_MONTHLY_BUDGET_USD = 1_500;
