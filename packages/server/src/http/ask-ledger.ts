import type { QueryAnswer, QueryParams } from "../ledger/answers.ts";
import { ask } from "../ledger/ask.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { parseQuestion } from "../ledger/question.ts";

/** Asks a question that is put together here rather than by a client. Parameters that are undefined count as absent. */
export function askLedger(ledger: Ledger, params: QueryParams): Promise<QueryAnswer> {
  return ask(ledger, parseQuestion(withoutAbsent(params), { now: ledger.now(), timeZone: ledger.timeZone }));
}

/** Only the parameters that have values. */
export function withoutAbsent(params: QueryParams): QueryParams {
  return Object.fromEntries(Object.entries(params).filter(([, values]) => values !== undefined));
}
