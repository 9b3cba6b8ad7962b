import type { Ledger } from "./ledger.ts";
import type { QueryParams, TimeSeriesAnswer } from "./answers.ts";

export async function timeSeries(_ledger: Ledger, _params: QueryParams): Promise<TimeSeriesAnswer> {
  throw new Error("in work");
}
