import { counted } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { metaQuestion } from "../api/questions.ts";
import { CallsTable } from "./calls-table.tsx";
import { useOpenCall } from "./use-open-call.ts";
import { validateSearch } from "../filters/search.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { Card } from "../ui/card.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { Icon } from "../ui/icon.tsx";
import { useIsReading } from "../ui/use-is-reading.ts";
import { useRecentCalls } from "./use-recent-calls.ts";

/** The last calls, live. Rows never move under a reader: then arrivals wait behind a button that counts them. */
export function RecentCalls() {
  const { view } = usePageSearch();
  const meta = useQuery(metaQuestion).data;
  const [isPaused, setPaused] = useState(false);
  const openCall = useOpenCall();
  const list = useRef<HTMLDivElement>(null);
  const isReading = useIsReading(list);
  const recent = useRecentCalls(view, isPaused || isReading || openCall.id !== undefined);
  const timeZone = view.timeZone ?? meta?.timeZone ?? "UTC";
  return (
    <Card
      id="recent"
      title="Recent calls"
      waiting={recent.isStale}
      actions={
        <div className="flex items-center gap-2">
          {recent.waiting > 0 ? (
            <button
              type="button"
              onClick={recent.showWaiting}
              className="inline-flex h-8 items-center gap-1.5 rounded-full bg-strong pr-3 pl-2.5 text-[0.8125rem] font-medium text-on-strong"
            >
              <Icon name="up" className="size-3.5" />
              {counted(recent.waiting, "new call")}
            </button>
          ) : null}
          <button
            type="button"
            aria-pressed={isPaused}
            onClick={() => setPaused(!isPaused)}
            className="inline-flex h-9 items-center gap-1.5 rounded-lg px-2.5 text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
          >
            <Icon name={isPaused ? "play" : "pause"} className="size-3.5" />
            {isPaused ? "Paused" : "Pause"}
          </button>
          <Link
            to="/calls"
            search={validateSearch}
            className="inline-flex h-9 items-center rounded-lg px-2.5 text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
          >
            View all
          </Link>
        </div>
      }
    >
      <div ref={list} className="px-2 pt-1 pb-3 sm:px-3">
        <CallsTable caption="Recent calls, newest first" calls={recent.calls} timeZone={timeZone} />
        {recent.isPending ? <div className="h-[34rem]" /> : null}
        {recent.error === null ? null : <p className="px-2 py-4 text-high">{recent.error.message}</p>}
        {recent.hasOlder ? (
          <MoreButton label="Show older calls" isLoading={recent.isLoadingOlder} onClick={recent.showOlder} />
        ) : null}
      </div>
    </Card>
  );
}
