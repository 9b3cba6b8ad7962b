import type { MetricValues, QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";

export interface TrendsAnswer {
  query: Pick<ResolvedQuery, "filters" | "period">;
  last7Days: MetricValues;
  previous7Days: MetricValues;
  last30Days: MetricValues;
  previous30Days: MetricValues;
  trend: "up" | "down" | "stable";
  percentageChange: number | null;
  monthOverMonth: {
    thisMonth: MetricValues;
    lastMonthSamePart: MetricValues;
    lastMonth: MetricValues;
    percentageChange: number | null;
  };
}

export async function trends(_ledger: Ledger, _params: QueryParams): Promise<TrendsAnswer> {
  throw new Error("in work");
}
