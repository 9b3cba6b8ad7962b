import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { soon } from "../ui/soon.tsx";
import { keysAreOn } from "./keys-are-on.ts";
import { shiftDays, validateSearch } from "./search.ts";
import { GO_KEY, isForPage, needsPeriod, shortcutFor } from "./shortcuts.ts";
import type { Panel } from "./shortcuts.ts";
import { PanelsContext } from "./use-panels.ts";
import type { Panels, ShownDays } from "./use-panels.ts";
import { usePageSearch } from "./use-search.ts";

/** Holds the open panel and listens for the page's keys. */
export function PanelsProvider({ children }: { children: ReactNode }) {
  const { change } = usePageSearch();
  const [panel, setPanel] = useState<Panel | null>(null);
  const [shownDays, setShownDays] = useState<ShownDays | null>(null);
  const [hasPeriod, setHasPeriod] = useState(false);
  const navigate = useNavigate();
  const lastGoMs = useRef(Number.NEGATIVE_INFINITY);
  const close = useCallback(() => setPanel(null), []);

  const shift = (direction: -1 | 1) => {
    if (shownDays === null) return;
    change((search) => shiftDays(search, shownDays.firstDate, shownDays.endDate, direction));
  };
  const act = (event: KeyboardEvent) => {
    if (!keysAreOn() && event.key !== "Escape") return;
    const isAfterGo = event.timeStamp - lastGoMs.current < GO_WAIT_MS;
    lastGoMs.current = event.key === GO_KEY && isForPage(event) ? event.timeStamp : Number.NEGATIVE_INFINITY;
    const shortcut = shortcutFor(event, isAfterGo);
    if (shortcut === undefined || (needsPeriod(shortcut) && !hasPeriod)) return;
    const { action } = shortcut;
    event.preventDefault();
    if (action.kind === "open") setPanel(action.panel);
    else if (action.kind === "go") void navigate({ to: action.to, search: validateSearch });
    else if (action.kind === "shift") shift(action.direction);
    else change(action.change);
  };
  const latestAct = useRef(act);
  useLayoutEffect(() => {
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
    (): Panels => ({
      open: setPanel,
      shownDays,
      setShownDays,
      setHasPeriod,
      shift: (direction) => latestShift.current(direction),
    }),
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

const FilterSheet = soon(() => import("./filter-sheet.tsx"), "FilterSheet");
const DaysSheet = soon(() => import("./days-sheet.tsx"), "DaysSheet");
const KeysSheet = soon(() => import("./keys-sheet.tsx"), "KeysSheet");

/** How long the first of two keys holds. */
const GO_WAIT_MS = 1_500;
