import { counted, exactCount, exactMoney, money } from "@outlay/react";
import { useSyncExternalStore } from "react";
import { live } from "../api/live.ts";
import type { LiveStatus as Status } from "../api/live.ts";

/** Is the page live, and what today came to so far. */
export function LiveStatus() {
  const { status, today } = useSyncExternalStore(live.watch, live.state);
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 px-2 text-[0.8125rem] text-muted lg:flex-col lg:items-start lg:px-2.5">
      {today === null ? null : (
        <span className="hidden sm:inline" title={`${exactMoney(today.cost)} in ${exactCount(today.calls)} calls`}>
          Today <span className="font-medium text-ink">{money(today.cost)}</span>, {counted(today.calls, "call")}
        </span>
      )}
      <output className="flex items-center gap-1.5 whitespace-nowrap">
        <span aria-hidden="true" className={`size-2 rounded-full ${DOTS[status]}`} />
        {LABELS[status]}
      </output>
    </p>
  );
}

const LABELS: Record<Status, string> = { connecting: "Connecting", open: "Live", lost: "Not connected" };
const DOTS: Record<Status, string> = { connecting: "border border-control", open: "bg-low", lost: "bg-high" };
