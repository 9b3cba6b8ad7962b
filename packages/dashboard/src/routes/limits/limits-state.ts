import { textIn } from "../../filters/use-page-state.ts";

/** What a call is known of, for "which limits apply to …", as keys of the address. */
export const CALL_KEYS = ["user", "team", "project", "customer", "agent", "model"] as const;
export type CallKey = (typeof CALL_KEYS)[number];

/** What the page of limits keeps in its address. */
export type LimitsState = Partial<Record<CallKey, string>> & {
  /** The limit that is looked at. */
  limit?: string;
  /** Of its `each`, or a session. */
  value?: string;
  /** `new`, or the id of the limit that is being changed. */
  form?: string;
  /** The limit that is being raised for a time. */
  raise?: string;
  /** The limit through which the last days are run. */
  replay?: string;
  /** The refusal that is explained. */
  refusal?: string;
  /** Limits for each person are being set. */
  personal?: "set";
};

const KEYS = [...CALL_KEYS, "limit", "value", "form", "raise", "replay", "refusal"] as const;

export function readLimitsState(raw: Record<string, unknown>): LimitsState {
  const state: LimitsState = {};
  for (const key of KEYS) {
    const text = textIn(raw, key);
    if (text !== undefined) state[key] = text;
  }
  if (raw["personal"] === "set") state.personal = "set";
  return state;
}

/** The same page without any sheet. */
export function withoutSheets(state: LimitsState): LimitsState {
  const { limit: _limit, value: _value, form: _form, raise: _raise, replay: _replay, ...rest } = state;
  const { refusal: _refusal, personal: _personal, ...page } = rest;
  return page;
}

/** What is known of the call, as the API takes it. */
export function callFilters(state: LimitsState): string[] {
  return CALL_KEYS.flatMap((key) => (state[key] === undefined ? [] : [`${key}:${state[key].replaceAll("*", "\\*")}`]));
}
