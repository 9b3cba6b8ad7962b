import type { ChargesSum, MetricValues, QueryParams, Row } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { summary } from "../ledger/summary.ts";
import { budgetReport } from "../limits/budget-report.ts";
import type { Limit } from "../limits/limit.ts";
import type { Limits } from "../limits/limits.ts";
import { usdNumber } from "@outlay/core";
import type { ReportPeriod } from "./report-period.ts";

/** Everything that a report says, before anybody draws it. Money in dollars. */
export interface CostReport {
  title: string;
  period: ReportPeriod;
  /** It was over when the numbers were taken. */
  finished: boolean;
  takenAtMs: number;
  filters: string[];
  totals: MetricValues;
  /** Of the period before. */
  before: MetricValues;
  days: { label: string; cost: number | null }[];
  tops: { heading: string; rows: ReportRow[] }[];
  /** null: left out, because charges cannot be filtered as calls are. */
  charges: ChargesSum | null;
  budgets: { name: string; spentUsd: number; amountUsd: number }[];
}

export interface ReportRow {
  /** null: the calls that name nobody. */
  name: string | null;
  /** What lies behind the first ones. */
  other: boolean;
  cost: number | null;
  calls: number;
  unpricedCalls: number;
}

export interface ReportSources {
  ledger: Ledger;
  limits: Pick<Limits, "get" | "states" | "list">;
  /** Those that the reader may see. */
  mayShow: (limit: Limit) => boolean;
}

const TOP = 10;
const PARTS = [
  ["byModel", "model", "Models"],
  ["byProvider", "provider", "Providers"],
  ["byProject", "project", "Projects"],
  ["byAgent", "agent", "Agents"],
  ["byUser", "user", "Users"],
  ["byTeam", "team", "Teams"],
  ["byCategory", "category", "Categories"],
] as const;

/** The numbers of a day, week or month, those of the one before, and what they consist of. */
export async function costReport(
  { ledger, limits, mayShow }: ReportSources,
  { period, filters = [] }: { period: ReportPeriod; filters?: string[] },
): Promise<CostReport> {
  const { startMs, endMs, beforeStartMs, timeZone, words } = period;
  const params = (from: number, to: number): QueryParams => ({
    from: [new Date(from).toISOString()],
    to: [new Date(to).toISOString()],
    tz: [timeZone],
    limit: [String(TOP)],
    include: ["byProject", "byUser", "byTeam"],
    filter: filters,
  });
  const [now, before, budgets] = await Promise.all([
    summary(ledger, params(startMs, endMs)),
    summary(ledger, { ...params(beforeStartMs, startMs), limit: ["1"], include: [] }),
    filters.length > 0 ? [] : budgetsIn({ ledger, limits, mayShow }, period),
  ]);
  const tops = PARTS.map(([part, field, heading]) => ({
    heading,
    rows: (now[part] ?? []).map((row) => reportRow(row, field)),
  }));
  return {
    title: `What AI calls cost: ${words}`,
    period,
    finished: endMs <= ledger.now(),
    takenAtMs: ledger.now(),
    filters,
    totals: now.totals,
    before: before.totals,
    days: (now.daily ?? []).map((row) => ({ label: String(row["day"]), cost: row["cost"] as number | null })),
    // a part in which nobody is named says nothing
    tops: tops.filter(({ rows }) => rows.some(({ name }) => name !== null)),
    charges: filters.length > 0 ? null : now.charges,
    budgets,
  };
}

function reportRow(row: Row, field: string): ReportRow {
  return {
    name: (row[field] as string | null) ?? null,
    other: row["other"] === true,
    cost: row["cost"] as number | null,
    calls: (row["calls"] as number | null) ?? 0,
    unpricedCalls: (row["unpricedCalls"] as number | null) ?? 0,
  };
}

/** Budgets with a period that begins with that of the report, and what was spent of them in it. */
async function budgetsIn(
  { ledger, limits, mayShow }: ReportSources,
  { startMs, endMs }: ReportPeriod,
): Promise<CostReport["budgets"]> {
  const found: CostReport["budgets"] = [];
  for (const limit of limits.list()) {
    if (limit.each !== null || limit.period.rolling || !mayShow(limit)) continue;
    const { history } = await budgetReport({ ledger, limits }, limit.id, { periods: 24 });
    const spent = history.find((it) => it.startMs >= startMs && it.endMs === endMs);
    if (spent === undefined) continue;
    found.push({
      name: limit.name,
      spentUsd: usdNumber(spent.spentNanoUsd),
      amountUsd: usdNumber(limit.amountNanoUsd),
    });
  }
  return found;
}
