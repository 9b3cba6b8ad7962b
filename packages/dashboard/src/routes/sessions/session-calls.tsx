import { CostBadge, duration, exactCount, exactTime } from "@outlay/react";
import { useState } from "react";
import type { Call } from "../../api/answers.ts";
import type { Session } from "../../api/sessions.ts";
import { CallTokens, FailedBadge } from "../../calls/call-cells.tsx";
import { useOpenCall } from "../../calls/use-open-call.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { useSessionsState } from "./use-sessions-state.ts";

/** The calls of a session along a line, first to last, or the dearest first. Each opens its sheet. */
export function SessionCalls({
  session,
  calls,
  timeZone,
}: {
  session: Session;
  /** The newest thousand at most, newest first. */
  calls: readonly Call[];
  timeZone: string;
}) {
  const { state, change } = useSessionsState();
  const [shown, setShown] = useState(STEP);
  const openCall = useOpenCall();
  const ordered =
    state.calls === "cost"
      ? calls.toSorted((a, b) => (b.costUsd ?? -1) - (a.costUsd ?? -1))
      : calls.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt) || a.seq - b.seq);
  const missing = session.calls - calls.length;
  return (
    <section className="flex min-w-0 flex-col gap-2 border-t border-line pt-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h3 className="font-semibold tracking-[-0.01em]">Calls</h3>
        {calls.length > 1 ? (
          <Segmented
            label="Order of the calls"
            options={[
              { value: "time", label: "As they happened" },
              { value: "cost", label: "Dearest first" },
            ]}
            value={state.calls ?? "time"}
            onChange={(next) =>
              change(({ calls: _calls, ...rest }) => (next === "cost" ? { ...rest, calls: next } : rest))
            }
          />
        ) : null}
      </div>
      {calls.length === 0 ? (
        <p className="text-muted">Its single calls have expired; their totals stay.</p>
      ) : (
        <ol aria-label="Calls of the session" className="flex flex-col">
          {ordered.slice(0, shown).map((call) => (
            <CallRow key={call.id} call={call} timeZone={timeZone} onOpen={() => openCall.open(call.id)} />
          ))}
        </ol>
      )}
      {ordered.length > shown ? (
        <button
          type="button"
          onClick={() => setShown(shown + STEP)}
          className="h-9 w-full rounded-lg text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink"
        >
          Show more calls ({exactCount(ordered.length - shown)} left)
        </button>
      ) : null}
      {missing > 0 && calls.length > 0 ? (
        <p className="text-[0.8125rem] text-muted">
          The newest {exactCount(calls.length)} of {exactCount(session.calls)} calls; the totals are of all.
        </p>
      ) : null}
    </section>
  );
}

function CallRow({ call, timeZone, onOpen }: { call: Call; timeZone: string; onOpen: () => void }) {
  const atMs = Date.parse(call.occurredAt);
  const about = [call.activity, call.agent].filter(Boolean).join(" · ");
  return (
    <li className="group relative flex items-start gap-3 pb-3 pl-5">
      <span
        aria-hidden="true"
        className="absolute top-4 bottom-[-0.375rem] left-[0.21875rem] w-px bg-line group-last:hidden"
      />
      <span
        aria-hidden="true"
        className={`absolute top-1.5 left-0 size-2 rounded-full ${call.success === false ? "border-2 border-high bg-surface" : "bg-control"}`}
      />
      <div className="min-w-0 grow">
        <p className="flex min-w-0 flex-wrap items-center gap-x-2">
          <button
            type="button"
            title={`${call.model}, ${call.provider}: what this call cost`}
            onClick={onOpen}
            className="min-h-6 max-w-full truncate text-left font-medium decoration-control underline-offset-4 hover:underline"
          >
            {call.model}
          </button>
          {call.success === false ? <FailedBadge call={call} /> : null}
        </p>
        <p className="flex flex-wrap gap-x-2 text-[0.8125rem] text-muted">
          <time dateTime={call.occurredAt} title={exactTime(atMs, timeZone)}>
            {timeOf(atMs, timeZone)}
          </time>
          <CallTokens call={call} />
          {call.durationMs == null ? null : <span>{duration(call.durationMs)}</span>}
          {about === "" ? null : <span className="wrap-anywhere">{about}</span>}
        </p>
      </div>
      <CostBadge event={call} label={`Cost of the call of ${timeOf(atMs, timeZone)}`} />
    </li>
  );
}

/** With its day: a session may last for many. */
function timeOf(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).format(ms);
}

const STEP = 50;
