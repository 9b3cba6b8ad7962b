import type { QueryParams } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";

export interface ProjectionAnswer {
  month: { start: string; end: string; timeZone: string };
  spent: number;
  projectedMonthEnd: number | null;
  dailyAverage: number | null;
  elapsedDays: number;
  remainingDays: number;
  lastMonth: number;
  trend: "increasing" | "decreasing" | "stable";
  method: string;
}

export async function projection(_ledger: Ledger, _params: QueryParams): Promise<ProjectionAnswer> {
  throw new Error("in work");
}
