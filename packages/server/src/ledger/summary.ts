import type { Ledger } from "./ledger.ts";
import type { QueryParams, SummaryAnswer } from "./answers.ts";

export async function summary(_ledger: Ledger, _params: QueryParams): Promise<SummaryAnswer> {
  throw new Error("in work");
}
