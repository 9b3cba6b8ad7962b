import { SESSION_ORDERS } from "../../api/sessions.ts";
import type { SessionOrder } from "../../api/sessions.ts";
import { oneIn, textIn, usePageState } from "../../filters/use-page-state.ts";

/** What the page of sessions keeps in its address. */
export interface SessionsState {
  /** Absent: the most recent first. */
  order?: Exclude<SessionOrder, "recent">;
  /** Dollars. */
  min?: string;
  max?: string;
  /** The session whose drawer is open. */
  session?: string;
  /** How the drawer orders its calls; absent: as they happened. */
  calls?: "cost";
}

export const useSessionsState = () => usePageState(readSessionsState);

export function readSessionsState(raw: Record<string, unknown>): SessionsState {
  const order = oneIn(raw, "order", SESSION_ORDERS);
  const min = dollarsIn(raw, "min");
  const max = dollarsIn(raw, "max");
  const session = textIn(raw, "session");
  const calls = oneIn(raw, "calls", ["cost"]);
  return {
    ...(order === undefined || order === "recent" ? {} : { order }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(session === undefined ? {} : { session }),
    ...(calls === undefined ? {} : { calls }),
  };
}

/** Anything else than an amount that the server takes is as if it were not there. */
function dollarsIn(raw: Record<string, unknown>, key: string): string | undefined {
  const text = textIn(raw, key);
  return text !== undefined && isDollars(text) ? text : undefined;
}

/** `0.10`: up to nine decimals and 9,000,000 dollars. */
export const isDollars = (text: string) => /^\d{1,7}(\.\d{1,9})?$/.test(text) && Number(text) <= MAX_COST_USD;

/** The most that the server compares with. */
const MAX_COST_USD = 9_000_000;
