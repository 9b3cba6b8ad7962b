import { oneIn, textIn, usePageState } from "../../filters/use-page-state.ts";

export const TAB_NAMES = [
  "general",
  "people",
  "keys",
  "providers",
  "channels",
  "subscriptions",
  "charges",
  "exports",
  "audit",
] as const;
export type TabName = (typeof TAB_NAMES)[number];

/** What is looked at or filled in, one at a time: an id, a name, or `new`. */
const SHEETS = [
  "setting",
  "person",
  "team",
  "key",
  "provider",
  "channel",
  "delivery",
  "charge",
  "subscription",
  "report",
  "entry",
] as const;
/** Which part of a list is shown. */
const CHOICES = ["status", "kind", "rows", "actor", "action"] as const;
type Sheets = Partial<Record<(typeof SHEETS)[number], string>>;
type Choices = Partial<Record<(typeof CHOICES)[number], string>>;

/** What the settings keep in their address. */
export type SettingsState = { tab?: TabName } & Sheets & Choices;

export function readSettingsState(raw: Record<string, unknown>): SettingsState {
  const tab = oneIn(raw, "tab", TAB_NAMES);
  const texts = [...SHEETS, ...CHOICES].flatMap((key) => {
    const text = textIn(raw, key);
    return text === undefined ? [] : [[key, text]];
  });
  return { ...(tab === undefined ? {} : { tab }), ...Object.fromEntries(texts) };
}

/** The state with other sheets: none, or the given one. */
function withSheet(state: SettingsState, sheet: Sheets): SettingsState {
  const kept = Object.entries(state).filter(([key]) => !(SHEETS as readonly string[]).includes(key));
  return { ...Object.fromEntries(kept), ...sheet };
}

/** The state with another part of a list chosen; what is empty is not chosen. */
function withChoice(state: SettingsState, choices: Choices): SettingsState {
  const next = { ...withSheet(state, {}), ...choices };
  return Object.fromEntries(Object.entries(next).filter(([, text]) => text !== ""));
}

/** The address of the settings: its tab, what is open, what is chosen. */
export function useSettingsState() {
  const { state, change } = usePageState(readSettingsState);
  return {
    state,
    /** null: the first tab. */
    showTab: (tab: TabName | null) => change(() => (tab === null ? {} : { tab })),
    open: (sheet: Sheets) => change((before) => withSheet(before, sheet)),
    close: () => change((before) => withSheet(before, {})),
    choose: (choices: Choices) => change((before) => withChoice(before, choices)),
  };
}
