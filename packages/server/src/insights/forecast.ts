import type { QueryParams } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";

export interface ForecastAnswer {
  month: { start: string; end: string; timeZone: string };
  expected: number | null;
  low: number | null;
  high: number | null;
  errorPercent: number | null;
  basedOnDays: number;
  method: string;
}

export async function forecast(_ledger: Ledger, _params: QueryParams): Promise<ForecastAnswer> {
  throw new Error("in work");
}
