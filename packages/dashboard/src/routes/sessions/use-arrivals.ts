import { useEffect, useRef, useState } from "react";
import { live } from "../../api/live.ts";
import { matchesFilters, parseFilter } from "../../filters/filter.ts";
import type { View } from "../../filters/search.ts";

/** How many calls with a session have arrived under the view's filters since it was answered: the list waits until somebody wants them. */
export function useArrivals(view: View, answeredAtMs: number): number {
  const [arrived, setArrived] = useState({ since: answeredAtMs, calls: 0 });
  const latest = useRef({ view, answeredAtMs });
  useEffect(() => {
    latest.current = { view, answeredAtMs };
  });
  useEffect(
    () =>
      live.listen({
        calls: (calls) => {
          const { view: now, answeredAtMs: since } = latest.current;
          if (since === 0 || !reachesNow(now)) return;
          const filters = now.filters.flatMap((text) => parseFilter(text) ?? []);
          const fresh = calls.filter((call) => Boolean(call.session) && matchesFilters({ ...call }, filters)).length;
          if (fresh === 0) return;
          setArrived((before) => ({ since, calls: (before.since === since ? before.calls : 0) + fresh }));
        },
      }),
    [],
  );
  return arrived.since === answeredAtMs ? arrived.calls : 0;
}

function reachesNow({ range }: View): boolean {
  return "name" in range ? range.name !== "yesterday" : Date.parse(range.to) > Date.now();
}
