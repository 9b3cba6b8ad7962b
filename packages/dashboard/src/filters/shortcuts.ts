import { PERIODS } from "./periods.ts";
import { withCompare, withFilters, withPeriod } from "./search.ts";
import type { Search } from "./search.ts";

/** What a key does: changes the address, moves along in time, or opens a panel. */
export type ShortcutAction =
  | { kind: "search"; change: (search: Search) => Search }
  | { kind: "shift"; direction: -1 | 1 }
  | { kind: "open"; panel: Panel };

export type Panel = "filters" | "days" | "keys";

export interface Shortcut {
  /** As `KeyboardEvent.key` says it. */
  key: string;
  label: string;
  action: ShortcutAction;
}

/** Every key of the page, declared once: the listener acts on them and the list of keys shows them. */
export const SHORTCUTS: readonly Shortcut[] = [
  ...PERIODS.map((period): Shortcut => ({
    key: period.key,
    label: period.label,
    action: { kind: "search", change: (search) => withPeriod(search, period.name) },
  })),
  { key: "c", label: "Choose days", action: { kind: "open", panel: "days" } },
  { key: "ArrowLeft", label: "Period before", action: { kind: "shift", direction: -1 } },
  { key: "ArrowRight", label: "Period after", action: { kind: "shift", direction: 1 } },
  {
    key: "x",
    label: "Compare with the period before",
    action: { kind: "search", change: (search) => withCompare(search, search.compare === "off") },
  },
  { key: "/", label: "Add a filter", action: { kind: "open", panel: "filters" } },
  {
    key: "Escape",
    label: "Clear the filters",
    action: { kind: "search", change: (search) => withFilters(search, []) },
  },
  { key: "?", label: "Show these keys", action: { kind: "open", panel: "keys" } },
];

/** The shortcut that a key press means; none while somebody types, holds a modifier, or a control has used the key. */
export function shortcutFor(event: KeyboardEvent): Shortcut | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return undefined;
  // Of a key typed into a component, `target` only says which component.
  const [first] = event.composedPath();
  const target = first instanceof Element ? first : null;
  if (target?.closest("input, textarea, select, dialog, [contenteditable]")) return undefined;
  return SHORTCUTS.find((shortcut) => shortcut.key === event.key);
}
