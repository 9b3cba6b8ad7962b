import { oneIn, textIn } from "../../filters/use-page-state.ts";

export const TABS = ["open", "history", "rules", "silences"] as const;
export type Tab = (typeof TABS)[number];
export const SHOWN_STATES = ["open", "resolved", "all"] as const;
export type ShownState = (typeof SHOWN_STATES)[number];

/** What the page of alerts keeps in its address. */
export interface AlertsState {
  tab?: Exclude<Tab, "open">;
  /** Which alerts the first tab lists; open ones where nothing is said. */
  state?: Exclude<ShownState, "open">;
  /** The alert that is looked at. */
  alert?: string;
  /** `new`, or the id of the rule that is being changed. */
  form?: string;
  /** What is being silenced: `new`, or the id of an alert. */
  silence?: string;
}

export function readAlertsState(raw: Record<string, unknown>): AlertsState {
  const tab = oneIn(raw, "tab", ["history", "rules", "silences"]);
  const state = oneIn(raw, "state", ["resolved", "all"]);
  const [alert, form, silence] = ["alert", "form", "silence"].map((key) => textIn(raw, key));
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(state === undefined ? {} : { state }),
    ...(alert === undefined ? {} : { alert }),
    ...(form === undefined ? {} : { form }),
    ...(silence === undefined ? {} : { silence }),
  };
}

/** The same page without any sheet. */
export function withoutSheets({ tab, state }: AlertsState): AlertsState {
  return { ...(tab === undefined ? {} : { tab }), ...(state === undefined ? {} : { state }) };
}
