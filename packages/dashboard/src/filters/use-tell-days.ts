import { localDate } from "@outlay/react";
import { useEffect, useLayoutEffect } from "react";
import type { ShownRange } from "./filter-bar.tsx";
import { usePanels } from "./use-panels.ts";

/** Tells the keys and the choice of days that this page is about a period, and which days it shows. */
export function useTellDays(shown: ShownRange | null): void {
  const { setShownDays, setHasPeriod } = usePanels();
  // Before anything is painted: a key that is pressed as the page appears already counts.
  useLayoutEffect(() => {
    setHasPeriod(true);
    return () => setHasPeriod(false);
  }, [setHasPeriod]);
  const firstDate = shown === null ? null : localDate(shown.startMs, shown.timeZone);
  const endDate = shown === null ? null : localDate(shown.endMs - 1 + DAY_MS, shown.timeZone);
  useEffect(() => {
    setShownDays(firstDate === null || endDate === null ? null : { firstDate, endDate });
    return () => setShownDays(null);
  }, [setShownDays, firstDate, endDate]);
}

const DAY_MS = 86_400_000;
