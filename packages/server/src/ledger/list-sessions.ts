import type { Ledger } from "./ledger.ts";
import type { QueryParams, SessionsAnswer, SessionDetail } from "./answers.ts";

export async function listSessions(_ledger: Ledger, _params: QueryParams): Promise<SessionsAnswer> {
  throw new Error("in work");
}
/** Throws InvalidInput `session_not_found` (404). */
export async function getSession(_ledger: Ledger, _id: string, _params: QueryParams): Promise<SessionDetail> {
  throw new Error("in work");
}
