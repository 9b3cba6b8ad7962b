import type { TimeUnit } from "@outlay/core";
import { localDate } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { metaQuestion } from "../api/questions.ts";
import { chartUnit } from "../filters/search.ts";
import type { View } from "../filters/search.ts";
import { useNow } from "../ui/use-now.ts";

/** How finely a view is drawn. `isKnown`: the server has said its zone and since when there are calls, on which it depends. */
export function useChartUnit(view: View): { unit: TimeUnit; isKnown: boolean } {
  const meta = useQuery(metaQuestion).data;
  const nowMs = useNow();
  const timeZone = view.timeZone ?? meta?.timeZone ?? "UTC";
  const firstDate = meta?.firstEventAt ? localDate(Date.parse(meta.firstEventAt), timeZone) : null;
  return { unit: chartUnit(view, firstDate, localDate(nowMs, timeZone)), isKnown: meta !== undefined };
}
