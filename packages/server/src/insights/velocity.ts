import type { QueryParams } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";

export interface VelocityAnswer {
  perHour: number;
  perDay: number;
  perMonth: number;
  last24Hours: number;
  previous24Hours: number;
  percentageChange: number | null;
}

export async function velocity(_ledger: Ledger, _params: QueryParams): Promise<VelocityAnswer> {
  throw new Error("in work");
}
