import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { CallsPage } from "../../api/answers.ts";
import { callsPageQuestion } from "../../api/calls.ts";
import type { CallsEdition } from "../../api/calls.ts";
import { getJson } from "../../api/client.ts";
import { live } from "../../api/live.ts";
import { matchesView } from "../../calls/matches-view.ts";
import type { View } from "../../filters/search.ts";

/** Counted one by one up to here; nobody needs to know the number of more. */
const MAX_COUNTED = 9_999;

/** What has come since the list was asked, and waits until somebody wants to see it. */
export interface Arrivals {
  calls: number;
  /** Something came while nobody listened: how much is not known. */
  isMore: boolean;
}

/** Counts the calls of the view that arrive after the list's first page was answered. */
export function useArrivals(view: View, edition: CallsEdition): Arrivals {
  const queries = useQueryClient();
  const key = `${edition.edition} ${edition.params}`;
  const [arrived, setArrived] = useState<{ key: string; ids: ReadonlySet<string>; isMore: boolean }>({
    key,
    ids: NONE,
    isMore: false,
  });
  const latest = useRef({ view, key, edition });
  useEffect(() => {
    latest.current = { view, key, edition };
  });
  useEffect(() => {
    const abort = new AbortController();
    const ofNow = <T extends { key: string }>(before: T) =>
      before.key === latest.current.key ? before : { ...before, key: latest.current.key, ids: NONE, isMore: false };
    const firstPage = () => queries.getQueryData(callsPageQuestion(latest.current.edition, null).queryKey);
    // Nobody told of the calls that came before the stream was opened, or while it was broken for long.
    const lookForMore = async () => {
      const now = latest.current.edition;
      const params = new URLSearchParams(now.params);
      params.set("limit", "1");
      const newest = await getJson<CallsPage>("/api/v1/events", params, abort.signal).catch(() => null);
      const shown = firstPage();
      const id = newest?.events[0]?.id;
      if (id === undefined || shown === undefined || id === shown.events[0]?.id) return;
      setArrived((before) => {
        const same = ofNow(before);
        return same.ids.has(id) ? same : { ...same, isMore: true };
      });
    };
    const stop = live.listen({
      calls: (calls) => {
        const fresh = calls.filter((call) => matchesView(call, latest.current.view)).map(({ id }) => id);
        if (fresh.length === 0) return;
        setArrived((before) => {
          const same = ofNow(before);
          return { ...same, ids: new Set([...same.ids, ...fresh].slice(0, MAX_COUNTED)) };
        });
      },
      open: () => void lookForMore(),
      reset: () => void lookForMore(),
    });
    return () => {
      abort.abort();
      stop();
    };
  }, [queries]);

  if (arrived.key !== key) return { calls: 0, isMore: false };
  const listed = queries.getQueryData(callsPageQuestion(edition, null).queryKey)?.events ?? [];
  const calls = arrived.ids.size - listed.filter(({ id }) => arrived.ids.has(id)).length;
  return { calls, isMore: arrived.isMore };
}

const NONE: ReadonlySet<string> = new Set();
