import type { Ledger } from "./ledger.ts";
import type { QueryParams, BreakdownAnswer } from "./answers.ts";

export async function breakdown(_ledger: Ledger, _params: QueryParams): Promise<BreakdownAnswer> {
  throw new Error("in work");
}
