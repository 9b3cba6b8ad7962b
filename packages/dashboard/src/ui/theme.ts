import { useSyncExternalStore } from "react";
import { remember } from "./remembered.ts";

/** `system` follows the operating system's setting. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The chosen theme and the way to choose another; kept in the browser. `public/theme.js` applies it before the first paint. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(watch, currentTheme), chooseTheme];
}

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

function chooseTheme(theme: Theme): void {
  if (theme === "system") {
    delete document.documentElement.dataset["theme"];
    remember("theme", null);
  } else {
    document.documentElement.dataset["theme"] = theme;
    remember("theme", theme);
  }
  for (const watcher of watchers) watcher();
}

const watchers = new Set<() => void>();
function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
