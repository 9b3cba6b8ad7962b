import { createContext, use } from "react";
import type { Panel } from "./shortcuts.ts";

/** The days that the page shows now, as the server understood them; `endDate` excluded. Set by the page, used by the keys. */
export interface ShownDays {
  firstDate: string;
  endDate: string;
}

export interface Panels {
  open: (panel: Panel) => void;
  shownDays: ShownDays | null;
  setShownDays: (days: ShownDays | null) => void;
  /** The page on screen is about a period under filters; set by it as long as it is there. */
  setHasPeriod: (hasPeriod: boolean) => void;
  /** One stretch of time back or on. */
  shift: (direction: -1 | 1) => void;
}

/** Filled by PanelsProvider. */
export const PanelsContext = createContext<Panels | null>(null);

/** The panels of the page and who opens them; only inside PanelsProvider. */
export function usePanels(): Panels {
  const panels = use(PanelsContext);
  if (panels === null) throw new Error("usePanels is used outside PanelsProvider");
  return panels;
}
