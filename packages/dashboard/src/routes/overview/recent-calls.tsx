import { CostBadge, callTime, count, counted, duration, exactCount, exactTime } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import type { Call } from "../../api/answers.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useOpenCall } from "../../calls/use-open-call.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { Card } from "../../ui/card.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useNow } from "../../ui/use-now.ts";
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
  const nowMs = useNow();
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
        </div>
      }
    >
      <div ref={list} className="overflow-x-auto px-2 pt-1 pb-3 sm:px-3">
        <table className="w-full border-separate border-spacing-0">
          <caption className="sr-only">Recent calls, newest first</caption>
          <thead>
            <tr className="text-left text-xs text-muted">
              <th scope="col" className="py-1.5 pl-2 font-normal">
                Time
              </th>
              <th scope="col" className="px-2 py-1.5 font-normal">
                Model
              </th>
              <th scope="col" className="hidden px-2 py-1.5 font-normal md:table-cell">
                Agent and user
              </th>
              <th scope="col" className="hidden px-2 py-1.5 text-right font-normal whitespace-nowrap sm:table-cell">
                Tokens in → out
              </th>
              <th scope="col" className="hidden px-2 py-1.5 text-right font-normal lg:table-cell">
                Took
              </th>
              <th scope="col" className="px-2 py-1.5 text-right font-normal">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {recent.calls.map((call) => (
              <CallRow
                key={call.id}
                call={call}
                timeZone={timeZone}
                nowMs={nowMs}
                onOpen={() => openCall.open(call.id)}
              />
            ))}
          </tbody>
        </table>
        {recent.isPending ? <div className="h-[34rem]" /> : null}
        {recent.error === null ? null : <p className="px-2 py-4 text-high">{recent.error.message}</p>}
        {recent.hasOlder ? (
          <button
            type="button"
            disabled={recent.isLoadingOlder}
            onClick={recent.showOlder}
            className="mt-2 h-9 w-full rounded-lg text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
          >
            {recent.isLoadingOlder ? "Loading…" : "Show older calls"}
          </button>
        ) : null}
      </div>
    </Card>
  );
}

function CallRow(props: { call: Call; timeZone: string; nowMs: number; onOpen: () => void }) {
  const { call, timeZone, nowMs, onOpen } = props;
  const who = [call.agent, call.user].filter(Boolean).join(" · ");
  const cell = "border-t border-line py-2 px-2 align-top sm:align-middle";
  return (
    <tr className="group hover:bg-raised/60">
      <td className={`${cell} whitespace-nowrap text-muted`}>
        <CallTime call={call} timeZone={timeZone} nowMs={nowMs} />
      </td>
      <td className={`${cell} w-full max-w-0 normal-nums md:w-[36%]`}>
        <span className="flex min-w-0 flex-wrap items-center gap-x-2">
          <button
            type="button"
            title={`${call.model}, ${call.provider}: what this call cost`}
            onClick={onOpen}
            className="max-w-full truncate text-left font-medium underline-offset-4 group-hover:underline decoration-control"
          >
            {call.model}
          </button>
          <span className="hidden truncate text-muted sm:inline">
            {call.operation === "chat" ? call.provider : `${call.provider} · ${call.operation ?? ""}`}
          </span>
          {call.success === false ? <Failed call={call} /> : null}
        </span>
        <span className="block truncate text-muted md:hidden">{who === "" ? "unattributed" : who}</span>
      </td>
      <td className={`${cell} hidden max-w-0 normal-nums md:table-cell md:w-[34%]`}>
        <span className="block truncate" title={who}>
          {who === "" ? <span className="text-muted">unattributed</span> : who}
          {call.activity ? <span className="text-muted"> · {call.activity}</span> : null}
        </span>
      </td>
      <td className={`${cell} hidden text-right whitespace-nowrap sm:table-cell`}>
        <Tokens call={call} />
      </td>
      <td className={`${cell} hidden text-right whitespace-nowrap text-muted lg:table-cell`}>
        {duration(call.durationMs ?? null)}
      </td>
      <td className={`${cell} text-right whitespace-nowrap`}>
        <CostBadge plain event={call} />
        <span className="mt-0.5 block text-xs sm:hidden">
          <Tokens call={call} />
        </span>
      </td>
    </tr>
  );
}

function CallTime({ call, timeZone, nowMs }: { call: Call; timeZone: string; nowMs: number }) {
  const atMs = Date.parse(call.occurredAt);
  return (
    <time dateTime={call.occurredAt} title={exactTime(atMs, timeZone)}>
      <span className="sm:hidden">{callTime(atMs, nowMs, timeZone, "short")}</span>
      <span className="hidden sm:inline">{callTime(atMs, nowMs, timeZone)}</span>
    </time>
  );
}

function Failed({ call }: { call: Call }) {
  return (
    <span
      title={call.errorMessage ?? undefined}
      className="rounded-md border border-high px-1.5 text-xs leading-5 font-medium whitespace-nowrap text-high"
    >
      failed{call.errorType ? `: ${call.errorType}` : ""}
    </span>
  );
}

function Tokens({ call }: { call: Call }) {
  const usage = call.usage ?? {};
  const number = (name: string) => (typeof usage[name] === "number" ? usage[name] : null);
  const input = number("inputTokens");
  const output = number("outputTokens");
  const cached = number("cacheReadTokens");
  if (input === null && output === null) return <OtherUsage call={call} />;
  const title = `${exactCount(input)} in${cached === null ? "" : `, ${exactCount(cached)} of them cached`}; ${exactCount(output)} out`;
  return (
    <span title={title}>
      {count(input)}
      {output === null ? null : (
        <>
          {" "}
          <span className="text-muted">→</span> {count(output)}
        </>
      )}
    </span>
  );
}

/** What was counted where no tokens are: images, seconds, pages. */
function OtherUsage({ call }: { call: Call }) {
  const used = OTHER_METERS.flatMap(([meter, singular, plural]) => {
    const quantity = call.usage?.[meter];
    return typeof quantity === "number" && quantity > 0 ? [counted(quantity, singular, plural)] : [];
  });
  return <span className="text-muted">{used[0] ?? "—"}</span>;
}

const OTHER_METERS = [
  ["images", "image", "images"],
  ["audioSeconds", "second of audio", "seconds of audio"],
  ["characters", "character", "characters"],
  ["pages", "page", "pages"],
  ["searches", "search", "searches"],
] as const;

/** Is somebody at the list: pointer over it, focus in it, or scrolled past its first rows? */
function useIsReading(list: RefObject<HTMLElement | null>): boolean {
  const [isReading, setReading] = useState(false);
  useEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const state = { over: false, focus: false, past: false };
    const update = (change: Partial<typeof state>) => {
      Object.assign(state, change);
      setReading(state.over || state.focus || state.past);
    };
    const abort = new AbortController();
    const on = (name: string, change: () => Partial<typeof state>) =>
      element.addEventListener(name, () => update(change()), { signal: abort.signal });
    on("pointerenter", () => ({ over: true }));
    on("pointerleave", () => ({ over: false }));
    on("focusin", () => ({ focus: true }));
    on("focusout", () => ({ focus: false }));
    const onScroll = () => update({ past: element.getBoundingClientRect().top < 0 });
    window.addEventListener("scroll", onScroll, { passive: true, signal: abort.signal });
    return () => abort.abort();
  }, [list]);
  return isReading;
}
