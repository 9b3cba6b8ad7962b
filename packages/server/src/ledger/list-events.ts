import type { Ledger } from "./ledger.ts";
import type { QueryParams, EventsAnswer, EventDetail } from "./answers.ts";

export async function listEvents(_ledger: Ledger, _params: QueryParams): Promise<EventsAnswer> {
  throw new Error("in work");
}
/** Throws InvalidInput `event_not_found` (404). */
export async function getEvent(_ledger: Ledger, _id: string): Promise<EventDetail> {
  throw new Error("in work");
}
