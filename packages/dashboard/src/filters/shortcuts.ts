import { PAGE_GROUPS } from "../routes/pages.ts";
import { PERIODS } from "./periods.ts";
import { withCompare, withFilters, withPeriod } from "./search.ts";
import type { Search } from "./search.ts";

/** What a key does: changes the address, moves along in time, opens a panel, or leads to a page. */
export type ShortcutAction =
  | { kind: "search"; change: (search: Search) => Search }
  | { kind: "shift"; direction: -1 | 1 }
  | { kind: "open"; panel: Panel }
  | { kind: "go"; to: string };

export type Panel = "filters" | "days" | "keys";

export interface Shortcut {
  /** As `KeyboardEvent.key` says it; two keys one after the other stand with a space between. */
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
  ...PAGE_GROUPS.flatMap(({ pages }) =>
    pages.map((page): Shortcut => ({
      key: `g ${page.key}`,
      label: page.label,
      action: { kind: "go", to: page.to },
    })),
  ),
];

/** The first key of every way to a page. */
export const GO_KEY = "g";

/** Does it need a page about a period? On the others it does nothing. */
export function needsPeriod({ action }: Shortcut): boolean {
  return action.kind === "search" || action.kind === "shift" || (action.kind === "open" && action.panel !== "keys");
}

/** The shortcut that a key press means, after `GO_KEY` or by itself; none when the key is not for the page. */
export function shortcutFor(event: KeyboardEvent, isAfterGo: boolean): Shortcut | undefined {
  const key = isAfterGo ? `${GO_KEY} ${event.key}` : event.key;
  return isForPage(event) ? SHORTCUTS.find((shortcut) => shortcut.key === key) : undefined;
}

/** Not while somebody types, holds a modifier, or a control has used the key. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  // Of a key typed into a component, `target` only says which component.
  const [first] = event.composedPath();
  const target = first instanceof Element ? first : null;
  return target?.closest("input, textarea, select, dialog, [contenteditable]") == null;
}
