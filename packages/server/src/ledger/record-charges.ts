import type { Ledger } from "./ledger.ts";
import type { RecordAnswer } from "./answers.ts";

export async function recordCharges(_ledger: Ledger, _charges: unknown[]): Promise<RecordAnswer> {
  throw new Error("in work");
}
