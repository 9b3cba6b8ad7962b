const DAY_MS = 86_400_000;
const NANO = 1e9;

/** What was recorded of one model on one UTC day. */
export interface RecordedDay {
  day: string;
  model: string;
  costUsd: number;
}

interface ReportedDay {
  day: string;
  rows: Record<string, unknown>[];
}

/**
 * What Meridian's cloud bills for Gemini, as `PUT /api/v1/sync/{id}/days` takes it: what was recorded, with a discount, a credit, and
 * tax at the end of each month; and, forty days ago, somebody's experiment that nobody recorded. `untilMs`: the last day is the one before.
 */
export function sampleReports(recorded: readonly RecordedDay[], untilMs: number): ReportedDay[] {
  const days = new Map<string, ReportedDay["rows"]>();
  const add = (day: string, row: Record<string, unknown>) =>
    days.set(day, [...(days.get(day) ?? []), { provider: "google", ...row }]);
  const months = new Map<string, { lastDay: string; costNanoUsd: number }>();
  for (const { day, model, costUsd } of recorded.toSorted((one, other) => (one.day < other.day ? -1 : 1))) {
    const listNanoUsd = Math.round(costUsd * NANO);
    const costNanoUsd = Math.round(listNanoUsd * (1 - DISCOUNT));
    add(day, { model, listNanoUsd, costNanoUsd });
    const month = day.slice(0, 7);
    months.set(month, { lastDay: day, costNanoUsd: (months.get(month)?.costNanoUsd ?? 0) + costNanoUsd });
  }
  for (const { lastDay, costNanoUsd } of months.values()) {
    add(lastDay, { costNanoUsd: Math.round(costNanoUsd * TAX), money: "tax" });
  }
  const date = (daysAgo: number) => new Date(untilMs - daysAgo * DAY_MS).toISOString().slice(0, 10);
  if (days.has(date(12))) add(date(12), { costNanoUsd: -2 * NANO, money: "credit" });
  if (days.has(date(40))) add(date(40), { model: "gemini-2.5-pro", listNanoUsd: 8.4 * NANO, costNanoUsd: 8.4 * NANO });
  return [...days].map(([day, rows]) => ({ day, rows }));
}

const DISCOUNT = 0.03;
const TAX = 0.19;
