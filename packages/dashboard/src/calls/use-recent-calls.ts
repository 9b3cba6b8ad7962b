import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Call } from "../api/answers.ts";
import { live } from "../api/live.ts";
import { CALLS_PER_PAGE, callsQuestion } from "../api/questions.ts";
import { matchesView } from "./matches-view.ts";
import type { View } from "../filters/search.ts";

/** Waiting calls beyond this are dropped, oldest first: nobody reads so many, and "show" asks the server. */
const MAX_WAITING = 500;

const NOTHING_ARRIVED: { shown: Call[]; waiting: Call[] } = { shown: [], waiting: [] };

export interface RecentCalls {
  calls: Call[];
  /** Matching calls that have arrived and are not shown yet. */
  waiting: number;
  showWaiting: () => void;
  isPending: boolean;
  isStale: boolean;
  error: Error | null;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  showOlder: () => void;
}

/**
 * The newest calls of the view, and those that arrive. `hold`: somebody is reading, so arrivals wait instead
 * of moving the rows.
 */
export function useRecentCalls(view: View, hold: boolean): RecentCalls {
  const question = callsQuestion(view);
  const stored = useInfiniteQuery(question);
  const key = question.queryKey.join(" ");
  const [arrived, setArrived] = useState<{ key: string; shown: Call[]; waiting: Call[] }>({
    key,
    shown: [],
    waiting: [],
  });
  const current = arrived.key === key ? arrived : NOTHING_ARRIVED;

  const latest = useRef({ view, hold, key });
  useEffect(() => {
    latest.current = { view, hold, key };
  });
  useEffect(
    () =>
      live.listen({
        calls: (calls) => {
          const { view: now, hold: holding, key: forKey } = latest.current;
          const fresh = calls.filter((call) => matchesView(call, now)).toReversed();
          if (fresh.length === 0) return;
          setArrived((before) => {
            const { shown, waiting } = before.key === forKey ? before : NOTHING_ARRIVED;
            const next = [...fresh, ...waiting].slice(0, MAX_WAITING);
            return holding
              ? { key: forKey, shown, waiting: next }
              : { key: forKey, shown: [...next, ...shown], waiting: [] };
          });
        },
      }),
    [],
  );

  const pages = stored.data?.pages;
  const { calls, waiting } = useMemo(() => {
    const list = (pages ?? []).flatMap((page) => page.events);
    const known = new Set(list.map(({ id }) => id));
    const merged = [...current.shown.filter(({ id }) => !known.has(id)), ...list];
    return {
      // As many rows as pages were asked for: arrivals push the oldest out, so that the page keeps its height.
      calls: merged.slice(0, Math.max(1, pages?.length ?? 1) * CALLS_PER_PAGE),
      waiting: current.waiting.filter(({ id }) => !known.has(id)).length,
    };
  }, [pages, current.shown, current.waiting]);

  return {
    calls,
    waiting,
    showWaiting: () =>
      setArrived({ key, shown: [...current.waiting, ...current.shown].slice(0, MAX_WAITING), waiting: [] }),
    isPending: stored.isPending,
    isStale: stored.isPlaceholderData,
    error: stored.error,
    hasOlder: stored.hasNextPage,
    isLoadingOlder: stored.isFetchingNextPage,
    showOlder: () => void stored.fetchNextPage(),
  };
}
