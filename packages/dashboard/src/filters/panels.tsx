import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { DaysSheet } from "./days-sheet.tsx";
import { FilterSheet } from "./filter-sheet.tsx";
import { KeysSheet, keysAreOn } from "./keys-sheet.tsx";
import { shiftDays } from "./search.ts";
import { shortcutFor } from "./shortcuts.ts";
import type { Panel } from "./shortcuts.ts";
import { PanelsContext } from "./use-panels.ts";
import type { Panels, ShownDays } from "./use-panels.ts";
import { usePageSearch } from "./use-search.ts";

/** Holds the open panel and listens for the page's keys. */
export function PanelsProvider({ children }: { children: ReactNode }) {
  const { change } = usePageSearch();
  const [panel, setPanel] = useState<Panel | null>(null);
  const [shownDays, setShownDays] = useState<ShownDays | null>(null);
  const close = useCallback(() => setPanel(null), []);

  const shift = (direction: -1 | 1) => {
    if (shownDays === null) return;
    change((search) => shiftDays(search, shownDays.firstDate, shownDays.endDate, direction));
  };
  const act = (event: KeyboardEvent) => {
    if (!keysAreOn() && event.key !== "Escape") return;
    const action = shortcutFor(event)?.action;
    if (action === undefined) return;
    event.preventDefault();
    if (action.kind === "open") setPanel(action.panel);
    else if (action.kind === "shift") shift(action.direction);
    else change(action.change);
  };
  const latestAct = useRef(act);
  useEffect(() => {
    latestAct.current = act;
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => latestAct.current(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  const latestShift = useRef(shift);
  useEffect(() => {
    latestShift.current = shift;
  });
  const value = useMemo(
    (): Panels => ({ open: setPanel, shownDays, setShownDays, shift: (direction) => latestShift.current(direction) }),
    [shownDays],
  );
  return (
    <PanelsContext value={value}>
      {children}
      {panel === "filters" ? <FilterSheet onClose={close} /> : null}
      {panel === "days" ? <DaysSheet onClose={close} /> : null}
      {panel === "keys" ? <KeysSheet onClose={close} /> : null}
    </PanelsContext>
  );
}
