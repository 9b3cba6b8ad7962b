import type { Ledger } from "./ledger.ts";
import type { QueryParams } from "./answers.ts";

export async function listValues(_ledger: Ledger, _params: QueryParams): Promise<{ values: string[] }> {
  throw new Error("in work");
}
