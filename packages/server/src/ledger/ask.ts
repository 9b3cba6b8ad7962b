import type { Ledger } from "./ledger.ts";
import type { QueryAnswer } from "./answers.ts";
import type { AskedQuestion } from "./question.ts";

export async function ask(_ledger: Ledger, _question: AskedQuestion): Promise<QueryAnswer> {
  throw new Error("in work");
}
