import type { Ledger } from "./ledger.ts";
import type { QueryParams, ChargesAnswer } from "./answers.ts";

export async function listCharges(_ledger: Ledger, _params: QueryParams): Promise<ChargesAnswer> {
  throw new Error("in work");
}
